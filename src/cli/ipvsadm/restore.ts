/** `ipvsadm -R`: lines of standard input, each a command line of its own. Changes of the table that follow each other
 *  go to the kernel in one batch; everything else waits for what stands before it. As with the original a line that
 *  cannot be read ends it, a line that the kernel refuses does not, and the exit status is that of the last line. */
import { err, ok, type Result } from '../../base/result.ts';
import type { IpvsControl } from '../../ipvs/shell/kernel.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { carryOut, type Outcome, type SingleOrder, written } from './carry-out.ts';
import { type IpvsadmOrder, type Refusal, unreadable } from './order.ts';
import type { Surroundings } from './surroundings.ts';

/** Changes that wait for each other; what is more than this goes to the kernel before the next line is read. */
const BATCH_MAX = 10_000;

interface Line {
  readonly number: number;
  readonly text: string;
  readonly words: readonly string[];
}

type Parse = (argv: readonly string[]) => Promise<Result<IpvsadmOrder, Refusal>>;

const NESTED = unreadable('-R cannot stand in what -R reads');

export async function restore(kernel: IpvsControl, around: Surroundings, parse: Parse): Promise<number> {
  let batch: { readonly line: Line; readonly operation: IpvsOperation }[] = [];
  let exitStatus = 0;
  const tell = ({ number, text }: Line, outcome: Outcome): void => {
    exitStatus = outcome.exitStatus;
    if (outcome.exitStatus !== 0) around.stderr(`line ${number}: ${outcome.text}: ${text}\n`);
  };
  const flush = (): void => {
    const answers = kernel.apply(batch.map(({ operation }) => operation));
    for (const [i, { line }] of batch.entries()) tell(line, written(answers[i] ?? null));
    batch = [];
  };
  for (const line of linesOf(await around.stdin())) {
    const order = await parse(line.words);
    if (order.ok && order.value.kind === 'operate') {
      batch.push({ line, operation: order.value.operation });
      if (batch.length >= BATCH_MAX) flush();
      continue;
    }
    flush();
    const single = singleOf(order);
    if (!single.ok) {
      around.stderr(`line ${line.number}: ${single.error.text}\n`);
      return single.error.exitStatus;
    }
    tell(line, await carryOut(single.value, kernel, around));
    // these end the original at once, and so does a listing that fails
    if (single.value.kind === 'help' || single.value.kind === 'version' || exitStatus === 1)
      return exitStatus;
  }
  flush();
  return exitStatus;
}

function singleOf(order: Result<IpvsadmOrder, Refusal>): Result<SingleOrder, Refusal> {
  if (!order.ok) return order;
  return order.value.kind === 'restore' ? err(NESTED) : ok(order.value);
}

/** The lines that have words; a line may begin with the program's name. */
function* linesOf(input: string): Generator<Line> {
  let number = 0;
  for (const text of input.split('\n')) {
    number++;
    const all = text.trim().split(/[ \t\r]+/);
    const words = all[0] === 'ipvsadm' ? all.slice(1) : all;
    if (words.length > 0 && words[0] !== '') yield { number, text: text.trim(), words };
  }
}

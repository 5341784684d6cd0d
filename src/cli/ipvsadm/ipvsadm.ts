/** `vipctl ipvsadm`, installed as `ipvsadm-vipd` too: the table of the kernel by hand, with the commands, options,
 *  listings and exit statuses of ipvsadm 1.31.
 *  Exit status: 0 done, 1 nothing to list, 2 wrong options or no IPVS, 255 unreadable words or refused by the kernel. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { carryOut } from './carry-out.ts';
import type { IpvsadmOrder, Refusal } from './order.ts';
import { parseCommandLine } from './parse.ts';
import { restore } from './restore.ts';
import { processSurroundings, type Surroundings } from './surroundings.ts';
import { usageText, versionLine } from './usage.ts';

/** `argv` without node, script and command. Resolves to the exit status; never throws for what a user typed. */
export async function runIpvsadm(
  argv: readonly string[],
  around: Surroundings = processSurroundings(),
): Promise<number> {
  const parse = (words: readonly string[]) => parseWithNames(words, around);
  const parsed = await parse(argv);
  if (!parsed.ok) {
    around.stderr(`${parsed.error.text}\n`);
    return parsed.error.exitStatus;
  }
  const order = parsed.value;
  if (order.kind === 'help' || order.kind === 'version') {
    await around.stdout(order.kind === 'help' ? usageText() : versionLine());
    return 0;
  }
  const kernel = around.openKernel();
  if (!kernel.ok) {
    around.stderr(`Can't initialize ipvs: ${openingText(kernel.error)}\n`);
    return 2;
  }
  try {
    if (order.kind === 'restore') return await restore(kernel.value, around, parse);
    const outcome = await carryOut(order, kernel.value, around);
    if (outcome.exitStatus !== 0) around.stderr(`${outcome.text}\n`);
    return outcome.exitStatus;
  } finally {
    kernel.value.close();
  }
}

/** A command line names at most one service and one server; each costs one look-up. */
const LOOKUPS_PER_LINE_MAX = 8;

async function parseWithNames(
  argv: readonly string[],
  { names }: Surroundings,
): Promise<Result<IpvsadmOrder, Refusal>> {
  for (let round = 0; round < LOOKUPS_PER_LINE_MAX; round++) {
    const parsed = parseCommandLine(argv, names.lookups);
    if (parsed.ok) return ok(parsed.value);
    if (parsed.error.kind === 'refused') return err(parsed.error);
    await names.resolve(parsed.error.host);
  }
  return err({ kind: 'refused', text: `more than ${LOOKUPS_PER_LINE_MAX} names to look up`, exitStatus: 2 });
}

const openingText = ({ code, detail }: SystemError): string =>
  code === 'EPERM' ? `Permission denied (you must be root): ${detail}` : detail;

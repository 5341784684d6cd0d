/** `vipctl plan`: what a reload of the edited file would do, before it is done. Exit status as a script wants it: 0 nothing,
 *  2 something, 1 it cannot be said. */
import type { PlanReport } from '../control/api.ts';
import { requestPlan } from '../control/client.ts';
import type { PlanLine, PlanSign } from '../ipvs/core/plan-text.ts';
import type { Terminal } from './vipctl.ts';

const EXIT_NOTHING = 0;
const EXIT_UNKNOWN = 1;
const EXIT_CHANGES = 2;

export async function runPlan(
  socketPath: string,
  options: { readonly json?: true },
  { stdout, stderr }: Terminal,
): Promise<number> {
  const answer = await requestPlan(socketPath);
  if (!answer.ok) {
    stderr(`vipctl: ${answer.error.text}\n`);
    return EXIT_UNKNOWN;
  }
  const report = answer.value;
  for (const diagnostic of report.diagnostics) stderr(`${diagnostic}\n`);
  if (options.json === true) stdout(`${JSON.stringify(report, null, 2)}\n`);
  else if (report.operations === null) stderr(`No plan: ${report.why ?? 'no reason given'}.\n`);
  else stdout(planText([...report.changes, ...report.operations]));
  return exitStatus(report);
}

function exitStatus({ changes, operations }: PlanReport): number {
  if (operations === null) return EXIT_UNKNOWN;
  return changes.length + operations.length === 0 ? EXIT_NOTHING : EXIT_CHANGES;
}

function planText(lines: readonly PlanLine[]): string {
  if (lines.length === 0) return 'Nothing to do: everything is as the file wants it.\n';
  const count = (sign: PlanSign): number => lines.filter((line) => line.sign === sign).length;
  const operations = lines.map(({ sign, text }) => `${sign} ${text}\n`).join('');
  return `${operations}${count('+')} to add, ${count('~')} to change, ${count('-')} to remove.\n`;
}

/** `npm run corpus -- FOLDER`: keepalived's verdict and vipd's on each file of a folder with `NNNN.conf` and `labels.json`.
 *  Prints a line per file and the disagreements with their causes; exits 1 when one has none, or a file took too long. */
import { readFileSync } from 'node:fs';
import { createHostFacts } from '../../src/config/load/host-facts.ts';
import { CAUSES } from './causes.ts';
import { type Judgement, judge, type Label } from './judge.ts';

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: npm run corpus -- FOLDER\n');
  process.exit(2);
}

const labels = JSON.parse(readFileSync(`${folder}/labels.json`, 'utf8')) as Readonly<Record<string, Label>>;
const machine = createHostFacts();
const judgements = Object.entries(labels)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([id, label]) => judge(id, `${folder}/${id}.conf`, label, machine));

const causeOf = new Map(CAUSES.flatMap(({ subject, files }) => files.map((id) => [id, subject] as const)));
const unexplained = (one: Judgement): boolean => !one.agrees && !causeOf.has(one.id);

for (const one of judgements) {
  const { id, label, loaded, milliseconds, lines } = one;
  const verdict = `keepalived ${label.verdict} (${label.bare_exit})`.padEnd(26);
  const own = `vipd ${loaded.exitCode}${loaded.refused ? ' refuses' : ''}`.padEnd(15);
  const notes = [one.agrees ? 'agrees' : 'DIFFERS', ...(one.inTime ? [] : ['TOO SLOW'])].join(', ');
  print(
    `${id}  ${verdict}${own}${milliseconds.toFixed(1).padStart(8)} ms ${`${lines}`.padStart(7)} lines  ${notes}`,
  );
}

print('\nfiles on which the verdicts differ, by the row of docs/differences.md that says why:');
for (const { subject, files } of CAUSES) {
  const here = files.filter((id) => judgements.some((one) => one.id === id && !one.agrees));
  if (here.length > 0) print(`  ${subject}: ${here.join(' ')}`);
}
for (const { id, label, loaded } of judgements.filter(unexplained)) {
  const said = loaded.diagnostics[0]?.text ?? 'nothing';
  print(`  NO CAUSE ${id}: keepalived: ${label.errors[0] ?? label.bare_only[0] ?? 'nothing'}; vipd: ${said}`);
}

const agreed = judgements.filter(({ agrees }) => agrees).length;
const slow = judgements.filter(({ inTime }) => !inTime).length;
const open = judgements.filter(unexplained).length;
const slowest = Math.max(...judgements.map(({ milliseconds }) => milliseconds));
print(
  `\n${agreed} of ${judgements.length} agree, ${judgements.length - agreed - open} differ for a cause that is told, ` +
    `${open} for none; ${slow} too slow, the slowest took ${slowest.toFixed(0)} ms`,
);
process.exitCode = open + slow > 0 ? 1 : 0;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

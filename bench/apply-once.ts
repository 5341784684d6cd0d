/** A process of its own that writes the large table into an empty kernel, as the checkers process does at its
 *  start: cold, then again as a process does that has run for a while. Prints the milliseconds of each as
 *  JSON. Building the wanted table is not counted: it belongs to reading the file. */
import { planIpvs } from '../src/ipvs/core/plan.ts';
import { createIpvsKernel } from '../src/ipvs/shell/kernel.ts';
import { must } from './daemons.ts';
import { largeTable } from './large-config.ts';

const REPETITIONS = 3;

const desired = largeTable();
const kernel = must(createIpvsKernel());
const times: number[] = [];
for (let repetition = 0; repetition < REPETITIONS; repetition++) {
  const started = performance.now();
  const read = must(kernel.read());
  const answers = kernel.apply(planIpvs(desired, read.table, () => true));
  times.push(performance.now() - started);
  const refused = answers.find((answer) => answer !== null);
  if (refused !== undefined) throw new Error(refused?.detail);
  must(kernel.flush());
}
process.stdout.write(JSON.stringify(times));

/** When V8 optimizes in the checkers process. It has no helper threads, so it does so in the middle of the work: a large budget
 *  moves that behind the first write of a large table, which then takes half the time; V8's own one from then on, without
 *  which a thousand checks per second stay in the interpreter for a minute (both measured in bench/). */
import { setFlagsFromString } from 'node:v8';

/** Of the child's command line. Octets of bytecode that a function runs between two looks of the optimizer. */
export const OPTIMIZE_LATER = '--interrupt-budget=1000000';

/** V8's own value. A function that has run before uses up what it was given first. */
const OPTIMIZE_AS_EVER = '--interrupt-budget=67584';

/** To be called once the first table is written. */
export const optimizeFromNowOn = (): void => setFlagsFromString(OPTIMIZE_AS_EVER);

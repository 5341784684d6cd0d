/** The ways in which a mastership begins, passes on or ends, as rows: what is done to a pair of routers, and what must come of
 *  it whichever software they are. */
import type { Pair } from './pair.ts';
import { PRIORITY, PRIORITY_WITHOUT_TRACKED, TRACKED_INTERFACE } from './variants.ts';
import type { Side } from './wire.ts';

export interface Event {
  readonly name: string;
  readonly play: (pair: Pair) => Promise<void>;
  /** who advertises one after the other, with which priority */
  readonly wire: readonly string[];
  /** what each side calls itself in the end; the master alone holds the VIP */
  readonly states: Readonly<Record<Side, string>>;
  /** whether the wire falls silent for as long as a master-down timer runs */
  readonly silence: 'none' | 'master_down';
  /** asks more of the better router than the protocol does: to watch its carrier, to track an interface, to be restarted */
  readonly beyondProtocol?: true;
}

const HIGHER = `higher ${PRIORITY.higher}`;
const LOWER = `lower ${PRIORITY.lower}`;

export const EVENTS: readonly Event[] = [
  {
    name: 'the higher starts first and stays master',
    async play(pair) {
      await bothStart(pair);
      await pair.adverts(3); // with the two before, as many as make a lower that hears none of them take over
    },
    wire: [HIGHER],
    states: { higher: 'MASTER', lower: 'BACKUP' },
    silence: 'none',
  },
  {
    name: 'the lower starts first and is preempted',
    async play({ higher, lower, mastered }) {
      await lower.start();
      await mastered('lower');
      await higher.start();
      await mastered('higher', 3);
    },
    wire: [LOWER, HIGHER],
    states: { higher: 'MASTER', lower: 'BACKUP' },
    silence: 'none',
  },
  {
    name: 'the link of the master is cut',
    async play(pair) {
      await bothStart(pair);
      await pair.plug('higher', 'down');
      await pair.mastered('lower', 3);
    },
    wire: [HIGHER, LOWER],
    states: { higher: 'FAULT', lower: 'MASTER' },
    silence: 'master_down',
    beyondProtocol: true,
  },
  {
    name: 'the master stops and says so with priority 0',
    async play(pair) {
      await bothStart(pair);
      await pair.higher.stop();
      await pair.mastered('lower', 3);
    },
    wire: [HIGHER, 'higher 0', LOWER],
    states: { higher: 'stopped', lower: 'MASTER' },
    silence: 'none',
  },
  {
    name: "the master's process is killed, and comes back when its parent may restart it",
    async play(pair) {
      await bothStart(pair);
      const resume = await pair.higher.kill();
      await pair.adverts(3);
      resume();
      await pair.mastered('higher', 3);
    },
    wire: [HIGHER, LOWER, HIGHER],
    states: { higher: 'MASTER', lower: 'BACKUP' },
    silence: 'master_down',
    beyondProtocol: true,
  },
  {
    name: 'an interface that the master tracks goes down and lowers its priority',
    async play(pair) {
      await bothStart(pair);
      await pair.higher.host.run(['ip', 'link', 'set', TRACKED_INTERFACE, 'down']);
      await pair.mastered('lower', 3);
    },
    wire: [HIGHER, `higher ${PRIORITY_WITHOUT_TRACKED}`, LOWER],
    states: { higher: 'BACKUP', lower: 'MASTER' },
    silence: 'none',
    beyondProtocol: true,
  },
];

/** The better one first; the other hears it twice, so that its silence is timed from an advert and not from its own start. */
export async function bothStart({ higher, lower, mastered, adverts }: Pair): Promise<void> {
  await higher.start();
  await mastered('higher');
  await lower.start();
  await adverts(2);
}

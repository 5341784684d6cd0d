/** What can be wrong with a router, and the rule that must find it. */
import type { StartRouter } from '../../src/sim/host.ts';
import type { Lane } from '../../src/vrrp/core/announce.ts';
import { nextDeadline, stepNode } from '../../src/vrrp/core/node.ts';
import { startVrrp } from '../../src/vrrp/shell/process.ts';
import {
  brokenCore,
  brokenPorts,
  deafTo,
  greedy,
  impatient,
  misannouncing,
  misreading,
  repeatingAtReload,
  shifted,
  skewless,
  undrained,
  without,
} from './broken.ts';

export interface Canary {
  readonly what: string;
  readonly start: StartRouter;
  /** the rule that finds it */
  readonly rule: string;
}

const isPriorityZero = (payload: Uint8Array): boolean => payload[2] === 0;

export const CANARIES: readonly Canary[] = [
  {
    what: 'addresses are never removed',
    start: without(({ kind }) => kind === 'remove_addresses'),
    rule: 'nobody else holds them',
  },
  {
    what: 'addresses are never added',
    start: without(({ kind }) => kind === 'add_addresses' || kind === 'restore_addresses'),
    rule: 'masters hold their addresses',
  },
  { what: 'addresses of others are removed', start: brokenPorts(greedy), rule: 'foreign addresses stay' },
  {
    what: 'nobody resigns',
    start: without((action) => action.kind === 'send_advert' && action.advert.priority === 0),
    rule: 'a master that goes resigns',
  },
  {
    what: 'priority 0 is ignored',
    start: deafTo((event) => event.kind === 'packet_received' && isPriorityZero(event.packet.payload)),
    rule: 'one master',
  },
  {
    what: 'nothing is announced',
    start: without(({ kind }) => kind === 'announce_address'),
    rule: 'a new master says so',
  },
  {
    what: 'another address is announced',
    start: brokenPorts(misannouncing),
    rule: 'a new master says so',
  },
  { what: 'the skew is forgotten', start: skewless, rule: 'no takeover is early' },
  { what: 'deadlines come three seconds early', start: shifted(-3_000_000), rule: 'no takeover is early' },
  { what: 'deadlines come half a second late', start: shifted(500_000), rule: 'adverts leave on time' },
  {
    what: 'a master hears nobody',
    start: deafTo(
      (event, { routers }) =>
        event.kind === 'packet_received' && routers.some(({ phase }) => phase.kind === 'master'),
    ),
    rule: 'one master at a time',
  },
  { what: 'nopreempt is ignored', start: misreading({ preempt: true }), rule: 'no takeover is early' },
  { what: 'nobody preempts', start: misreading({ preempt: false }), rule: 'the rightful master' },
  {
    what: 'one advert less is waited for',
    start: misreading({ downTimerAdverts: 2 }),
    rule: 'no takeover is early',
  },
  {
    what: 'sync groups are forgotten',
    start: brokenCore({
      stepNode: (node, event, now) => stepNode({ ...node, groups: new Map() }, event, now),
    }),
    rule: 'groups are whole',
  },
  {
    what: 'scripts never fail',
    start: brokenCore({
      stepNode: (node, event, now) =>
        event.kind === 'program_finished'
          ? stepNode(node, { ...event, result: { kind: 'exited', status: 0 } }, now)
          : stepNode(node, event, now),
    }),
    rule: 'failed trackers fault',
  },
  {
    what: 'the world is not told of FAULT',
    start: without(
      (action) =>
        action.kind === 'publish_news' &&
        action.news.kind === 'instance_state' &&
        action.news.state === 'FAULT',
    ),
    rule: 'news follow transitions',
  },
  { what: 'a reload sends the last advert again', start: repeatingAtReload, rule: 'an idle reload is idle' },
  {
    what: 'announcements wait twice',
    start: brokenCore({
      stepNode(before, event, now) {
        const [node, actions] = stepNode(before, event, now);
        if (!actions.some(({ kind }) => kind === 'publish_transition')) return [node, actions];
        const twice = ([head, ...rest]: Lane['waiting']): Lane['waiting'] =>
          head === undefined ? [] : [head, ...rest, head];
        const lanes = new Map(
          [...node.lanes].map(([key, lane]) => [key, { ...lane, waiting: twice(lane.waiting) }]),
        );
        return [{ ...node, lanes }, actions];
      },
    }),
    rule: 'queues have limits',
  },
  {
    // either of the two alone covers for the other
    what: 'the sockets are not read before a takeover, and no extra skew is granted after a stall',
    start: (ports, config, options, watched) =>
      startVrrp(undrained(ports), config, options, watched({ stepNode, nextDeadline, ...impatient })),
    rule: 'read before takeover',
  },
];

/** The simulator must notice what is broken: each row breaks one thing, and a few seeds must find it. */
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/base/units.ts';
import { runSimulation } from '../../src/sim/run.ts';
import type { VrrpAction } from '../../src/vrrp/core/actions.ts';
import { nextDeadline, stepNode } from '../../src/vrrp/core/node.ts';
import { startVrrp, type VrrpCore, type VrrpPorts } from '../../src/vrrp/shell/process.ts';

const SEEDS = Array.from({ length: 80 }, (_, i) => i + 1);

const brokenCore =
  (change: Partial<VrrpCore>): typeof startVrrp =>
  (ports, config, options) =>
    startVrrp(ports, config, options, { stepNode, nextDeadline, ...change });

const without = (isDropped: (action: VrrpAction) => boolean): typeof startVrrp =>
  brokenCore({
    stepNode(node, event, now) {
      const [next, actions] = stepNode(node, event, now);
      return [next, actions.filter((action) => !isDropped(action))];
    },
  });

/** Deadlines are met this much too early, or too late. */
const shifted = (difference: number): typeof startVrrp =>
  brokenCore({
    nextDeadline(node) {
      const deadline = nextDeadline(node);
      return deadline === null ? null : instant(deadline + difference);
    },
    stepNode: (node, event, now) =>
      stepNode(node, event, event.kind === 'deadline_reached' ? instant(now - Math.min(0, difference)) : now),
  });

/** The extra skew after a stall counts as given. */
const impatient = brokenCore({
  stepNode(node, event, now) {
    const routers = node.routers.map((router) =>
      router.phase.kind === 'backup' ? { ...router, phase: { ...router.phase, graceGiven: true } } : router,
    );
    return stepNode({ ...node, routers }, event, now);
  },
});

/** The alarm's callback does not read the sockets. */
function undrained(ports: VrrpPorts): VrrpPorts {
  let ringing = false;
  return {
    ...ports,
    clock: {
      ...ports.clock,
      alarm: (ring) =>
        ports.clock.alarm(() => {
          ringing = true;
          ring();
          ringing = false;
        }),
    },
    packets: {
      ...ports.packets,
      openVrrp(options, onReadable) {
        const opened = ports.packets.openVrrp(options, onReadable);
        if (!opened.ok) return opened;
        const socket = opened.value;
        return {
          ok: true,
          value: {
            send: (advert) => socket.send(advert),
            close: () => socket.close(),
            dropped: 0,
            drain: (limit) => (ringing ? [] : socket.drain(limit)),
          },
        };
      },
    },
  };
}

describe.each<{ readonly what: string; readonly start: typeof startVrrp; readonly finds: RegExp }>([
  {
    what: 'addresses are never removed',
    start: without(({ kind }) => kind === 'remove_addresses'),
    finds: / is BACKUP and has | left /,
  },
  {
    what: 'addresses are never added',
    start: without(({ kind }) => kind === 'add_addresses' || kind === 'restore_addresses'),
    finds: / is master without /,
  },
  {
    what: 'nobody resigns',
    start: without((action) => action.kind === 'send_advert' && action.advert.priority === 0),
    finds: /without resigning/,
  },
  {
    what: 'nothing is announced',
    start: without(({ kind }) => kind === 'announce_address'),
    finds: /without announcing/,
  },
  { what: 'deadlines come three seconds early', start: shifted(-3_000_000), finds: /quiet network|masters/ },
  { what: 'deadlines come half a second late', start: shifted(500_000), finds: /us late|no master/ },
  {
    what: 'a master hears nobody',
    start: brokenCore({
      stepNode: (node, event, now) =>
        event.kind === 'packet_received' && node.routers.some(({ phase }) => phase.kind === 'master')
          ? [node, []]
          : stepNode(node, event, now),
    }),
    finds: /has \d masters/,
  },
  {
    what: 'sync groups are forgotten',
    start: brokenCore({
      stepNode: (node, event, now) => stepNode({ ...node, groups: new Map() }, event, now),
    }),
    finds: /VG_1 is torn/,
  },
  {
    what: 'scripts never fail',
    start: brokenCore({
      stepNode: (node, event, now) =>
        event.kind === 'program_finished'
          ? stepNode(node, { ...event, result: { kind: 'exited', status: 0 } }, now)
          : stepNode(node, event, now),
    }),
    finds: /its script has failed long enough/,
  },
  {
    what: 'nobody preempts',
    start: (ports, config, options) => {
      const vrrpInstances = config.vrrpInstances.map((instance) => ({ ...instance, preempt: false }));
      return startVrrp(ports, { ...config, vrrpInstances }, options);
    },
    finds: /did not preempt/,
  },
  {
    // either of the two alone covers for the other
    what: 'the sockets are not read before a takeover, and no extra skew is granted after a stall',
    start: (ports, config, options) => impatient(undrained(ports), config, options),
    finds: /with packets unread/,
  },
])('when $what', ({ start, finds }) => {
  test('the simulator says so', () => {
    const verdict = runSimulation({ seeds: SEEDS, start });
    expect(verdict?.violations.join('\n') ?? 'nothing was found').toMatch(finds);
  });
});

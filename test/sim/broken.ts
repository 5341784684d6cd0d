/** Routers with one defect each, for the simulator to find. They are made here from the production core and ports, which
 *  know nothing of it. */
import { after, type Instant, instant, micros } from '../../src/base/units.ts';
import type { VrrpInstance } from '../../src/config/model/vrrp.ts';
import type { StartRouter } from '../../src/sim/host.ts';
import { address } from '../../src/sim/topology.ts';
import type { VrrpAction } from '../../src/vrrp/core/actions.ts';
import type { VrrpEvent } from '../../src/vrrp/core/events.ts';
import { nextDeadline, stepNode } from '../../src/vrrp/core/node.ts';
import type { NodeState, NodeStep } from '../../src/vrrp/core/node-state.ts';
import type { RouterState } from '../../src/vrrp/core/state.ts';
import { skewTime } from '../../src/vrrp/core/timers.ts';
import { startVrrp, type VrrpCore, type VrrpPorts } from '../../src/vrrp/shell/process.ts';

export const brokenCore =
  (change: Partial<VrrpCore>): StartRouter =>
  (ports, config, options, watched) =>
    startVrrp(ports, config, options, watched({ stepNode, nextDeadline, ...change }));

export const brokenPorts =
  (change: (ports: VrrpPorts) => VrrpPorts): StartRouter =>
  (ports, config, options, watched) =>
    startVrrp(change(ports), config, options, watched({ stepNode, nextDeadline }));

/** What the core orders never happens. */
export const without = (isDropped: (action: VrrpAction) => boolean): StartRouter =>
  brokenCore({
    stepNode(node, event, now) {
      const [next, actions] = stepNode(node, event, now);
      return [next, actions.filter((action) => !isDropped(action))];
    },
  });

/** What happens never reaches the core. */
export const deafTo = (isDropped: (event: VrrpEvent, node: NodeState) => boolean): StartRouter =>
  brokenCore({
    stepNode: (node, event, now) => (isDropped(event, node) ? [node, []] : stepNode(node, event, now)),
  });

/** The core works with another configuration than the file's. */
export const misreading = (change: Partial<VrrpInstance>): StartRouter =>
  brokenCore({
    stepNode(node, event, now) {
      if (event.kind !== 'started' && event.kind !== 'config_changed') return stepNode(node, event, now);
      const instances = event.config.instances.map((instance) => ({ ...instance, ...change }));
      return stepNode(node, { ...event, config: { ...event.config, instances } }, now);
    },
  });

/** Deadlines are met this much too early, or too late. */
export const shifted = (difference: number): StartRouter =>
  brokenCore({
    nextDeadline(node) {
      const deadline = nextDeadline(node);
      return deadline === null ? null : instant(deadline + difference);
    },
    stepNode: (node, event, now) =>
      stepNode(node, event, event.kind === 'deadline_reached' ? instant(now - Math.min(0, difference)) : now),
  });

const withRouters = (node: NodeState, change: (router: RouterState) => RouterState): NodeState => ({
  ...node,
  routers: node.routers.map(change),
});

/** The master-down interval is without its skew. */
export const skewless = brokenCore({
  stepNode(before, event, now): NodeStep {
    const [node, actions] = stepNode(before, event, now);
    const old = new Map(before.routers.map(({ key, phase }) => [key, downAt(phase)]));
    const hasty = withRouters(node, (router) => {
      const { phase, key, effectivePriority: priority, config } = router;
      if (phase.kind !== 'backup' || old.get(key) === phase.downAt) return router;
      const { masterInterval } = phase;
      const skew = skewTime({ version: config.version, priority, masterInterval });
      return { ...router, phase: { ...phase, downAt: after(phase.downAt, micros(-skew)) } };
    });
    return [hasty, actions];
  },
});

const downAt = (phase: RouterState['phase']): Instant | null =>
  phase.kind === 'backup' ? phase.downAt : null;

/** The extra skew after a stall counts as given. */
export const impatient: Partial<VrrpCore> = {
  stepNode: (node, event, now) =>
    stepNode(
      withRouters(node, (router) =>
        router.phase.kind === 'backup' ? { ...router, phase: { ...router.phase, graceGiven: true } } : router,
      ),
      event,
      now,
    ),
};

/** A reload of a master is followed by its last advert once more. */
export const repeatingAtReload: StartRouter = (ports, config, options, watched) => {
  let last: VrrpAction | null = null;
  const core: VrrpCore = {
    nextDeadline,
    stepNode(before, event, now) {
      const [node, actions] = stepNode(before, event, now);
      last = actions.findLast(({ kind }) => kind === 'send_advert') ?? last;
      const isMaster = node.routers.some(({ phase }) => phase.kind === 'master');
      return event.kind === 'config_changed' && isMaster && last !== null
        ? [node, [...actions, last]]
        : [node, actions];
    },
  };
  return startVrrp(ports, config, options, watched(core));
};

/** The alarm's callback does not read the sockets. */
export function undrained(ports: VrrpPorts): VrrpPorts {
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

/** What is announced is an address that nobody has. */
export function misannouncing(ports: VrrpPorts): VrrpPorts {
  return {
    ...ports,
    packets: {
      ...ports.packets,
      openAnnouncer(link) {
        const opened = ports.packets.openAnnouncer(link);
        if (!opened.ok) return opened;
        const { announce, close } = opened.value;
        return { ok: true, value: { announce: () => announce(address('10.9.9.9')), close } };
      },
    },
  };
}

/** Removes what is not its own, too: all of a link's addresses. */
export function greedy(ports: VrrpPorts): VrrpPorts {
  return {
    ...ports,
    net: {
      ...ports.net,
      apply(operations) {
        const answers = ports.net.apply(operations);
        const state = ports.net.snapshot();
        if (state.ok && operations.some(({ kind }) => kind === 'remove_address')) {
          ports.net.apply(state.value.addresses.map((one) => ({ kind: 'remove_address', address: one })));
        }
        return answers;
      },
    },
  };
}

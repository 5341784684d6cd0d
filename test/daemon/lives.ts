/** Both halves of the daemon, run on a configuration until nothing changes any more, in a world that answers the same
 *  question always in the same way; then what there is, without times and without how it came about. */
import { PLAIN_TRAITS } from '../../src/base/address-traits.ts';
import { type Instant, instant, interfaceName, micros, seconds } from '../../src/base/units.ts';
import { desiredTable } from '../../src/checks/core/desired.ts';
import { isAlive } from '../../src/checks/core/service.ts';
import type { Config } from '../../src/config/model/config.ts';
import type { Checker } from '../../src/config/model/lvs.ts';
import type { IpvsTable } from '../../src/ipvs/core/table.ts';
import { vrrpGlobals } from '../../src/sim/topology.ts';
import { trackedOnly } from '../../src/track/core/trackers.ts';
import type { VrrpAction } from '../../src/vrrp/core/actions.ts';
import type { VrrpConfig, VrrpEvent } from '../../src/vrrp/core/events.ts';
import { ownFact } from '../../src/vrrp/core/network.ts';
import { nextDeadline, stepNode } from '../../src/vrrp/core/node.ts';
import { type NodeState, newNode } from '../../src/vrrp/core/node-state.ts';
import { ip } from '../checks/model.ts';
import { createWorld, PASSES, REFUSES } from '../checks/world.ts';

/** The world's answer to a question: one of `count`, the same each time. */
function fate(question: string, count: number): number {
  let sum = 0;
  for (let i = 0; i < question.length; i++) sum = (sum * 31 + question.charCodeAt(i)) % 9973;
  return sum % count;
}

/** Everything happens within seconds, and a quorum remembers nothing: with hysteresis it depends on what was before. */
export function quickened(config: Config): Config {
  const quick = (checker: Checker): Checker => ({
    ...checker,
    delayLoop: seconds(1),
    delayBeforeRetry: seconds(1),
    retry: Math.min(checker.retry, 2),
    warmup: micros(0),
  });
  return {
    ...config,
    global: {
      ...config.global,
      vrrp: { ...config.global.vrrp, startupDelay: micros(0), interfaceDelays: [] },
    },
    vrrpInstances: config.vrrpInstances.map((instance) => ({
      ...instance,
      advertInterval: seconds(1),
      downTimerAdverts: 3,
      preemptDelay: micros(0),
    })),
    vrrpScripts: config.vrrpScripts.map((script) => ({
      ...script,
      interval: seconds(1),
      timeout: seconds(1),
      rise: Math.min(script.rise, 3),
      fall: Math.min(script.fall, 3),
    })),
    trackProcesses: config.trackProcesses.map((one) => ({
      ...one,
      terminateDelay: seconds(1),
      forkDelay: seconds(1),
    })),
    virtualServers: config.virtualServers.map((service) => ({
      ...service,
      hysteresis: 0,
      realServers: service.realServers.map((server) => ({ ...server, checkers: server.checkers.map(quick) })),
    })),
  };
}

/** Long enough for three tries of everything. */
const SETTLING = seconds(20);

/** The checkers after each of `configs` has come into force and all has settled. */
export function settledChecks(configs: readonly Config[]) {
  const world = createWorld((name) => (fate(name, 3) === 0 ? REFUSES : PASSES));
  for (const { virtualServers } of configs) {
    world.configure(virtualServers);
    const checkers = virtualServers.flatMap(({ realServers }) => realServers.flatMap((one) => one.checkers));
    for (const checker of checkers) {
      if (checker.kind === 'file') world.holds(checker.file.name, fate(checker.file.path, 2));
    }
    world.run(SETTLING);
  }
  const { services, checkers } = world.state();
  const table: IpvsTable = desiredTable(services.values());
  const seen = [...services.values()].map((service) => ({
    config: service.config,
    quorumUp: service.quorumUp,
    aliveWeight: service.aliveWeight,
    servers: [...service.servers.values()].map((server) => ({
      config: server.config,
      alive: isAlive(server),
      checkers: server.checkers.map((id) => ({
        config: checkers.get(id)?.config,
        passing: checkers.get(id)?.state.passing,
      })),
    })),
  }));
  return { table, seen, checkers: checkers.size };
}

const LINKS = ['eth0', 'eth1'].map((name) => ({
  name: interfaceName(name),
  up: true,
  switchedOn: true,
  multicast: true,
  announces: true,
  mtu: 1500,
}));
const OWN = LINKS.map(({ name }, i) => ({
  ...ownFact({
    address: ip(`192.168.${i}.101`),
    prefixLength: 24,
    interface: name,
    label: null,
    scope: 0,
    broadcast: null,
    traits: PLAIN_TRAITS,
    tracked: true,
  }),
  ours: false,
}));

const vrrpConfigOf = (config: Config): VrrpConfig => ({
  globals: config.global.vrrp,
  instances: config.vrrpInstances,
  statics: config.statics,
  groups: config.vrrpSyncGroups,
  trackers: trackedOnly(
    { scripts: config.vrrpScripts, files: config.trackFiles, processes: config.trackProcesses },
    config.vrrpInstances.flatMap(({ trackers }) => trackers),
  ),
});

/** A vrrp process alone on its network, after each of `configs` has come into force and all has settled. */
export function settledVrrp(configs: readonly Config[]) {
  let node: NodeState = newNode(vrrpGlobals());
  let now: Instant = instant(0);
  const feed = (event: VrrpEvent): void => {
    const [next, actions] = stepNode(node, event, now);
    node = next;
    for (const action of actions) answer(action);
  };
  const answer = (action: VrrpAction): void => {
    if (action.kind !== 'run_program') return;
    const { tracker, startedAt, command } = action;
    const status = fate(command.argv.join(' '), 3) === 0 ? 1 : 0;
    feed({ kind: 'program_finished', tracker, startedAt, result: { kind: 'exited', status } });
  };
  const look = ({ trackers }: VrrpConfig): void => {
    for (const { name, path } of trackers.files) {
      feed({ kind: 'file_read', tracker: `file ${name}`, content: `${fate(path, 3)}` });
    }
    for (const { name, command } of trackers.processes) {
      feed({ kind: 'processes_counted', tracker: `process ${name}`, count: fate(command.join(' '), 3) });
    }
  };
  configs.forEach((whole, i) => {
    const config = vrrpConfigOf(whole);
    if (i === 0) feed({ kind: 'started', config, links: LINKS, addresses: OWN });
    else feed({ kind: 'config_changed', config });
    look(config);
    const end = now + SETTLING;
    for (let at = nextDeadline(node); at !== null && at <= end; at = nextDeadline(node)) {
      now = instant(Math.max(now, at));
      feed({ kind: 'deadline_reached' });
    }
    now = instant(end);
  });
  return {
    instances: new Map(
      node.routers.map(({ key, config, phase, effectivePriority }) => [
        key,
        { config, phase: phase.kind, effectivePriority },
      ]),
    ),
    addresses: new Set(node.network.addresses.keys()),
    routing: new Set(node.network.routing),
    facts: new Map(node.network.trackers),
    trackers: new Map([...node.trackers].map(([key, { config }]) => [key, config])),
    groups: new Map(node.groups),
    groupStates: new Map(node.groupStates),
    missing: new Map(node.network.missingStatics),
    virtual: new Set(node.virtual),
  };
}

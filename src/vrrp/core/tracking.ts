/** The trackers of the node: their steps, and what they say to the routers. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { Instant } from '../../base/units.ts';
import { factOf } from '../../track/core/fact.ts';
import {
  reconfigured,
  stepTrackers,
  type TrackerAction,
  type TrackerEvent,
  type TrackerStep,
  type Trackers,
  trackersDue,
} from '../../track/core/trackers.ts';
import type { VrrpConfig } from './events.ts';
import { vrrpLog } from './log-events.ts';
import type { Network } from './network.ts';
import type { NodeState, NodeStep } from './node-state.ts';

/** The trackers that a configuration wants, their first runs among the actions. What they say is in the network, but no
 *  router has heard of it yet. */
export function configureTrackers(node: NodeState, config: VrrpConfig, now: Instant): NodeStep {
  const [trackers, ended] = reconfigured(node.trackers, config.trackers, now);
  const [begun, orders] = trackersDue(trackers, now);
  return [withTrackers(node, begun), [...ended, ...orders]];
}

export function trackerEvent(node: NodeState, event: TrackerEvent, now: Instant): NodeStep {
  const [trackers, actions] = stepTrackers(node.trackers, event, now);
  return entered(node, [trackers, [...actions, ...bfdLines(node, trackers, event)]]);
}

/** keepalived says for each instance what a session that it tracks has become. */
function bfdLines(
  node: NodeState,
  after: Trackers,
  { kind, tracker: key }: TrackerEvent,
): readonly TrackerAction[] {
  const tracker = after.get(key);
  if (kind !== 'session_told' || tracker?.kind !== 'bfd' || tracker === node.trackers.get(key)) return [];
  const { name: session } = tracker.config;
  const up = tracker.verdict === 'up';
  return node.routers
    .filter(({ config }) => config.trackers.some((one) => one.kind === 'bfd' && one.name === session))
    .map(({ config }) => ({
      kind: 'write_log',
      entry: vrrpLog.bfdTracked({ instance: config.name, session, up }),
    }));
}

export const trackersReached = (node: NodeState, now: Instant): NodeStep =>
  entered(node, trackersDue(node.trackers, now));

function entered(node: NodeState, [trackers, actions]: TrackerStep): NodeStep {
  return [trackers === node.trackers ? node : withTrackers(node, trackers), actions];
}

function withTrackers(node: NodeState, trackers: Trackers): NodeState {
  return { ...node, trackers, network: withFacts(node.network, trackers) };
}

/** The same network when every tracker says what it said before: then nobody need think again. */
function withFacts(network: Network, trackers: Trackers): Network {
  const facts = new Map([...trackers].map(([key, tracker]) => [key, factOf(tracker)]));
  const isSame =
    facts.size === network.trackers.size &&
    [...facts].every(([key, fact]) => sameValue(fact, network.trackers.get(key)));
  return isSame ? network : { ...network, trackers: facts };
}

/** Safety: what must hold after everything that a process does, whatever goes wrong around it. Each rule reads one
 *  episode (a callback run to completion) and answers with sentences about what is broken. */
import type { IpAddress } from '../base/ip.ts';
import { type Instant, type Micros, millis } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import type { Transition } from '../vrrp/core/actions.ts';
import type { VrrpNews } from '../vrrp/core/news.ts';
import type { VrrpInstanceStatus } from '../vrrp/core/status.ts';
import { AH_OCTETS } from '../vrrp/wire/ah.ts';
import type { Frame } from './frame.ts';
import type { Host } from './host.ts';
import { PROGRAM_TIME_MAX } from './tracked.ts';

/** What one process did between two idle moments of its loop. */
export interface Episode {
  readonly host: Host;
  /** of the host's clock */
  readonly now: Instant;
  readonly frames: readonly Frame[];
  readonly transitions: readonly Transition[];
  /** transitions and what the world outside was told, in their order */
  readonly said: readonly (Transition | VrrpNews)[];
  /** instances that were master when it began */
  readonly mastersBefore: ReadonlySet<string>;
  readonly statuses: readonly VrrpInstanceStatus[];
  /** the process was told to stop and to release */
  readonly released: boolean;
  /** instances that became master while packets waited in the sockets */
  readonly hasty: readonly string[];
  /** a disturbance from outside (an address deleted) may still be unrepaired */
  readonly excused: boolean;
  /** when each instance last sent an advert as master, by VRID; absent since it is not */
  readonly lastAdvertAt: ReadonlyMap<number, Instant>;
  /** how long its programs have been failing and it has been able to see it; null = they succeed */
  readonly failingFor: Micros | null;
  /** end of the last stall of the host, in its own time */
  readonly stalledUntil: Instant;
}

/** Sentences about what is broken. */
export type Rule = (episode: Episode) => readonly string[];

/** The loop of a simulated host is idle otherwise, so adverts leave on time. */
const ADVERT_SLACK = millis(50);

/** By a name that stays, for the shrinker and for people. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries<Rule>({
    'masters hold their addresses': mastersHoldTheirAddresses,
    'nobody else holds them': othersHoldNone,
    'foreign addresses stay': foreignAddressesStay,
    'a new master says so': entryIsAdvertisedAndAnnounced,
    'read before takeover': socketsAreReadBeforeTakeover,
    'only masters advertise': onlyMastersAdvertise,
    'a master that goes resigns': leaversResign,
    'a stop leaves nothing': stopReleases,
    'adverts leave on time': advertsLeaveOnTime,
    'groups are whole': groupsAreWhole,
    'failed trackers fault': failedTrackersFault,
    'news follow transitions': newsFollowTransitions,
    'queues have limits': queuesAreBounded,
  }),
);

export const addressesOf = ({ virtualAddresses, excludedAddresses }: VrrpInstance): readonly IpAddress[] =>
  [...virtualAddresses, ...excludedAddresses].map(({ address }) => address);

const instancesOf = ({ host }: Episode): readonly VrrpInstance[] => host.config.vrrpInstances;

function mastersHoldTheirAddresses({ host, statuses, excused }: Episode): readonly string[] {
  if (excused) return [];
  return statuses
    .filter(({ state }) => state === 'MASTER')
    .flatMap(({ name, addresses }) =>
      addresses
        .filter(({ address }) => !host.kernel.has(address))
        .map(({ address }) => `${host.plan.name} ${name} is master without ${address}`),
    );
}

/** A backup that adopts what it found at its start says so: `held`. */
function othersHoldNone({ host, statuses, excused }: Episode): readonly string[] {
  if (excused) return [];
  return statuses
    .filter(({ state }) => state !== 'MASTER')
    .flatMap(({ name, state, addresses }) =>
      addresses
        .filter(({ address, held }) => host.kernel.has(address) && !(state === 'BACKUP' && held))
        .map(({ address }) => `${host.plan.name} ${name} is ${state} and has ${address}`),
    );
}

function entryIsAdvertisedAndAnnounced(episode: Episode): readonly string[] {
  const { host, frames, transitions } = episode;
  const entered = new Set(transitions.filter(({ to }) => to === 'MASTER').map(({ instance }) => instance));
  const paced = host.config.global.vrrp.garpInterval > 0;
  return instancesOf(episode)
    .filter(({ name }) => entered.has(name))
    .flatMap((instance) => {
      const advertised = advertsOf(frames, instance).some((sent) => sent > 0);
      const announced = new Set(
        frames.flatMap((frame) => (frame.kind === 'announcement' ? [frame.address] : [])),
      );
      const silent = addressesOf(instance).filter((address) => !announced.has(address));
      return [
        ...(advertised ? [] : [`${host.plan.name} ${instance.name} became master without an advert`]),
        ...(paced || silent.length === 0
          ? []
          : [`${host.plan.name} ${instance.name} became master without announcing ${silent.join(' ')}`]),
      ];
    });
}

/** What waits may be the advert of a living master (drain before takeover). */
function socketsAreReadBeforeTakeover({ host, hasty }: Episode): readonly string[] {
  return hasty.map((name) => `${host.plan.name} ${name} became master with packets unread`);
}

function onlyMastersAdvertise(episode: Episode): readonly string[] {
  const { host, frames, transitions, mastersBefore, statuses } = episode;
  const masters = new Set(mastersBefore);
  for (const { instance, to } of transitions) if (to === 'MASTER') masters.add(instance);
  for (const { name, state } of statuses) if (state === 'MASTER') masters.add(name);
  return instancesOf(episode)
    .filter((instance) => !masters.has(instance.name) && advertsOf(frames, instance).length > 0)
    .map((instance) => `${host.plan.name} ${instance.name} advertised and is no master`);
}

/** RFC 9568 §6.4.3. To BACKUP a master goes because a better one is there, or its sync group is not ready. */
function leaversResign({ host, frames, transitions, released }: Episode): readonly string[] {
  return transitions
    .filter(({ from, to }) => from === 'MASTER' && to !== 'BACKUP')
    .filter(({ to }) => to === 'FAULT' || released)
    .flatMap(({ instance, to }) => {
      const config = host.config.vrrpInstances.find(({ name }) => name === instance);
      if (config === undefined || !isAudible(host, config)) return [];
      if (advertsOf(frames, config).includes(0)) return [];
      return [`${host.plan.name} ${instance} went from MASTER to ${to} without resigning`];
    });
}

const isAudible = (host: Host, { interface: name }: VrrpInstance): boolean =>
  host.kernel.pending === 0 &&
  [...host.kernel.links.values()].some((link) => link.name === name && link.running);

function stopReleases(episode: Episode): readonly string[] {
  const { host, released } = episode;
  if (!released) return [];
  return instancesOf(episode)
    .flatMap(addressesOf)
    .filter((address) => host.kernel.has(address))
    .map((address) => `${host.plan.name} stopped and left ${address} behind`);
}

/** What the administrator has put on the interface is no business of ours. */
function foreignAddressesStay({ host }: Episode): readonly string[] {
  const links = [...host.kernel.links.values()].map(({ name }) => name);
  return host.plan.links
    .filter(({ name }) => links.includes(name))
    .flatMap(({ addresses }) => addresses)
    .filter((address) => !host.kernel.has(address))
    .map((address) => `${host.plan.name} has lost its own address ${address}`);
}

/** Each state that an instance enters is told once, after the one before. */
function newsFollowTransitions({ host, said }: Episode): readonly string[] {
  const names = new Set(said.map((one) => ('to' in one ? one.instance : nameIn(one))));
  return [...names].flatMap((name) => {
    const entered = said.flatMap((one) => ('to' in one && one.instance === name ? [one.to] : []));
    const told = said.flatMap((one) =>
      !('to' in one) && one.kind === 'instance_state' && one.instance.name === name ? [one.state] : [],
    );
    // an ending is told as STOP, DELETED or FAULT, or, when it was in FAULT, not at all
    const states = entered.filter((state) => state !== 'INIT');
    const heard = told.slice(0, states.length);
    const isTold = told.length >= states.length && heard.every((state, i) => state === states[i]);
    const surplus = told.length - states.length > entered.length - states.length;
    return isTold && !surplus
      ? []
      : [`${host.plan.name} ${name} entered ${entered.join(', ')} and told ${told.join(', ') || 'nothing'}`];
  });
}

const nameIn = (news: VrrpNews): string | null => ('instance' in news ? news.instance.name : null);

/** One entry per address and router waits in the lanes at most, and the sockets are emptied before they run over. */
function queuesAreBounded({ host }: Episode): readonly string[] {
  const { node } = host;
  if (node === null) return [];
  const addresses = host.config.vrrpInstances.reduce((sum, one) => sum + addressesOf(one).length, 0);
  const waiting = [...node.lanes.values()].reduce((sum, lane) => sum + lane.waiting.length, 0);
  return waiting > addresses
    ? [`${host.plan.name}: ${waiting} announcements wait for ${addresses} addresses`]
    : [];
}

function advertsLeaveOnTime(episode: Episode): readonly string[] {
  const { host, now, frames, lastAdvertAt, stalledUntil } = episode;
  return instancesOf(episode).flatMap((instance) => {
    const last = lastAdvertAt.get(instance.vrid);
    if (last === undefined || last < stalledUntil || advertsOf(frames, instance).length === 0) return [];
    const late = now - last - instance.advertInterval;
    return late > ADVERT_SLACK ? [`${host.plan.name} ${instance.name} advertised ${late} us late`] : [];
  });
}

/** A sync group is never torn: all of its members are master, or none. */
function groupsAreWhole({ host, statuses }: Episode): readonly string[] {
  const masters = new Set(statuses.filter(({ state }) => state === 'MASTER').map(({ name }) => name));
  return host.config.vrrpSyncGroups
    .filter(({ members }) => {
      const held = members.filter((member) => masters.has(member)).length;
      return statuses.length > 0 && held > 0 && held < members.length;
    })
    .map(({ name }) => `${host.plan.name} ${name} is torn: only ${[...masters].join(' ')} is master`);
}

/** Whoever tracks a script without weight has left its mastership once the script has failed often enough. */
function failedTrackersFault(episode: Episode): readonly string[] {
  const { host, now, statuses, stalledUntil } = episode;
  const { failingFor } = episode;
  const [script] = host.config.vrrpScripts;
  if (failingFor === null || script === undefined) return [];
  const since = Math.max(now - failingFor, stalledUntil);
  const patience = (script.fall + 1) * script.interval + PROGRAM_TIME_MAX + ADVERT_SLACK;
  if (now < since + patience) return [];
  const faulted = new Set(
    instancesOf(episode)
      .filter(({ trackers }) => trackers.some(({ kind, weight }) => kind === 'script' && weight === 0))
      .map(({ name }) => name),
  );
  return statuses
    .filter(({ name, state }) => state === 'MASTER' && faulted.has(name))
    .map(({ name }) => `${host.plan.name} ${name} is master although its script has failed long enough`);
}

/** Priorities of the adverts for an instance: octets 1 and 2 of the message, behind the authentication header if any. */
export const advertsOf = (frames: readonly Frame[], { vrid }: { readonly vrid: number }): readonly number[] =>
  frames.flatMap((frame) => {
    if (frame.kind !== 'vrrp') return [];
    const message = frame.protocol === 'ah' ? frame.payload.subarray(AH_OCTETS) : frame.payload;
    return message[1] === vrid ? [message[2] ?? 0] : [];
  });

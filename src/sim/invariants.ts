/** Safety: what must hold after everything that a process does, whatever goes wrong around it. Each rule reads one
 *  episode (a callback run to completion) and answers with sentences about what is broken. */
import type { IpAddress } from '../base/ip.ts';
import type { Instant } from '../base/units.ts';
import { millis } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import type { Transition } from '../vrrp/core/actions.ts';
import type { VrrpInstanceStatus } from '../vrrp/core/status.ts';
import { AH_OCTETS } from '../vrrp/wire/ah.ts';
import type { Frame, Host } from './host.ts';
import { PROGRAM_TIME_MAX } from './tracked.ts';

/** What one process did between two idle moments of its loop. */
export interface Episode {
  readonly host: Host;
  readonly now: Instant;
  readonly frames: readonly Frame[];
  readonly transitions: readonly Transition[];
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
  readonly stalledUntil: Instant;
}

type Rule = (episode: Episode) => readonly string[];

/** The loop of a simulated host is idle otherwise, so adverts leave on time. */
const ADVERT_SLACK = millis(50);

export const RULES: readonly Rule[] = [
  mastersHoldTheirAddresses,
  othersHoldNone,
  entryIsAdvertisedAndAnnounced,
  socketsAreReadBeforeTakeover,
  onlyMastersAdvertise,
  stopResigns,
  advertsLeaveOnTime,
  groupsAreWhole,
  failedTrackersFault,
];

export const addressesOf = ({ virtualAddresses, excludedAddresses }: VrrpInstance): readonly IpAddress[] =>
  [...virtualAddresses, ...excludedAddresses].map(({ address }) => address);

const instancesOf = ({ host }: Episode): readonly VrrpInstance[] => host.plan.config.vrrpInstances;

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
  const paced = host.plan.config.global.vrrp.garpInterval > 0;
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

function stopResigns(episode: Episode): readonly string[] {
  const { host, frames, mastersBefore, released } = episode;
  if (!released) return [];
  const left = instancesOf(episode)
    .flatMap(addressesOf)
    .filter((address) => host.kernel.has(address));
  const silent = instancesOf(episode).filter(
    (instance) => mastersBefore.has(instance.name) && !advertsOf(frames, instance).includes(0),
  );
  return [
    ...silent.map(({ name }) => `${host.plan.name} ${name} stopped without resigning`),
    ...left.map((address) => `${host.plan.name} stopped and left ${address} behind`),
  ];
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
  return host.plan.config.vrrpSyncGroups
    .filter(({ members }) => {
      const held = members.filter((member) => masters.has(member)).length;
      return statuses.length > 0 && held > 0 && held < members.length;
    })
    .map(({ name }) => `${host.plan.name} ${name} is torn: only ${[...masters].join(' ')} is master`);
}

/** Whoever tracks a script without weight has left its mastership once the script has failed often enough. */
function failedTrackersFault(episode: Episode): readonly string[] {
  const { host, now, statuses, stalledUntil } = episode;
  const { failingSince } = host.tracked;
  const [script] = host.plan.config.vrrpScripts;
  if (failingSince === null || script === undefined) return [];
  const since = Math.max(failingSince, stalledUntil);
  const patience = (script.fall + 1) * script.interval + PROGRAM_TIME_MAX + ADVERT_SLACK;
  if (now < since + patience) return [];
  const faulted = new Set(
    instancesOf(episode)
      .filter(({ trackers }) => trackers.some(({ weight }) => weight === 0))
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

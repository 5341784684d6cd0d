/** vrrp_script, track_file and vrrp_track_process blocks → model, and the lines that track them. */
import { type Micros, micros, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { BfdInstance } from '../model/bfd.ts';
import type { VirtualServer } from '../model/lvs.ts';
import type {
  TrackedObject,
  TrackerKind,
  TrackFile,
  TrackProcess,
  VrrpInstance,
  VrrpScript,
} from '../model/vrrp.ts';
import type { bfdRows } from '../schema/bfd.ts';
import type { BlockValue, ListEntry, Settings } from '../schema/read-block.ts';
import type { trackerRows } from '../schema/trackers.ts';
import type { syncGroupRows, TrackLine } from '../schema/vrrp.ts';
import type { Statement } from '../syntax/tree.ts';
import { lowerBfdInstances } from './bfd.ts';
import { type Defined, type LowerContext, valueOr } from './context.ts';

type Rows = typeof trackerRows;
type Block<K extends keyof Rows> = BlockValue<string, Rows[K]['rows']>;
type Root = Settings<Rows & typeof bfdRows>;

const ONE_SECOND = seconds(1);
const UNWEIGHTED = { weight: 0, reverse: false };

/** By name; of several with one name the first is found. */
export interface Trackers {
  readonly script: ReadonlyMap<string, Defined<VrrpScript>>;
  readonly file: ReadonlyMap<string, Defined<TrackFile>>;
  readonly process: ReadonlyMap<string, Defined<TrackProcess>>;
  readonly bfd: ReadonlyMap<string, Defined<BfdInstance>>;
}

export function lowerTrackers(root: Root, context: LowerContext): Trackers {
  return {
    script: byName(root.vrrp_script ?? [], (block) => lowerScript(block, context)),
    file: lowerTrackFiles(root, context),
    process: byName(root.vrrp_track_process ?? [], (block) => lowerProcess(block, context)),
    bfd: lowerBfdInstances(root.bfd_instance ?? [], context.report),
  };
}

export const lowerTrackFiles = (
  root: Pick<Root, 'track_file' | 'vrrp_track_file'>,
  context: Pick<LowerContext, 'report'>,
): ReadonlyMap<string, Defined<TrackFile>> =>
  byName([...(root.track_file ?? []), ...(root.vrrp_track_file ?? [])], (block) => lowerFile(block, context));

export const valuesOf = <T>(defined: ReadonlyMap<string, Defined<T>>): readonly T[] =>
  [...defined.values()].map(({ value }) => value);

function byName<B extends { readonly head: string; readonly at: Statement }, T>(
  blocks: readonly B[],
  lower: (block: B) => T | null,
): ReadonlyMap<string, Defined<T>> {
  const found = new Map<string, Defined<T>>();
  for (const block of blocks) {
    const value = lower(block);
    if (value !== null && !found.has(block.head)) found.set(block.head, { value, at: block.at });
  }
  return found;
}

function lowerScript(
  { settings, head: name, at }: Block<'vrrp_script'>,
  { report, global }: LowerContext,
): VrrpScript | null {
  const argv = valueOr(settings.script, null);
  if (argv === null) {
    report(catalog.script_without_command(at.keyword, { name }));
    return null;
  }
  const interval = valueOr(settings.interval, ONE_SECOND) || ONE_SECOND;
  return {
    name,
    command: { argv, user: valueOr(settings.user, global.scripts.user) },
    interval,
    timeout: valueOr(settings.timeout, interval) || ONE_SECOND,
    ...valueOr(settings.weight, UNWEIGHTED),
    rise: valueOr(settings.rise, 1),
    fall: valueOr(settings.fall, 1),
    initFail: settings.init_fail !== undefined,
  };
}

function lowerFile(
  { settings, head: name, at }: Block<'track_file'>,
  { report }: Pick<LowerContext, 'report'>,
): TrackFile | null {
  const path = valueOr(settings.file, null);
  if (path === null) {
    report(catalog.tracker_incomplete(at.keyword, { what: 'track_file', name, lacks: 'file' }));
    return null;
  }
  return {
    name,
    path,
    ...valueOr(settings.weight, { weight: 1, reverse: false }),
    initial: valueOr(settings.init_file, null),
  };
}

function lowerProcess(
  { settings, head: name, at }: Block<'vrrp_track_process'>,
  { report }: LowerContext,
): TrackProcess | null {
  const command = valueOr(settings.process, null);
  if (command === null) {
    report(catalog.tracker_incomplete(at.keyword, { what: 'vrrp_track_process', name, lacks: 'process' }));
    return null;
  }
  const quorumMax = valueOr(settings.quorum_max, null);
  const wanted = quorumMax === 0 ? 0 : valueOr(settings.quorum, 1);
  if (quorumMax !== null && wanted > quorumMax) {
    report(catalog.quorum_above_maximum(settings.quorum?.at.keyword ?? at.keyword, { name, quorumMax }));
  }
  const delay: Micros = valueOr(settings.delay, micros(0));
  const withArguments = command.length > 1;
  return {
    name,
    command,
    fullCommand: withArguments || settings.full_command !== undefined || settings.param_match !== undefined,
    parameters: valueOr(settings.param_match, withArguments ? 'exact' : null),
    ...valueOr(settings.weight, UNWEIGHTED),
    quorum: quorumMax === null ? wanted : Math.min(wanted, quorumMax),
    quorumMax,
    terminateDelay: valueOr(settings.terminate_delay, delay),
    forkDelay: valueOr(settings.fork_delay, delay),
  };
}

/** What is tracked by nobody is not run or watched. */
export function reportIdleTrackers(
  trackers: Trackers,
  instances: readonly VrrpInstance[],
  services: readonly VirtualServer[],
  { report }: LowerContext,
): void {
  const checkers = services.flatMap((one) => one.realServers.flatMap((server) => server.checkers));
  const tracked = new Set([
    ...instances.flatMap((one) => one.trackers.map(({ kind, name }) => `${kind} ${name}`)),
    ...checkers.flatMap((checker) => (checker.kind === 'file' ? [`file ${checker.file.name}`] : [])),
  ]);
  for (const kind of ['script', 'file', 'process'] as const) {
    for (const [name, { at }] of trackers[kind]) {
      if (tracked.has(`${kind} ${name}`)) continue;
      report(catalog.tracker_idle(at.args[0] ?? at.keyword, { what: KEYWORD[kind], name }));
    }
  }
}

const KEYWORD: Readonly<Record<TrackerKind, string>> = {
  script: 'vrrp_script',
  file: 'track_file',
  process: 'vrrp_track_process',
  bfd: 'bfd_instance',
};

type TrackingSettings = Pick<
  Settings<typeof syncGroupRows>,
  'track_script' | 'track_file' | 'track_process' | 'track_bfd'
>;

/** Who tracks: an instance or a group, with the place of its block. */
export interface Tracking {
  readonly name: string;
  readonly settings: TrackingSettings;
  readonly order: number;
  /** an owner's priority is 255 whatever happens, so it can only be faulted */
  readonly owner: boolean;
}

/** All lines that track something; it must be defined above the block that tracks it. */
export function trackedObjects(by: Tracking, defined: Trackers, context: LowerContext): TrackedObject[] {
  const { track_script, track_file, track_process, track_bfd } = by.settings;
  return [
    ...(track_script ?? []).flatMap((entry) => trackedObject('script', entry, by, defined, context)),
    ...(track_file ?? []).flatMap((entry) => trackedObject('file', entry, by, defined, context)),
    ...(track_process ?? []).flatMap((entry) => trackedObject('process', entry, by, defined, context)),
    ...trackedSessions(track_bfd ?? [], by, defined, context),
  ];
}

/** Each once, and only those that are for instances. */
function trackedSessions(
  entries: readonly ListEntry<TrackLine>[],
  by: Tracking,
  defined: Trackers,
  context: LowerContext,
): TrackedObject[] {
  const names = new Set<string>();
  return entries.flatMap((entry) => {
    const { name } = entry.value;
    const place = entry.at.args[0] ?? null;
    if (names.has(name)) {
      context.report(catalog.bfd_tracked_twice(place, { name: by.name, what: name }));
      return [];
    }
    names.add(name);
    if (defined.bfd.get(name)?.value.forVrrp === false) {
      context.report(catalog.bfd_not_for(place, { name, follower: 'checker' }));
      return [];
    }
    return trackedObject('bfd', entry, by, defined, context);
  });
}

function trackedObject(
  kind: TrackerKind,
  { value: line, at }: ListEntry<TrackLine>,
  { name, order, owner }: Tracking,
  trackers: Trackers,
  { report }: LowerContext,
): readonly TrackedObject[] {
  const place = at.args[0] ?? null;
  const defined = trackers[kind].get(line.name);
  if (defined === undefined || defined.at.order > order) {
    report(catalog.script_unknown(place, { name, what: KEYWORD[kind], script: line.name }));
    return [];
  }
  const { value } = defined;
  const weight = line.weight ?? value.weight;
  if (owner && weight !== 0) {
    report(catalog.owner_tracks_weight(place, { name, what: line.name }));
    return [];
  }
  return [{ kind, name: line.name, weight, reverse: line.reverse ?? value.reverse }];
}

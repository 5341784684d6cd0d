/** Statements → the model. Blocks are completed one by one, then compared with each other. */
import {
  mergeServices,
  numberGroups,
  type Placed,
  type PlacedInstance,
  uniqueHeartbeats,
  uniqueNames,
  uniqueVrids,
} from '../check/cross-checks.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { BfdInstance } from '../model/bfd.ts';
import type { Config } from '../model/config.ts';
import type { VirtualServer } from '../model/lvs.ts';
import type { TrackFile } from '../model/vrrp.ts';
import { topLevelRows } from '../schema/global.ts';
import type { NameSource } from '../schema/iproute-names.ts';
import { readBlock, type Settings } from '../schema/read-block.ts';
import { rootRows } from '../schema/root.ts';
import type { Portion } from '../syntax/reader.ts';
import type { Span } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';
import { lowerBfdInstances } from './bfd.ts';
import type { Defined, GlobalSettings, LowerContext } from './context.ts';
import { lowerGarpGroups } from './garp-groups.ts';
import { lowerGlobal } from './global.ts';
import { lowerInterfaceDelays } from './interface-delays.ts';
import { memberPriorityChanges } from './notify.ts';
import { lowerPolledLinks } from './polled-links.ts';
import { lowerStatics, routingLines } from './routing.ts';
import { lowerServiceGroups, type ServiceGroups } from './service-group.ts';
import { lowerSyncDaemon } from './sync-daemon.ts';
import { lowerSyncGroups } from './sync-group.ts';
import { lowerTrackers, lowerTrackFiles, reportIdleTrackers, type Trackers, valuesOf } from './trackers.ts';
import { linkNames } from './virtual-links.ts';
import { lowerVirtualServer } from './virtual-server.ts';
import { lowerInstance } from './vrrp-instance.ts';

type Root = Settings<typeof rootRows>;

/** Takes the statements of the top level one by one, in file order. */
export interface Lowering {
  /** false: this one changes the defaults of services that are completed already, and all has to begin again */
  readonly add: (statement: Statement) => boolean;
  readonly finish: () => Config;
}

/** The statements that may give defaults to services. */
const GIVES_DEFAULTS: ReadonlySet<string> = new Set(['global_defs', ...Object.keys(topLevelRows)]);

/** With sections a virtual_server is completed as it is read and its tree, ten times the size of its model, is let go;
 *  else it waits for the whole text. */
export function createLowering(
  machine: { readonly hostName: string; readonly names: NameSource },
  portion: Portion,
  report: Report,
): Lowering {
  const globals: Statement[] = [];
  const others: Statement[] = [];
  const completed: Placed<VirtualServer>[] = [];
  const trackFiles = new Map<string, Defined<TrackFile>>();
  const sessions: Statement[] = [];
  const bfdInstances = new Map<string, Defined<BfdInstance>>();
  let context: LowerContext | null = null;
  const contextNow = (): LowerContext => {
    context ??= { ...lowerContext(globals, machine, report), trackFiles, bfdInstances };
    return context;
  };
  return {
    add: (statement) => {
      const name = statement.keyword.text;
      if (name === 'track_file' || name === 'vrrp_track_file') note(statement, trackFiles);
      if (name === 'bfd_instance') noteSession(statement, sessions, bfdInstances);
      if (GIVES_DEFAULTS.has(name)) globals.push(statement);
      else if (name !== 'virtual_server' || portion === 'whole' || isOfGroup(statement))
        others.push(statement);
      else {
        completed.push(...placedServices(readBlock([statement], rootRows, report), NO_GROUPS, contextNow()));
      }
      return context === null || !GIVES_DEFAULTS.has(name);
    },
    finish: () => lowerRest(readBlock(others, rootRows, report), completed, contextNow()),
  };
}

/** A group may stand behind the services that name it. */
const isOfGroup = ({ args }: Statement): boolean => args[0]?.text === 'group';
const NO_GROUPS: ServiceGroups = new Map();

/** Of several files with one name the first counts; what is wrong with them is told when all trackers are lowered. */
function note(statement: Statement, files: Map<string, Defined<TrackFile>>): void {
  const report: Report = () => undefined;
  for (const [name, defined] of lowerTrackFiles(readBlock([statement], rootRows, report), { report })) {
    if (!files.has(name)) files.set(name, defined);
  }
}

/** Which of several count depends on all above it. */
function noteSession(
  statement: Statement,
  above: Statement[],
  sessions: Map<string, Defined<BfdInstance>>,
): void {
  const report: Report = () => undefined;
  above.push(statement);
  const { bfd_instance: blocks = [] } = readBlock(above, rootRows, report);
  for (const [name, defined] of lowerBfdInstances(blocks, report)) sessions.set(name, defined);
}

function lowerContext(
  globals: readonly Statement[],
  { hostName, names }: { readonly hostName: string; readonly names: NameSource },
  report: Report,
): Omit<LowerContext, 'trackFiles' | 'bfdInstances'> {
  const root = readBlock(globals, rootRows, report);
  const defaults = globalSettings(root, report);
  const global = lowerGlobal(root, defaults, hostName);
  const lines = routingLines(names, defaults);
  return { report, global, defaults, lines, nameLink: linkNames(), priorityChanges: new Map() };
}

function lowerRest(root: Root, completed: readonly Placed<VirtualServer>[], given: LowerContext): Config {
  const { report } = given;
  // the groups' word on their members: only here are all groups known, and only instances ask
  const context = { ...given, priorityChanges: memberPriorityChanges(root.vrrp_sync_group ?? []) };
  const trackers = lowerTrackers(root, context);
  const instances = placedInstances(root, trackers, context);
  uniqueVrids(instances, report);
  uniqueHeartbeats(instances, report);
  const { groups, instances: vrrpInstances } = lowerSyncGroups(
    root.vrrp_sync_group ?? [],
    instances.map(({ value }) => value),
    trackers,
    context,
  );
  const interfaceDelays = lowerInterfaceDelays(root.interface_up_down_delays ?? [], vrrpInstances, report);
  const garpGroups = lowerGarpGroups(root.garp_group ?? [], report);
  const polledLinks = lowerPolledLinks(root, vrrpInstances);
  const syncDaemon = lowerSyncDaemon(context.defaults, root.vrrp_instance ?? [], vrrpInstances, report);
  const serviceGroups = lowerServiceGroups(root.virtual_server_group ?? [], report);
  const services = [...completed, ...placedServices(root, serviceGroups, context)].sort(
    (a, b) => a.order - b.order,
  );
  const virtualServers = mergeServices(numberGroups(services), report);
  reportIdleTrackers(trackers, vrrpInstances, virtualServers, context);
  return {
    global: {
      ...context.global,
      vrrp: { ...context.global.vrrp, interfaceDelays, garpGroups, polledLinks },
      lvs: { ...context.global.lvs, syncDaemon },
    },
    vrrpInstances,
    vrrpSyncGroups: groups,
    vrrpScripts: valuesOf(trackers.script),
    trackFiles: valuesOf(trackers.file),
    trackProcesses: valuesOf(trackers.process),
    bfdInstances: valuesOf(trackers.bfd),
    statics: lowerStatics(root, vrrpInstances, context),
    virtualServers,
  };
}

/** global_defs may be written several times; later settings win and lists grow. */
function globalSettings(root: Root, report: Report): GlobalSettings {
  let merged: GlobalSettings = {};
  const blocks = root.global_defs ?? [];
  for (const { settings, at } of blocks) {
    if (settings.notification_email?.length === 0) report(catalog.no_recipients(recipientsLine(at), {}));
    merged = { ...merged, ...settings };
  }
  const recipients = blocks.flatMap(({ settings }) => settings.notification_email ?? []);
  return recipients.length > 0 ? { ...merged, notification_email: recipients } : merged;
}

function recipientsLine({ body, keyword }: Statement): Span {
  const inner = body.kind === 'block' ? body.statements : [];
  return inner.find((statement) => statement.keyword.text === 'notification_email')?.keyword ?? keyword;
}

function placedInstances(root: Root, trackers: Trackers, context: LowerContext): PlacedInstance[] {
  return uniqueNames(root.vrrp_instance ?? [], context.report).flatMap((block) => {
    const value = lowerInstance(block, trackers, context);
    return value === null ? [] : [{ value, at: block.at }];
  });
}

function placedServices(root: Root, groups: ServiceGroups, context: LowerContext): Placed<VirtualServer>[] {
  return (root.virtual_server ?? []).flatMap((block) => {
    const value = lowerVirtualServer(block, groups, context);
    // the statement itself would keep its whole tree
    const { order, args, keyword } = block.at;
    return value === null ? [] : [{ value, order, at: args[0] ?? keyword }];
  });
}

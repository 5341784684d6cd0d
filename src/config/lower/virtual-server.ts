/** A virtual_server block → VirtualServer, by the completion rules of behaviour.md section 15. */
import { addressBits, type Family, familyOf } from '../../base/ip.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Diagnostic, Report } from '../diagnostics/diagnostic.ts';
import {
  entriesOf,
  type Forwarding,
  type GroupMatch,
  type Persistence,
  type PoolMatch,
  type Protocol,
  type Scheduler,
  type ServiceMatch,
  type SorryServer,
  type VirtualServer,
} from '../model/lvs.ts';
import { PERSISTENCE_DEFAULT, type ServiceHead, type virtualServerRows } from '../schema/lvs.ts';
import type { BlockValue, Setting } from '../schema/read-block.ts';
import type { Span } from '../syntax/source.ts';
import type { ServiceSettings } from './checker-common.ts';
import { type LowerContext, latest, valueOr } from './context.ts';
import { checkerAlert } from './notify.ts';
import { lowerRealServers, serverPort, serviceDrainTimeout } from './real-server.ts';
import {
  expandGroup,
  familyOfMatch,
  hasAddresses,
  type ServiceGroup,
  type ServiceGroups,
} from './service-group.ts';

export type ServiceBlock = BlockValue<ServiceHead, typeof virtualServerRows>;

/** IP_VS_SVC_F_SCHED1..3 of linux/ip_vs.h */
const FLAG_1 = 0x8;
const FLAG_2 = 0x10;
const FLAG_3 = 0x20;

/** null when nothing can be set up: a group that is not there or does not fit, or no real server. */
export function lowerVirtualServer(
  block: ServiceBlock,
  groups: ServiceGroups,
  context: LowerContext,
): VirtualServer | null {
  const { head, settings } = block;
  const { report } = context;
  const place = block.at.args[0] ?? block.at.keyword;
  const match =
    head.kind === 'group'
      ? groupMatch(head.name, groups, block, context)
      : serviceMatch(head, block, context);
  if (match === null) return null;
  const service = serviceText(match);
  if ((settings.real_server ?? []).length === 0) {
    report(catalog.no_real_server(place, { service }));
    return null;
  }
  const scheduler = serviceScheduler(settings, place, service, context);
  if (settings.hashed !== undefined && scheduler !== 'sh' && scheduler !== 'mh') {
    report(catalog.hashed_alone(settings.hashed.at.keyword, {}));
  }
  const forwarding = serviceForwarding(settings, place, service, context);
  const realServers = lowerRealServers({ settings, match, forwarding }, context);
  const total = realServers.reduce((sum, server) => sum + server.weight, 0);
  return {
    match,
    scheduler,
    schedulerFlags: schedulerFlags(settings, scheduler, context),
    onePacket: onePacket(settings, match, context),
    persistence: lowerPersistence(settings, match, context),
    realServers,
    sorryServer: lowerSorryServer(settings, match, forwarding, context),
    ...lowerQuorum(settings, total, context),
    omega: settings.omega !== undefined,
    haSuspend: suspends(settings, match, context),
    snmpName: valueOr(settings.snmp_name, null),
    virtualHost: valueOr(settings.virtualhost, null),
    quorumUp: valueOr(settings.quorum_up, null),
    quorumDown: valueOr(settings.quorum_down, null),
    smtpAlert: checkerAlert(settings.smtp_alert, context, false),
    drainTimeout: serviceDrainTimeout(settings, context),
    depoolThreshold: valueOr(settings.depool_threshold, null),
  };
}

/** As people and logs name a service: `192.168.100.240:80 tcp`, `fwmark 7`, `group WEB`. */
export function serviceText(match: PoolMatch): string {
  if (match.kind === 'group') return `group ${match.name}${match.index === 0 ? '' : ` (${match.index + 1})`}`;
  if (match.kind === 'fwmark') return `fwmark ${match.mark}`;
  const host = match.address.includes(':') ? `[${match.address}]` : match.address;
  return `${host}:${match.port} ${match.protocol}`;
}

function serviceMatch(
  head: Exclude<ServiceHead, { kind: 'group' }>,
  { settings, at }: ServiceBlock,
  { report }: LowerContext,
): ServiceMatch {
  const wanted = settings.ip_family;
  if (head.kind === 'fwmark') {
    if (settings.protocol !== undefined) report(catalog.protocol_of_fwmark(settings.protocol.at.keyword, {}));
    const first = settings.real_server?.[0]?.head.address;
    const family = wanted?.value ?? (first === undefined ? 'inet' : familyOf(first));
    return { kind: 'fwmark', mark: head.mark, family };
  }
  const family = familyOf(head.address);
  if (wanted !== undefined && wanted.value !== family) {
    report(catalog.family_conflict(wanted.at.args[0] ?? null, { family: familyName(family) }));
  }
  const protocol: Protocol = valueOr(settings.protocol, 'udp');
  if (settings.protocol === undefined) {
    const service = at.args.map((word) => word.text).join(' ');
    report(catalog.no_protocol(at.args[0] ?? at.keyword, { service }));
  }
  return { kind: 'address', protocol, address: head.address, port: head.port };
}

/** The services of the group, in the family that real servers without a tunnel have; numbered later (cross-checks.ts). */
function groupMatch(
  name: string,
  groups: ServiceGroups,
  { settings, at }: ServiceBlock,
  { report }: LowerContext,
): GroupMatch | null {
  const place = at.args[1] ?? at.keyword;
  const group = groups.get(name);
  if (group === undefined) {
    report(catalog.group_unknown(place, { name }));
    return null;
  }
  const wanted = settings.ip_family?.value ?? untunnelledFamily(settings);
  if (wanted !== null && [...group.families].some((family) => family !== wanted)) {
    const has = [...group.families].map(familyName).join(' and ');
    report(catalog.group_family(place, { name, has, wanted: familyName(wanted) }));
    return null;
  }
  const protocol = groupProtocol(group, settings, at.args[0] ?? at.keyword, report);
  const [first] = settings.real_server ?? [];
  const ofServers = wanted ?? (first === undefined ? 'inet' : familyOf(first.head.address));
  const [ofGroup = ofServers] = group.families;
  return {
    kind: 'group',
    name,
    index: 0,
    protocol,
    entries: expandGroup(group, protocol ?? 'udp', ofGroup),
  };
}

const familyName = (family: Family): string => (family === 'inet' ? 'IPv4' : 'IPv6');

/** A tunnel takes either family; null: there are tunnels only. */
function untunnelledFamily(settings: ServiceSettings): Family | null {
  const common = latest(settings.lb_kind, settings.lvs_method)?.value.kind ?? 'nat';
  const server = settings.real_server?.find(
    (block) => (block.settings.lvs_method?.value.kind ?? common) !== 'tun',
  );
  return server === undefined ? null : familyOf(server.head.address);
}

function groupProtocol(
  group: ServiceGroup,
  settings: ServiceSettings,
  at: Span,
  report: Report,
): Protocol | null {
  if (!hasAddresses(group)) {
    if (settings.protocol !== undefined) report(catalog.protocol_of_fwmark(settings.protocol.at.keyword, {}));
    return null;
  }
  if (settings.protocol === undefined) report(catalog.no_protocol(at, { service: `group ${group.name}` }));
  return valueOr(settings.protocol, 'udp');
}

function serviceScheduler(
  settings: ServiceSettings,
  at: Span,
  service: string,
  { report }: LowerContext,
): Scheduler {
  const given = latest(settings.lb_algo, settings.lvs_sched);
  if (given === undefined) report(catalog.no_scheduler(at, { service }));
  return valueOr(given, 'wlc');
}

function serviceForwarding(
  settings: ServiceSettings,
  at: Span,
  service: string,
  { report }: LowerContext,
): Forwarding {
  const given = latest(settings.lb_kind, settings.lvs_method);
  if (given !== undefined) return given.value;
  // keepalived asks only when a server has no method of its own
  const needed = (settings.real_server ?? []).some((server) => server.settings.lvs_method === undefined);
  if (needed) report(catalog.no_method(at, { service }));
  return { kind: 'nat' };
}

function schedulerFlags(settings: ServiceSettings, scheduler: Scheduler, { report }: LowerContext): number {
  const only = (setting: Setting<true> | undefined, wanted: Scheduler, bit: number): number => {
    if (setting === undefined) return 0;
    if (scheduler === wanted) return bit;
    const flag = setting.at.keyword.text;
    report(catalog.flag_of_other_scheduler(setting.at.keyword, { flag, scheduler: wanted }));
    return 0;
  };
  return (
    (settings['flag-1'] === undefined ? 0 : FLAG_1) |
    (settings['flag-2'] === undefined ? 0 : FLAG_2) |
    (settings['flag-3'] === undefined ? 0 : FLAG_3) |
    only(settings['sh-fallback'], 'sh', FLAG_1) |
    only(settings['sh-port'], 'sh', FLAG_2) |
    only(settings['mh-fallback'], 'mh', FLAG_1) |
    only(settings['mh-port'], 'mh', FLAG_2)
  );
}

function onePacket({ ops }: ServiceSettings, match: PoolMatch, { report }: LowerContext): boolean {
  if (ops === undefined) return false;
  if (match.kind === 'fwmark' || match.protocol === 'udp' || match.protocol === null) return true;
  report(catalog.one_packet_needs_udp(ops.at.keyword, {}));
  return false;
}

/** A mark is on no interface. */
function suspends(
  { ha_suspend: given }: ServiceSettings,
  match: PoolMatch,
  { report }: LowerContext,
): boolean {
  if (given === undefined || entriesOf(match).some(({ kind }) => kind === 'address'))
    return given !== undefined;
  report(catalog.suspend_needs_address(given.at.keyword, {}));
  return false;
}

/** A service on any port, and one with a granularity, is persistent even when the file does not say so. */
function lowerPersistence(
  settings: ServiceSettings,
  match: PoolMatch,
  { report }: LowerContext,
): Persistence | null {
  const family = familyOfMatch(match);
  const { persistence_granularity: mask } = settings;
  const isAnyPort = entriesOf(match).some((entry) => entry.kind === 'address' && entry.port === 0);
  const forced = isAnyPort || mask !== undefined;
  const timeout = valueOr(settings.persistence_timeout, forced ? PERSISTENCE_DEFAULT : null);
  if (timeout === null) return null;
  const fits = mask !== undefined && mask.value.family === family;
  if (mask !== undefined && !fits) {
    report(
      catalog.granularity_family(mask.at.args[0] ?? null, {
        family: family === null ? 'IPv4 and IPv6' : familyName(family),
      }),
    );
  }
  return {
    timeout,
    prefixLength: fits ? mask.value.prefixLength : addressBits(family ?? 'inet6'),
    engine: valueOr(settings.persistence_engine, null),
  };
}

function lowerSorryServer(
  settings: ServiceSettings,
  match: PoolMatch,
  inherited: Forwarding,
  context: LowerContext,
): SorryServer | null {
  const { sorry_server: sorry, sorry_server_inhibit: inhibit, sorry_server_lvs_method: method } = settings;
  if (sorry === undefined) {
    for (const setting of [inhibit, method]) {
      if (setting === undefined) continue;
      context.report(catalog.no_sorry_server(setting.at.keyword, { keyword: setting.at.keyword.text }));
    }
    return null;
  }
  const forwarding = valueOr(method, inherited);
  return {
    address: sorry.value.address,
    port: serverPort({ head: sorry.value, at: sorry.at }, match, forwarding, context),
    forwarding,
    inhibit: inhibit !== undefined,
  };
}

interface Quorum {
  readonly quorum: number;
  readonly hysteresis: number;
}

/** The quorum cannot be more than everything, the hysteresis must be less than the quorum. */
function lowerQuorum(settings: ServiceSettings, total: number, { report }: LowerContext): Quorum {
  const wanted = valueOr(settings.quorum, 1);
  const quorum = Math.max(1, Math.min(wanted, total));
  const lowered = (setting: Setting<number> | undefined, row: (at: Span | null) => Diagnostic) =>
    report(row(setting?.at.args[0] ?? null));
  if (quorum < wanted)
    lowered(settings.quorum, (at) => catalog.quorum_lowered(at, { quorum: wanted, total: quorum }));
  const given = valueOr(settings.hysteresis, 0);
  const hysteresis = Math.min(given, quorum - 1);
  if (hysteresis < given) {
    lowered(settings.hysteresis, (at) =>
      catalog.hysteresis_lowered(at, { hysteresis: given, used: hysteresis }),
    );
  }
  return { quorum, hysteresis };
}

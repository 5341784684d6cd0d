/** The VRRP sections of keepalived.data; pure. What is configured comes from the model, what is so now
 *  from the status; without a status the instance is shown as configured. */
import { MICROS_PER_MILLI, MICROS_PER_SECOND, type Micros } from '../base/units.ts';
import { entryText, type RoutingEntry, type StaticEntries } from '../config/model/routing.ts';
import type {
  GarpSettings,
  InstanceNotify,
  VirtualAddress,
  VrrpInstance,
  VrrpNotify,
  VrrpSyncGroup,
} from '../config/model/vrrp.ts';
import type { VrrpInstanceStatus } from '../vrrp/core/status.ts';
import {
  enabled,
  heading,
  optional,
  scriptText,
  shortSeconds,
  trueFalse,
  wallText,
  yesNo,
} from './dump-text.ts';

export const instanceLines = (
  instance: VrrpInstance,
  now: VrrpInstanceStatus | null,
  group: VrrpSyncGroup | null,
): readonly string[] => [
  ` VRRP Instance = ${instance.name}`,
  `   VRRP Version = ${instance.version}`,
  ...(group === null ? [] : [`   Sync group = ${group.name}`]),
  ...stateLines(instance, now),
  ...instance.virtualLinks.map(
    ({ kind, name, parent, mac }) =>
      `   Use ${kind === 'macvlan' ? 'VMAC' : 'IPVLAN'}, i/f ${name} on ${parent}${mac === null ? '' : `, MAC ${mac}`}`,
  ),
  `   Interface = ${instance.interface}`,
  ...optional(instance.sourceAddress !== null, `   Using src_ip = ${instance.sourceAddress}`),
  ...multicastLines(instance),
  ...garpLines(instance.garp),
  `   Down timer adverts = ${instance.downTimerAdverts}`,
  `   Send advert after receive lower priority advert = ${trueFalse(!instance.lowerPrioNoAdvert)}`,
  `   Send advert after receive higher priority advert = ${trueFalse(instance.higherPrioSendAdvert)}`,
  `   Virtual Router ID = ${instance.vrid}`,
  `   Priority = ${instance.priority}`,
  ...(now === null
    ? []
    : [`   Effective priority = ${now.effectivePriority}`, `   Total priority = ${now.effectivePriority}`]),
  `   Advert interval = ${intervalText(instance)}`,
  `   Accept = ${enabled(instance.accept)}`,
  `   Preempt = ${enabled(instance.preempt)}`,
  ...optional(instance.preemptDelay > 0, `   Preempt delay = ${shortSeconds(instance.preemptDelay)} secs`),
  ...optional(instance.promoteSecondaries, '   Promote_secondaries = enabled'),
  ...authenticationLines(instance),
  ...optional(instance.checksumAsV2, '   VRRPv3 uses VRRPv2 checksum'),
  ...addressLines('Virtual IP', instance.virtualAddresses, now),
  ...optional(
    instance.excludedAddresses.length > 0,
    ...addressLines('Virtual IP Excluded', instance.excludedAddresses, now),
  ),
  ...routingLines(instance, now),
  ...unicastLines(instance),
  ...heartbeatLines(instance),
  ...trackingLines(instance),
  ...instanceNotifyLines(instance.notify),
];

function stateLines(instance: VrrpInstance, now: VrrpInstanceStatus | null): readonly string[] {
  const wanted = `   Wantstate = ${instance.initialState}`;
  if (now === null) return [wanted];
  const { master, lastTransitionWall: transition } = now;
  return [
    `   State = ${now.state}`,
    ...(master === null
      ? []
      : [`   Master router = ${master.address}`, `   Master priority = ${master.priority}`]),
    wanted,
    `   Last transition = ${transition === null ? '0.000000 (never)' : wallText(transition)}`,
  ];
}

const multicastLines = ({ destination }: VrrpInstance): readonly string[] =>
  destination.kind === 'multicast' ? [`   Multicast address ${destination.group}`] : [];

function unicastLines({ destination }: VrrpInstance): readonly string[] {
  if (destination.kind === 'multicast') return [];
  const { ttl, checkSource } = destination;
  return [
    ...optional(ttl !== null, `   Unicast TTL = ${ttl}`),
    `   Check unicast src : ${yesNo(checkSource)}`,
    `   Unicast Peer (${destination.peers.length}):`,
    ...destination.peers.map(({ address, minTtl, maxTtl }) => {
      const least = minTtl === null ? '' : ` min_ttl ${minTtl}`;
      return `     ${address}${least}${maxTtl === null ? '' : ` max_ttl ${maxTtl}`}`;
    }),
  ];
}

const heartbeatLines = ({ heartbeats }: VrrpInstance): readonly string[] =>
  heartbeats.length === 0
    ? []
    : [
        `   Heartbeats (${heartbeats.length}):`,
        ...heartbeats.map(({ interface: name, destination }) =>
          destination.kind === 'multicast'
            ? `     ${destination.group} dev ${name}`
            : `     ${destination.peers.join(' ')} dev ${name}`,
        ),
      ];

const garpLines = (garp: GarpSettings): readonly string[] => [
  `   Gratuitous ARP delay = ${shortSeconds(garp.delay)}`,
  `   Gratuitous ARP repeat = ${garp.repeat}`,
  `   Gratuitous ARP refresh = ${shortSeconds(garp.refresh)}`,
  `   Gratuitous ARP refresh repeat = ${garp.refreshRepeat}`,
  `   Gratuitous ARP lower priority delay = ${shortSeconds(garp.lowerPrioDelay)}`,
  `   Gratuitous ARP lower priority repeat = ${garp.lowerPrioRepeat}`,
];

/** Seconds in version 2, milliseconds in version 3: the units of their configuration. */
const intervalText = ({ version, advertInterval }: VrrpInstance): string =>
  version === 2
    ? `${advertInterval / MICROS_PER_SECOND} sec`
    : `${advertInterval / MICROS_PER_MILLI} milli-sec`;

function authenticationLines({ version, authentication }: VrrpInstance): readonly string[] {
  if (version === 3) return [];
  const type = { none: 'none', pass: 'SIMPLE_PASSWORD', ah: 'IPSEC_AH', hmac: 'HMAC_SHA256' }[
    authentication.kind
  ];
  return [
    `   Authentication type = ${type}`,
    ...optional(authentication.kind !== 'none', '   Password = ********'),
  ];
}

const SCOPES: Readonly<Record<number, string>> = {
  0: 'global',
  200: 'site',
  253: 'link',
  254: 'host',
  255: 'nowhere',
};

/** `     192.168.100.240 dev eth0 scope global set`: `set` while the address is held here. */
function addressLines(
  title: string,
  addresses: readonly VirtualAddress[],
  now: VrrpInstanceStatus | null,
): readonly string[] {
  return [
    `   ${title} (${addresses.length}):`,
    ...addresses.map((vip) => {
      const prefix =
        vip.prefixLength === (vip.address.includes(':') ? 128 : 32) ? '' : `/${vip.prefixLength}`;
      const broadcast = vip.broadcast === null ? '' : ` brd ${vip.broadcast}`;
      const label = vip.label === null ? '' : ` label ${vip.label}`;
      const held = now?.addresses.some((a) => a.address === vip.address && a.held) ?? false;
      const scope = SCOPES[vip.scope] ?? String(vip.scope);
      return (
        `     ${vip.address}${prefix}${broadcast} dev ${vip.interface} scope ${scope}${label}` +
        `${held ? ' set' : ''}`
      );
    }),
  ];
}

/** `     10.9.0.0/16 via 10.0.0.77 dev eth0 proto 18 set`: `set` while it is held here. */
const routingLines = ({ routes, rules }: VrrpInstance, now: VrrpInstanceStatus | null): readonly string[] => [
  ...optional(routes.length > 0, `   Virtual Routes (${routes.length}):`),
  ...routes.map((entry) => entryLine(entry, now)),
  ...optional(rules.length > 0, `   Virtual Rules (${rules.length}):`),
  ...rules.map((entry) => entryLine(entry, now)),
];

function entryLine(entry: RoutingEntry, now: VrrpInstanceStatus | null): string {
  const text = entryText(entry);
  const held = now?.routing.some((one) => one.text === text && one.held) ?? false;
  return `     ${text}${entry.tracked ? '' : ' no_track'}${held ? ' set' : ''}`;
}

/** Static Addresses, Static Routes, Static Rules; empty sections are left out. */
export const staticLines = ({ addresses, routes, rules }: StaticEntries): readonly string[] => [
  ...optional(addresses.length > 0, ...heading('Static Addresses')),
  ...addresses.map(({ entry }) => ` ${entry.address}/${entry.prefixLength} dev ${entry.interface}`),
  ...optional(routes.length > 0, ...heading('Static Routes')),
  ...routes.map(({ entry }) => ` ${entryText(entry)}`),
  ...optional(rules.length > 0, ...heading('Static Rules')),
  ...rules.map(({ entry }) => ` ${entryText(entry)}`),
];

export const weightText = ({ weight, reverse }: { weight: number; reverse: boolean }): string =>
  `weight ${weight}${reverse ? ' reverse' : ''}`;

const TRACKER_KINDS = [
  ['script', 'scripts'],
  ['file', 'files'],
  ['process', 'processes'],
] as const;

const trackingLines = ({ trackInterfaces, trackers }: VrrpInstance): readonly string[] => [
  ...optional(trackInterfaces.length > 0, '   Tracked interfaces :'),
  ...trackInterfaces.map((tracked) => `     ${tracked.interface} ${weightText(tracked)}`),
  ...TRACKER_KINDS.flatMap(([kind, title]) => {
    const tracked = trackers.filter((tracker) => tracker.kind === kind);
    return [
      ...optional(tracked.length > 0, `   Tracked ${title} :`),
      ...tracked.map((tracker) => `     ${tracker.name} ${weightText(tracker)}`),
    ];
  }),
];

export const notifyLines = (notify: VrrpNotify): readonly string[] => [
  `   Using smtp notification = ${yesNo(notify.smtpAlert)}`,
  ...scriptLine('Master state transition script', notify.master),
  ...scriptLine('Backup state transition script', notify.backup),
  ...scriptLine('Fault state transition script', notify.fault),
  ...scriptLine('Stop state transition script', notify.stop),
  ...scriptLine('Generic state transition script', notify.any),
];

const instanceNotifyLines = (notify: InstanceNotify): readonly string[] => {
  const [mail, ...scripts] = notifyLines(notify);
  return [
    ...(mail === undefined ? [] : [mail]),
    `   Notify deleted = ${notify.deleted === null ? 'Fault' : 'Deleted'}`,
    ...scripts,
    ...scriptLine('Deleted script', notify.deleted?.command ?? null),
    ...scriptLine('Master rx lower pri script', notify.lowerPriority),
    `   Notify priority changes = ${trueFalse(notify.priorityChanges)}`,
  ];
};

const scriptLine = (label: string, command: VrrpNotify['any']): readonly string[] =>
  command === null ? [] : [`   ${label} = ${scriptText(command)}`];

export const wholeSeconds = (duration: Micros): string => `${shortSeconds(duration)} sec`;

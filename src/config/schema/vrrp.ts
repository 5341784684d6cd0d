/** Keywords of `vrrp_instance` and `vrrp_sync_group` that vipd reads; what they track is defined in trackers.ts. */
import type { IpAddress } from '../../base/ip.ts';
import { type InterfaceName, type Micros, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { InterfaceDelay, PolledLink } from '../model/global.ts';
import { readAddressLine } from './address-line.ts';
import { bfdWeight } from './bfd.ts';
import { garpGroup } from './garp-group.ts';
import { hmacKey } from './hmac-key.ts';
import { instanceRoutingRows } from './routing.ts';
import { block, each, line, list, type ValueReader } from './row.ts';
import { optionalCommand, scriptCommand } from './script-values.ts';
import { lowered, trackerRows, type WeightReader, weightOf } from './trackers.ts';
import {
  blockName, boolean, decimalSeconds, flag, I32_MAX, integer, interfaceWord, ipAddress, multicast4, multicast6,
  noHead, oneOf, oneWord, optional, parseAddress, parseInteger, parseInterface, parseSeconds,
  SECONDS_MAX, text, U32_MAX, wholeSeconds,
} from './values.ts'; // biome-ignore format: one line reads better
import { virtualLinkRows } from './virtual-link.ts';

/** `NAME [weight N [reverse|noreverse]]` */
export interface TrackLine {
  readonly name: string;
  /** null: the weight of the tracked object */
  readonly weight: number | null;
  readonly reverse: boolean | null;
}

export interface PeerLine {
  readonly address: IpAddress;
  readonly minTtl: number | null;
  readonly maxTtl: number | null;
}

export interface HeartbeatPeerLine {
  readonly address: IpAddress;
  readonly interface: InterfaceName;
}

/** seconds */
const LINK_DELAY_MAX = 255;

/** `INTERFACE DOWN [UP]` */
const interfaceDelay: ValueReader<InterfaceDelay> = (words, report) => {
  const [first, down, up] = words.args;
  const name = first === undefined ? undefined : parseInterface(first, 'interface_up_down_delays', report);
  if (first === undefined || name === undefined) return undefined;
  if (down === undefined) {
    report(catalog.missing_argument(first, { keyword: 'interface_up_down_delays', wanted: 'seconds' }));
    return undefined;
  }
  const delay = (word: typeof first | undefined): Micros | undefined =>
    word === undefined
      ? seconds(0)
      : parseSeconds(word, 0, LINK_DELAY_MAX, 6, 'interface_up_down_delays', report);
  const [downDelay, upDelay] = [delay(down), delay(up)];
  return downDelay === undefined || upDelay === undefined
    ? undefined
    : { interface: name, down: downDelay, up: upDelay };
};

const METHODS = { MII: 'mii', ETHTOOL: 'ethtool', IOCTL: 'ioctl' } as const;

/** `INTERFACE [MII|ETHTOOL|IOCTL]` */
const polledInterface: ValueReader<PolledLink> = (words, report) => {
  const [first, second] = words.args;
  const name = first === undefined ? undefined : parseInterface(first, 'linkbeat_interfaces', report);
  if (name === undefined) return undefined;
  if (second === undefined) return { interface: name, method: null };
  const method = METHODS[second.text.toUpperCase() as keyof typeof METHODS];
  if (method === undefined)
    report(catalog.unknown_option(second, { option: second.text, of: 'linkbeat_interfaces' }));
  return { interface: name, method: method ?? null };
};

/** Anything but MASTER is BACKUP, reported. */
const initialState = oneWord('MASTER or BACKUP', (word, _, report): 'MASTER' | 'BACKUP' => {
  if (word.text === 'MASTER' || word.text === 'BACKUP') return word.text;
  report(catalog.unknown_state(word, { word: word.text }));
  return 'BACKUP';
});

/** `read` is the reader of weights: files and processes may have one more than interfaces and scripts. */
const trackLineWith =
  (read: WeightReader): ValueReader<TrackLine> =>
  (words, report) => {
    const [name, ...rest] = words.args;
    if (name === undefined) return undefined;
    let tracked: TrackLine = { name: name.text, weight: null, reverse: null };
    for (let i = 0; i < rest.length; i++) {
      const option = rest[i];
      const value = rest[i + 1];
      if (option?.text === 'weight' && value !== undefined) {
        tracked = { ...tracked, weight: read(words, i + 2, report) };
        i++;
      } else if ((option?.text === 'reverse' || option?.text === 'noreverse') && tracked.weight !== null) {
        tracked = { ...tracked, reverse: option.text === 'reverse' };
      } else if (option !== undefined) {
        report(catalog.unknown_option(option, { option: option.text, of: name.text }));
      }
    }
    return tracked;
  };

const trackLine = trackLineWith(lowered);
const wideTrackLine = trackLineWith(weightOf);
const bfdTrackLine = trackLineWith(bfdWeight);

const interfaceLine: ValueReader<TrackLine & { readonly interface: InterfaceName }> = (words, report) => {
  const [first] = words.args;
  const tracked = trackLine(words, report);
  const name = first === undefined ? undefined : parseInterface(first, 'track_interface', report);
  return tracked === undefined || name === undefined ? undefined : { ...tracked, interface: name };
};

/** `IP [min_ttl N] [max_ttl N]` */
const peerLine: ValueReader<PeerLine> = (words, report) => {
  const [first, ...rest] = words.args;
  const address = first === undefined ? undefined : parseAddress(first, 'unicast_peer', report);
  if (address === undefined) return undefined;
  const limits: { min_ttl: number | null; max_ttl: number | null } = { min_ttl: null, max_ttl: null };
  for (let i = 0; i < rest.length; i += 2) {
    const [option, value] = [rest[i], rest[i + 1]];
    const name = option?.text;
    if (name !== 'min_ttl' && name !== 'max_ttl') {
      if (option !== undefined)
        report(catalog.unknown_option(option, { option: option.text, of: 'unicast_peer' }));
    } else if (value === undefined) {
      report(catalog.missing_argument(option ?? words.keyword, { keyword: name, wanted: 'a TTL' }));
    } else {
      limits[name] = parseInteger(value, 0, 255, name, report) ?? null;
    }
  }
  return { address, minTtl: limits.min_ttl, maxTtl: limits.max_ttl };
};

const heartbeatInterfaces: ValueReader<readonly InterfaceName[]> = (words, report) =>
  words.args.flatMap((word) => parseInterface(word, 'heartbeat_interfaces', report) ?? []);

/** `IP dev INTERFACE` */
const heartbeatPeer: ValueReader<HeartbeatPeerLine> = (words, report) => {
  const [first, dev, name] = words.args;
  const address = first === undefined ? undefined : parseAddress(first, 'heartbeat_peers', report);
  if (first === undefined || address === undefined) return undefined;
  if (dev?.text !== 'dev' || name === undefined) {
    report(
      catalog.missing_argument(dev ?? first, {
        keyword: 'heartbeat_peers',
        wanted: "'dev' and an interface",
      }),
    );
    return undefined;
  }
  const on = parseInterface(name, 'heartbeat_peers', report);
  return on === undefined ? undefined : { address, interface: on };
};

/** A number out of range is replaced by 100, reported; so it is never left to the default of state MASTER. */
const priorityNumber = oneWord(
  'a number from 1 to 255',
  (word, _, report) => parseInteger(word, 1, 255, 'priority', report) ?? 100,
);

/** An address that is none is reported and the instance keeps choosing by itself. */
const multicastGroup: ValueReader<IpAddress> = (words, report) =>
  words.args[0]?.text.includes(':') ? multicast6(words, report) : multicast4(words, report);

const scripts = { repeat: 'first' } as const;

const notifyRows = {
  notify_master: line(scriptCommand, 'run on entering MASTER', { tier: 1, ...scripts }),
  notify_backup: line(scriptCommand, 'run on entering BACKUP', { tier: 1, ...scripts }),
  notify_fault: line(scriptCommand, 'run on entering FAULT', { tier: 1, ...scripts }),
  notify_stop: line(scriptCommand, 'run when the daemon stops', { ...scripts }),
  notify: line(scriptCommand, 'run on every change of state', { tier: 1, ...scripts }),
  smtp_alert: line(boolean, 'mail on change of state', { tier: 1 }),
  notify_priority_changes: line(boolean, 'FIFO lines for changes of the effective priority', { tier: 3 }),
};

const authenticationRows = {
  auth_type: line(text('PASS or AH'), 'PASS (clear text) or AH', { tier: 1 }),
  auth_pass: line(text('a password'), 'password, at most eight bytes', { tier: 1 }),
};

const hmacRows = {
  key: each(hmacKey, 'ID 1..255 and a secret: text, hex:DIGITS or file:PATH, 32 to 64 bytes', { tier: 3 }),
  active_key: line(integer(1, 255), 'id of the key that signs', { tier: 3 }),
  time_window: line(wholeSeconds(1, 300), 'seconds that clocks may differ; 3 x advert_int within 5..300', {
    tier: 3,
  }),
  anti_replay: line(
    oneOf('time', 'monotonic'),
    'adverts must be fresh by time, or only newer than the last',
    {
      tier: 3,
    },
  ),
  mode: line(oneOf('enforce', 'permissive', 'receive-only'), 'what happens without the trailer', { tier: 3 }),
};

export const vrrpInstanceRows = {
  state: line(initialState, 'wanted first state, MASTER or BACKUP', { tier: 1 }),
  interface: line(interfaceWord, 'interface that carries the adverts', { tier: 1 }),
  lvs_sync_daemon_interface: line(
    interfaceWord,
    'old form of lvs_sync_daemon in global_defs: a sync daemon that follows this instance',
    {
      tier: 3,
      repeat: 'first',
    },
  ),
  virtual_router_id: line(integer(1, 255), 'VRID, 1..255, the same on all routers of one address', {
    tier: 1,
  }),
  priority: line(priorityNumber, 'priority, 1..255, 100 unless given', { tier: 1 }),
  version: line(integer(2, 3), 'VRRP version, 2 or 3', { tier: 1, repeat: 'first' }),
  advert_int: line(decimalSeconds(0.01, 255), 'seconds between adverts, 1 unless given', { tier: 1 }),
  nopreempt: line(flag, 'do not take over from a lower-priority master', { tier: 1 }),
  preempt: line(flag, 'undo nopreempt'),
  preempt_delay: line(decimalSeconds(0, 1000), 'seconds to wait before taking over', { tier: 1 }),
  down_timer_adverts: line(integer(1, 100), 'adverts missed before takeover, 3 unless given'),
  lower_prio_no_advert: line(boolean, 'a master does not answer a lower-priority advert'),
  higher_prio_send_advert: line(boolean, 'a master sends a last advert before it yields'),
  strict_mode: line(boolean, 'adhere to the RFC strictly', { tier: 1 }),
  accept: line(flag, 'accept packets to the virtual addresses', { tier: 1 }),
  no_accept: line(flag, 'drop packets to and from the virtual addresses, by nftables'),
  debug: line(integer(0, 4), 'a level of debugging; nothing depends on it'),
  vrf: line(interfaceWord, 'VRF of unicast adverts, in place of an interface', { tier: 3, repeat: 'first' }),
  kernel_rx_buf_size: line(
    integer(0, U32_MAX),
    'octets of this instance in the receive buffer of its socket',
    {
      tier: 3,
    },
  ),
  linkbeat_use_polling: line(flag, 'poll the link of the interface; linkbeat_interfaces says how', {
    tier: 3,
  }),
  timer_expired_backup: line(
    optional(integer(1, 254), 254),
    'a master whose own adverts were so late that a router of this priority took over steps back; with nopreempt',
    { tier: 3 },
  ),
  thread_timer_expired: line(optional(integer(1, 254), 254), 'old name of timer_expired_backup', {
    tier: 3,
    replacedBy: 'timer_expired_backup',
  }),
  native_ipv6: line(flag, 'make this an IPv6 instance', { tier: 3 }),
  dont_track_primary: line(flag, 'ignore the link state of the own interface'),
  track_src_ip: line(flag, 'FAULT when the configured source address disappears', { tier: 3 }),
  skip_check_adv_addr: line(boolean, 'compare the address list only when the sender changes'),
  mcast_src_ip: line(ipAddress, 'source address of multicast adverts', { tier: 1 }),
  unicast_src_ip: line(ipAddress, 'source address of unicast adverts', { tier: 1 }),
  unicast_ttl: line(integer(0, 255), 'TTL or hop limit of unicast adverts'),
  unicast_fault_no_peer: line(flag, 'with a unicast keyword and no peer: FAULT instead of multicast', {
    tier: 3,
  }),
  check_unicast_src: line(flag, 'accept unicast adverts of the peers only'),
  old_unicast_checksum: line(
    optional(oneOf('never'), 'old'),
    'the checksum of keepalived before 2.0, or never',
    {
      tier: 3,
    },
  ),
  v3_checksum_as_v2: line(boolean, 'version 3 checksums over IPv4 without pseudo header', { tier: 3 }),
  owner_ignore_adverts: line(boolean, 'the address owner drops what it hears', { tier: 3 }),
  promote_secondaries: line(flag, 'removing a primary address keeps the secondary ones'),
  mcast_dst_ip: line(multicastGroup, 'destination of multicast adverts', { tier: 3 }),
  unicast_peer: list(peerLine, 'routers that get the adverts instead of the multicast group', { tier: 1 }),
  heartbeat_interfaces: list(
    heartbeatInterfaces,
    'further interfaces that the adverts leave on and are heard on (vipd only)',
    { tier: 3 },
  ),
  heartbeat_peers: list(
    heartbeatPeer,
    'routers on further interfaces that get the adverts one by one: IP dev INTERFACE (vipd only)',
    { tier: 3 },
  ),
  authentication: block(noHead, authenticationRows, 'authentication of RFC 2338, version 2 only', {
    tier: 1,
  }),
  auth_hmac: block(noHead, hmacRows, "keepalived's own HMAC-SHA256 trailer, versions 2 and 3", { tier: 3 }),
  virtual_ipaddress: list(readAddressLine, 'addresses that the master owns', { tier: 1 }),
  virtual_ipaddress_excluded: list(readAddressLine, 'addresses that the master owns but does not list', {
    tier: 1,
  }),
  ...instanceRoutingRows,
  ...virtualLinkRows,
  no_virtual_ipaddress: line(flag, 'this instance has no address on purpose', { tier: 3 }),
  track_interface: list(interfaceLine, 'interfaces whose link state matters', { tier: 1 }),
  track_script: list(trackLine, 'scripts whose result matters', { tier: 1 }),
  track_file: list(wideTrackLine, 'files whose value matters'),
  track_process: list(wideTrackLine, 'processes that must run, or must not'),
  track_bfd: list(bfdTrackLine, 'BFD sessions that matter'),
  garp_master_delay: line(wholeSeconds(0, SECONDS_MAX), 'seconds until the second burst', { tier: 1 }),
  garp_master_repeat: line(integer(0, U32_MAX), 'gratuitous ARPs per address and burst', { tier: 1 }),
  garp_master_refresh: line(wholeSeconds(0, U32_MAX), 'seconds between refreshes, 0 = none', { tier: 1 }),
  garp_master_refresh_repeat: line(integer(0, U32_MAX), 'gratuitous ARPs per address and refresh'),
  garp_lower_prio_delay: line(wholeSeconds(0, SECONDS_MAX), 'second burst after a lower-priority advert'),
  garp_lower_prio_repeat: line(integer(0, I32_MAX), 'burst after a lower-priority advert, 0 = none'),
  notify_deleted: line(optionalCommand, 'a reload that removes it reports DELETED and runs this', {
    tier: 3,
    ...scripts,
  }),
  notify_master_rx_lower_pri: line(scriptCommand, 'run when a master hears a lower priority', {
    ...scripts,
  }),
  ...notifyRows,
};

export const syncGroupRows = {
  group: list<readonly string[]>((words) => words.args.map((word) => word.text), 'members', { tier: 1 }),
  track_interface: list(interfaceLine, 'interfaces tracked on behalf of every member'),
  track_script: list(trackLine, 'scripts tracked on behalf of every member'),
  track_file: list(wideTrackLine, 'files tracked on behalf of every member', { tier: 3 }),
  track_process: list(wideTrackLine, 'processes tracked on behalf of every member', { tier: 3 }),
  track_bfd: list(bfdTrackLine, 'BFD sessions tracked on behalf of every member', { tier: 3 }),
  sync_group_tracking_weight: line(flag, 'members keep trackers with weight', { tier: 3 }),
  global_tracking: line(flag, 'old name of sync_group_tracking_weight', {
    tier: 3,
    replacedBy: 'sync_group_tracking_weight',
  }),
  ...notifyRows,
};

export const vrrpRows = {
  vrrp_instance: block(blockName, vrrpInstanceRows, 'one virtual router', { tier: 1 }),
  vrrp_sync_group: block(blockName, syncGroupRows, 'instances that change state together', { tier: 1 }),
  ...trackerRows,
  garp_group: garpGroup,
  linkbeat_use_polling: line(flag, 'poll the link of every VRRP interface', { tier: 3 }),
  linkbeat_interfaces: list(
    polledInterface,
    'interfaces whose link is polled, and how: MII, ETHTOOL or IOCTL',
    { tier: 3 },
  ),
  interface_up_down_delays: list(
    interfaceDelay,
    'seconds that a link must stay down, or up, before it counts: INTERFACE DOWN [UP]',
    { tier: 3 },
  ),
};

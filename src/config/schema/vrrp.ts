/** Keywords of `vrrp_instance`, `vrrp_sync_group` and `vrrp_script` that vipd reads. */
import type { IpAddress } from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Arguments } from '../syntax/tree.ts';
import { readAddressLine } from './address-line.ts';
import { instanceRoutingRows } from './routing.ts';
import { block, line, list, type ValueReader } from './row.ts';
import { bareCommand, scriptCommand, scriptUser } from './script-values.ts';
import {
  blockName, boolean, decimalSeconds, flag, I32_MAX, integer, interfaceWord, ipAddress, multicast4, multicast6,
  noHead, oneWord, parseAddress, parseInteger, parseInterface, SECONDS_MAX, text, U32_MAX, wholeSeconds, wordAt,
} from './values.ts'; // biome-ignore format: one line reads better
import { virtualLinkRows } from './virtual-link.ts';

/** Weights of trackers (RFC 9568 priorities leave 1..254 for them). */
const WEIGHT_MAX = 253;

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

/** Anything but MASTER is BACKUP, reported. */
const initialState = oneWord('MASTER or BACKUP', (word, _, report): 'MASTER' | 'BACKUP' => {
  if (word.text === 'MASTER' || word.text === 'BACKUP') return word.text;
  report(catalog.unknown_state(word, { word: word.text }));
  return 'BACKUP';
});

/** `NAME [weight N [reverse|noreverse]]` */
const trackLine: ValueReader<TrackLine> = (words, report) => {
  const [name, ...rest] = words.args;
  if (name === undefined) return undefined;
  let tracked: TrackLine = { name: name.text, weight: null, reverse: null };
  for (let i = 0; i < rest.length; i++) {
    const option = rest[i];
    const value = rest[i + 1];
    if (option?.text === 'weight' && value !== undefined) {
      tracked = { ...tracked, weight: weightOf(words, i + 2, report) };
      i++;
    } else if ((option?.text === 'reverse' || option?.text === 'noreverse') && tracked.weight !== null) {
      tracked = { ...tracked, reverse: option.text === 'reverse' };
    } else if (option !== undefined) {
      report(catalog.unknown_option(option, { option: option.text, of: name.text }));
    }
  }
  return tracked;
};

/** -254..254 is read; the two ends are lowered to 253 with a complaint. */
function weightOf(words: Arguments, index: number, report: Report): number | null {
  const word = words.args[index];
  if (word === undefined) return null;
  const weight = parseInteger(word, -WEIGHT_MAX - 1, WEIGHT_MAX + 1, 'weight', report);
  if (weight === undefined) return null;
  if (Math.abs(weight) <= WEIGHT_MAX) return weight;
  report(catalog.weight_lowered(word, { weight, used: Math.sign(weight) * WEIGHT_MAX }));
  return Math.sign(weight) * WEIGHT_MAX;
}

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

/** A number out of range is replaced by 100, reported; so it is never left to the default of state MASTER. */
const priorityNumber = oneWord(
  'a number from 1 to 255',
  (word, _, report) => parseInteger(word, 1, 255, 'priority', report) ?? 100,
);

/** An address that is none is reported and the instance keeps choosing by itself. */
const multicastGroup: ValueReader<IpAddress> = (words, report) =>
  words.args[0]?.text.includes(':') ? multicast6(words, report) : multicast4(words, report);

/** `int [reverse]`; a number out of range is reported and kept, limited, as nothing else would be safer. */
const scriptWeight: ValueReader<{ readonly weight: number; readonly reverse: boolean }> = (words, report) => {
  const weight = wordAt(words, 0, 'a weight', report) === undefined ? null : weightOf(words, 0, report);
  return weight === null ? undefined : { weight, reverse: words.args[1]?.text === 'reverse' };
};

const scripts = { repeat: 'first', noEffect: 'scripts' } as const;

const notifyRows = {
  notify_master: line(scriptCommand, 'run on entering MASTER', { tier: 1, ...scripts }),
  notify_backup: line(scriptCommand, 'run on entering BACKUP', { tier: 1, ...scripts }),
  notify_fault: line(scriptCommand, 'run on entering FAULT', { tier: 1, ...scripts }),
  notify_stop: line(scriptCommand, 'run when the daemon stops', { ...scripts }),
  notify: line(scriptCommand, 'run on every change of state', { tier: 1, ...scripts }),
  smtp_alert: line(boolean, 'mail on change of state', { tier: 1, noEffect: 'mail' }),
};

const authenticationRows = {
  auth_type: line(text('PASS or AH'), 'PASS (clear text) or AH', { tier: 1 }),
  auth_pass: line(text('a password'), 'password, at most eight bytes', { tier: 1 }),
};

export const vrrpInstanceRows = {
  state: line(initialState, 'wanted first state, MASTER or BACKUP', { tier: 1 }),
  interface: line(interfaceWord, 'interface that carries the adverts', { tier: 1 }),
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
  native_ipv6: line(flag, 'make this an IPv6 instance', { tier: 3 }),
  dont_track_primary: line(flag, 'ignore the link state of the own interface'),
  skip_check_adv_addr: line(boolean, 'compare the address list only when the sender changes'),
  mcast_src_ip: line(ipAddress, 'source address of multicast adverts', { tier: 1 }),
  unicast_src_ip: line(ipAddress, 'source address of unicast adverts', { tier: 1 }),
  mcast_dst_ip: line(multicastGroup, 'destination of multicast adverts', { tier: 3 }),
  unicast_peer: list(peerLine, 'routers that get the adverts instead of the multicast group', { tier: 1 }),
  authentication: block(noHead, authenticationRows, 'authentication of RFC 2338, version 2 only', {
    tier: 1,
  }),
  virtual_ipaddress: list(readAddressLine, 'addresses that the master owns', { tier: 1 }),
  virtual_ipaddress_excluded: list(readAddressLine, 'addresses that the master owns but does not list', {
    tier: 1,
  }),
  ...instanceRoutingRows,
  ...virtualLinkRows,
  no_virtual_ipaddress: line(flag, 'this instance has no address on purpose', { tier: 3 }),
  track_interface: list(interfaceLine, 'interfaces whose link state matters', { tier: 1 }),
  track_script: list(trackLine, 'scripts whose result matters', { tier: 1, noEffect: 'scripts' }),
  garp_master_delay: line(wholeSeconds(0, SECONDS_MAX), 'seconds until the second burst', { tier: 1 }),
  garp_master_repeat: line(integer(0, U32_MAX), 'gratuitous ARPs per address and burst', { tier: 1 }),
  garp_master_refresh: line(wholeSeconds(0, U32_MAX), 'seconds between refreshes, 0 = none', { tier: 1 }),
  garp_master_refresh_repeat: line(integer(0, U32_MAX), 'gratuitous ARPs per address and refresh'),
  garp_lower_prio_delay: line(wholeSeconds(0, SECONDS_MAX), 'second burst after a lower-priority advert'),
  garp_lower_prio_repeat: line(integer(0, I32_MAX), 'burst after a lower-priority advert, 0 = none'),
  ...notifyRows,
};

export const syncGroupRows = {
  group: list<readonly string[]>((words) => words.args.map((word) => word.text), 'members', { tier: 1 }),
  ...notifyRows,
};

export const vrrpScriptRows = {
  script: line(bareCommand, 'command; exit status 0 is success', { tier: 1 }),
  interval: line(decimalSeconds(0, SECONDS_MAX, 3), 'seconds between runs, 1 unless given', { tier: 1 }),
  timeout: line(decimalSeconds(0, SECONDS_MAX, 3), 'seconds before it is stopped', { tier: 1 }),
  weight: line(scriptWeight, 'change of priority; 0 = failure means FAULT', { tier: 1 }),
  rise: line(integer(1, I32_MAX), 'successes needed to be up', { tier: 1 }),
  fall: line(integer(1, I32_MAX), 'failures needed to be down', { tier: 1 }),
  user: line(scriptUser, 'identity it runs as', { tier: 1 }),
};

export const vrrpRows = {
  vrrp_instance: block(blockName, vrrpInstanceRows, 'one virtual router', { tier: 1 }),
  vrrp_sync_group: block(blockName, syncGroupRows, 'instances that change state together', {
    tier: 1,
    noEffect: 'sync_groups',
  }),
  vrrp_script: block(blockName, vrrpScriptRows, 'periodic command that feeds a priority', {
    tier: 1,
    noEffect: 'scripts',
  }),
};

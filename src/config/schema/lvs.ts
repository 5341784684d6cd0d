/** Keywords of `virtual_server` and `real_server` that vipd reads. */
import { type IpAddress, ipBytes, isIpv4, parseIp } from '../../base/ip.ts';
import { type FwMark, fwMark, type Port, port, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { type Forwarding, SCHEDULERS } from '../model/lvs.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import { timing } from './checker-common.ts';
import { checkerRows } from './checkers.ts';
import { IPVS_TIMEOUT_MAX } from './global.ts';
import { readGroupEntry } from './group-entry.ts';
import { poolChange } from './pool-change.ts';
import { block, line, namedList, type ValueReader } from './row.ts';
import { scriptCommand } from './script-values.ts';
import {
  addressOf,
  boolean, flag, I32_MAX, integer, oneOf, oneWord, optional, parseInteger, parsePort, text, U32_MAX, wholeSeconds, wordAt,
} from './values.ts'; // biome-ignore format: one line reads better

/** persistence_timeout without a number */
export const PERSISTENCE_DEFAULT = seconds(360);
const ENGINE_NAME_MAX = 15;

export interface ServerAddress {
  readonly address: IpAddress;
  /** 0: not given */
  readonly port: Port;
}

export type ServiceHead =
  | ({ readonly kind: 'address' } & ServerAddress)
  | { readonly kind: 'fwmark'; readonly mark: FwMark }
  | { readonly kind: 'group'; readonly name: string };

/** `IP [PORT]`; an address or port that is none drops the whole block. */
const serverAddress: ValueReader<ServerAddress> = (words, report) => {
  const first = wordAt(words, 0, 'an IP address', report);
  if (first === undefined) return undefined;
  const address = addressOf(first, report);
  if (address === null) {
    report(catalog.bad_server_address(first, { keyword: words.keyword.text, word: first.text }));
    return undefined;
  }
  const second = words.args[1];
  if (second === undefined) return { address, port: port(0) };
  const number = parsePort(second, 0, words.keyword.text, report);
  return number === undefined ? undefined : { address, port: number };
};

/** `IP [PORT]`, `fwmark N` or `group NAME` */
const serviceHead: ValueReader<ServiceHead> = (words, report) => {
  const [first, second] = words.args;
  if (first?.text === 'fwmark') {
    if (second === undefined) return incomplete(words, 'a mark', report);
    const mark = parseInteger(second, 0, U32_MAX, 'fwmark', report);
    return mark === undefined ? undefined : { kind: 'fwmark', mark: fwMark(mark) };
  }
  if (first?.text === 'group') {
    return second === undefined ? incomplete(words, 'a name', report) : { kind: 'group', name: second.text };
  }
  const address = serverAddress(words, report);
  return address === undefined ? undefined : { kind: 'address', ...address };
};

function incomplete(words: Arguments, wanted: string, report: Report): undefined {
  report(catalog.missing_argument(words.keyword, { keyword: words.args[0]?.text ?? '', wanted }));
  return undefined;
}

/** `NAT|FULLNAT|DR|TUN [type ipip|gue|gre] [port N] [nocsum|csum|remcsum]` */
const forwarding: ValueReader<Forwarding> = (words, report) => {
  const method = oneOf('NAT', 'DR', 'TUN', 'FULLNAT')({ ...words, args: words.args.slice(0, 1) }, report);
  if (method === undefined) return undefined;
  if (method === 'TUN') return tunnel(words, report);
  const extra = words.args[1];
  if (extra !== undefined) report(catalog.unknown_option(extra, { option: extra.text, of: method }));
  return { kind: METHODS[method] };
};

const METHODS = { NAT: 'nat', DR: 'dr', FULLNAT: 'fullnat' } as const;

type Tunnel = Extract<Forwarding, { kind: 'tun' }>;

function tunnel(words: Arguments, report: Report): Forwarding | undefined {
  let result: Tunnel = { kind: 'tun', encapsulation: 'ipip', port: port(0), checksum: 'none' };
  for (let i = 1; i < words.args.length; i++) {
    const option = words.args[i];
    const value = words.args[i + 1];
    if (option === undefined) break;
    if (option.text === 'type' && value !== undefined && isEncapsulation(value.text)) {
      result = { ...result, encapsulation: value.text };
      i++;
    } else if (option.text === 'port' && value !== undefined) {
      result = { ...result, port: parsePort(value, 1, 'port', report) ?? port(0) };
      i++;
    } else if (option.text === 'nocsum' || option.text === 'csum' || option.text === 'remcsum') {
      result = { ...result, checksum: option.text === 'nocsum' ? 'none' : option.text };
    } else {
      report(catalog.unknown_option(option, { option: option.text, of: 'TUN' }));
    }
  }
  return checkedTunnel(result, words.keyword, report);
}

const isEncapsulation = (word: string): word is Tunnel['encapsulation'] =>
  word === 'ipip' || word === 'gue' || word === 'gre';

function checkedTunnel(tun: Tunnel, at: Word, report: Report): Forwarding | undefined {
  if ((tun.encapsulation === 'gue') !== (tun.port !== 0)) {
    report(catalog.bad_tunnel(at, { problem: "'port' is needed with type gue, and only there" }));
    return undefined;
  }
  if (tun.checksum === 'csum' && tun.encapsulation === 'ipip') {
    report(catalog.bad_tunnel(at, { problem: "'csum' does not go with type ipip" }));
    return undefined;
  }
  if (tun.checksum === 'remcsum' && tun.encapsulation !== 'gue') {
    report(catalog.bad_tunnel(at, { problem: "'remcsum' goes with type gue only" }));
    return undefined;
  }
  return tun;
}

const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

const protocol = oneWord('TCP, UDP or SCTP', (word, line, report) => {
  const upper = word.text.toUpperCase();
  if (upper === 'TCP' || upper === 'UDP' || upper === 'SCTP') return PROTOCOLS[upper];
  report(
    catalog.not_one_of(
      word,
      { keyword: line.keyword.text, word: word.text },
      { help: 'one of: TCP UDP SCTP' },
    ),
  );
  return undefined;
});

/** persistence_granularity: an IPv4 netmask or an IPv6 prefix length, as a prefix length. */
interface Granularity {
  readonly family: 'inet' | 'inet6';
  readonly prefixLength: number;
}

const granularity = oneWord('a netmask', (word, line, report): Granularity | undefined => {
  if (!word.text.includes('.')) {
    const prefixLength = parseInteger(word, 1, 128, line.keyword.text, report);
    return prefixLength === undefined ? undefined : { family: 'inet6', prefixLength };
  }
  const mask = parseIp(word.text);
  const bits =
    mask === null || !isIpv4(mask)
      ? ''
      : [...ipBytes(mask)].map((b) => b.toString(2).padStart(8, '0')).join('');
  if (/^1+0*$/.test(bits)) return { family: 'inet', prefixLength: bits.lastIndexOf('1') + 1 };
  report(catalog.bad_netmask(word, { word: word.text }));
  return undefined;
});

const engine = oneWord('an engine', (word, _, report): 'sip' | undefined => {
  if (word.text.slice(0, ENGINE_NAME_MAX) === 'sip') return 'sip';
  report(catalog.unknown_engine(word, { word: word.text }));
  return undefined;
});

const scheduler = oneOf(...SCHEDULERS);
const scripts = { repeat: 'first' } as const;

/** Defaults that a service and each of its servers may give to the checkers below. */
const checkerDefaults = {
  retry: line(integer(1, U32_MAX), 'extra attempts of the checks below'),
  delay_before_retry: line(timing.delay, 'seconds between these attempts'),
  connect_timeout: line(timing.connectTimeout, 'seconds to connect in the checks below'),
  warmup: line(timing.delay, 'the first check is spread over this many seconds', { tier: 3 }),
};

export const realServerRows = {
  weight: line(integer(0, I32_MAX), 'weight in IPVS, 0 = no new connections', { tier: 1 }),
  lvs_method: line(forwarding, 'forwarding method of this server'),
  uthreshold: line(integer(0, U32_MAX), 'connections above which it gets no more'),
  lthreshold: line(integer(0, U32_MAX), 'connections below which it gets some again'),
  inhibit_on_failure: line(boolean, 'a failed server stays with weight 0', { tier: 1 }),
  alpha: line(boolean, 'out until its checks have passed'),
  delay_loop: line(timing.delayLoop, 'seconds between checks'),
  virtualhost: line(text('a host name'), 'Host header of its HTTP checks'),
  notify_up: line(scriptCommand, 'run when the server comes up', { tier: 1, ...scripts }),
  notify_down: line(scriptCommand, 'run when the server goes down', { tier: 1, ...scripts }),
  smtp_alert: line(boolean, 'mail when a check changes'),
  snmp_name: line(text('a name'), 'label in SNMP', { tier: 3 }),
  drain_timeout: line(
    poolChange.drainTimeout,
    'seconds that its connections get to end when it leaves the file, 0 = none (vipd only)',
  ),
  slow_start: line(
    poolChange.slowStart,
    'seconds in which its weight rises after a recovery, 0 = at once (vipd only)',
  ),
  ...checkerDefaults,
  ...checkerRows,
};

export const virtualServerRows = {
  ip_family: line(oneOf('inet', 'inet6'), 'family of a fwmark service'),
  delay_loop: line(timing.delayLoop, 'seconds between checks, 60 unless given', { tier: 1 }),
  lb_algo: line(scheduler, 'scheduler', { tier: 1 }),
  lvs_sched: line(scheduler, 'scheduler', { tier: 1 }),
  lb_kind: line(forwarding, 'forwarding method: NAT, DR, TUN or FULLNAT', { tier: 1 }),
  lvs_method: line(forwarding, 'forwarding method: NAT, DR, TUN or FULLNAT', { tier: 1 }),
  protocol: line(protocol, 'TCP, UDP or SCTP', { tier: 1 }),
  persistence_timeout: line(
    optional(wholeSeconds(1, IPVS_TIMEOUT_MAX), PERSISTENCE_DEFAULT),
    'seconds that a client stays with its server, 360 when no number is given',
    { tier: 1 },
  ),
  persistence_granularity: line(granularity, 'clients of one network count as one client'),
  persistence_engine: line(engine, "what a client is; 'sip' = the Call-ID"),
  ops: line(flag, 'one-packet scheduling, UDP only'),
  'flag-1': line(flag, 'first flag of the scheduler', { tier: 3 }),
  'flag-2': line(flag, 'second flag of the scheduler', { tier: 3 }),
  'flag-3': line(flag, 'third flag of the scheduler', { tier: 3 }),
  hashed: line(flag, 'accepted; a word of old without effect', { tier: 3 }),
  'sh-port': line(flag, 'sh: hash the port too', { tier: 3 }),
  'sh-fallback': line(flag, 'sh: another server when the chosen one is out', { tier: 3 }),
  'mh-port': line(flag, 'mh: hash the port too', { tier: 3 }),
  'mh-fallback': line(flag, 'mh: another server when the chosen one is out', { tier: 3 }),
  weight: line(integer(1, I32_MAX), 'weight of servers that give none'),
  alpha: line(flag, 'servers are out until their checks have passed'),
  ha_suspend: line(flag, 'checks run only while the address of the service is on this host'),
  snmp_name: line(text('a name'), 'label in SNMP', { tier: 3 }),
  omega: line(flag, 'run notify_down and quorum_down at stop'),
  inhibit_on_failure: line(flag, 'failed servers stay with weight 0'),
  quorum: line(integer(1, U32_MAX), 'weight that must be alive'),
  hysteresis: line(integer(0, U32_MAX), 'weight above and below the quorum before it changes'),
  quorum_up: line(scriptCommand, 'run when the quorum is reached', scripts),
  quorum_down: line(scriptCommand, 'run when the quorum is lost', scripts),
  virtualhost: line(text('a host name'), 'Host header of the HTTP checks'),
  smtp_alert: line(boolean, 'mail when the quorum changes'),
  drain_timeout: line(poolChange.drainTimeout, 'drain_timeout of servers that give none (vipd only)'),
  slow_start: line(poolChange.slowStart, 'slow_start of servers that give none (vipd only)'),
  depool_threshold: line(
    poolChange.depoolThreshold,
    'servers, or a share of them, that failed checks alone never take out (vipd only)',
  ),
  sorry_server: line(serverAddress, 'server used while the quorum is lost', { tier: 1 }),
  sorry_server_inhibit: line(flag, 'the sorry server stays with weight 0', { tier: 3 }),
  sorry_server_lvs_method: line(forwarding, 'forwarding method of the sorry server', { tier: 3 }),
  ...checkerDefaults,
  real_server: block(serverAddress, realServerRows, 'one server of the pool', { tier: 1 }),
};

export const lvsRows = {
  virtual_server_group: namedList(readGroupEntry, 'addresses, ranges and marks that one pool serves'),
  virtual_server: block(serviceHead, virtualServerRows, 'one service and its pool', { tier: 1 }),
};

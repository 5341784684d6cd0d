/** Keywords of `global_defs` and of the top level that vipd reads. Ranges, defaults and repetition are keepalived's. */

import type { IpAddress } from '../../base/ip.ts';
import { type Micros, type Port, port, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import { INCLUDE_CHECKS } from '../syntax/include.ts';
import { sslRows } from './http-checkers.ts';
import { poolChange } from './pool-change.ts';
import { fileMask, processors } from './process-values.ts';
import { block, line, list, type ValueReader } from './row.ts';
import { fifo, scriptCommand, scriptUser } from './script-values.ts';
import { syncDaemon } from './sync-daemon.ts';
import {
  boolean,
  decimalSeconds,
  flag,
  I32_MAX,
  I32_MIN,
  integer,
  interfaceWord,
  multicast4,
  multicast6,
  noHead,
  oneOf,
  oneWord,
  optional,
  parseAddress,
  parseInteger,
  parsePort,
  SECONDS_MAX,
  text,
  U32_MAX,
  wholeSeconds,
  wordAt,
} from './values.ts';

const SMTP_PORT = port(25);
/** IPVS refuses longer timeouts: 31 days in seconds (net/netfilter/ipvs, IP_VS_MAX_TIMEOUT). */
export const IPVS_TIMEOUT_MAX = 2_678_400;

const mailServer: ValueReader<{ readonly host: string; readonly port: Port }> = (words, report) => {
  const host = wordAt(words, 0, 'a mail server', report);
  if (host === undefined) return undefined;
  const second = words.args[1];
  const number = second === undefined ? SMTP_PORT : parsePort(second, 1, 'smtp_server', report);
  return number === undefined ? undefined : { host: host.text, port: number };
};

export interface IpvsTimeouts {
  readonly tcp: Micros | null;
  readonly tcpFin: Micros | null;
  readonly udp: Micros | null;
}

/** `tcp N tcpfin N udp N`, any subset; seconds. */
const ipvsTimeouts: ValueReader<IpvsTimeouts> = (words, report) => {
  if (wordAt(words, 0, "'tcp', 'tcpfin' or 'udp' with seconds", report) === undefined) return undefined;
  const found: Record<string, Micros | null> = { tcp: null, tcpfin: null, udp: null };
  for (let i = 0; i < words.args.length; i += 2) {
    const [name, value] = [words.args[i], words.args[i + 1]];
    if (name === undefined || !Object.hasOwn(found, name.text)) {
      report(catalog.unknown_option(name ?? words.keyword, { option: name?.text ?? '', of: 'lvs_timeouts' }));
    } else if (value === undefined) {
      report(catalog.missing_argument(name, { keyword: name.text, wanted: 'seconds' }));
    } else {
      const number = parseInteger(value, 0, IPVS_TIMEOUT_MAX, name.text, report);
      if (number !== undefined) found[name.text] = seconds(number);
    }
  }
  return { tcp: found['tcp'] ?? null, tcpFin: found['tcpfin'] ?? null, udp: found['udp'] ?? null };
};

const listenAddress: ValueReader<{ readonly address: IpAddress; readonly port: Port }> = (words, report) => {
  const first = wordAt(words, 0, 'an address and a port', report);
  const second = wordAt(words, 1, 'a port after the address', report);
  if (first === undefined || second === undefined) return undefined;
  const address = parseAddress(first, 'prometheus_listen', report);
  const number = parsePort(second, 1, 'prometheus_listen', report);
  return address === undefined || number === undefined ? undefined : { address, port: number };
};

/** The words are carried out by syntax/reader.ts, line by line; here they are only checked. */
const includeCheck: ValueReader<true> = ({ args }, report) => {
  for (const word of args) {
    if (INCLUDE_CHECKS.has(word.text.replace(/^[+-]/, ''))) continue;
    report(catalog.unknown_option(word, { option: word.text, of: 'include_check' }));
  }
  return true;
};

/** A name below /run/netns. */
const namespaceName = oneWord('a name', (word, { keyword }, report) => {
  if (!word.text.includes('/') && !/^\.{1,2}$/.test(word.text)) return word.text;
  report(catalog.bad_namespace_name(word, { keyword: keyword.text, word: word.text }));
  return undefined;
});

/** The kernel keeps 15 octets of a process's name. */
const processName = oneWord('a name', (word) => word.text.slice(0, 15));

/** Names that mean nothing to nftables. */
const chains: ValueReader<true> = () => true;

/** Clamped to what SCHED_RR allows, as keepalived does. */
const realtimePriority = integer(1, 99);
const niceness = integer(-20, 19);
const count = integer(0, U32_MAX);
const realtimeLimit = integer(1, U32_MAX);

/** What a receive buffer is measured in; a number is octets. */
const receivePolicy = oneWord('MTU, ADVERT or octets', (word, { keyword }, report) => {
  const name = word.text.toLowerCase();
  if (name === 'mtu' || name === 'advert') return name;
  return parseInteger(word, 0, U32_MAX, keyword.text, report);
});

export const globalRows = {
  router_id: line(text('a name'), 'name of this director in mails and status', { tier: 1 }),
  notification_email_from: line(text('an address'), 'sender of alert mails', { tier: 1 }),
  notification_email: list<readonly string[]>(
    (words) => words.args.map((word) => word.text),
    'recipients of alert mails, any number per line',
    { tier: 1 },
  ),
  smtp_server: line(mailServer, 'mail relay, port 25 unless given', { tier: 1 }),
  smtp_connect_timeout: line(
    wholeSeconds(0, SECONDS_MAX),
    'seconds to wait for the mail relay, 30 unless given',
    {
      tier: 1,
    },
  ),
  smtp_helo_name: line(text('a name'), 'name used in HELO'),
  smtp_alert: line(boolean, 'mail for every kind of event'),
  smtp_alert_vrrp: line(boolean, 'mail for changes of VRRP state'),
  smtp_alert_checker: line(boolean, 'mail for changes of real servers'),
  no_email_faults: line(flag, 'no mail for FAULT', { tier: 3 }),
  no_checker_emails: line(boolean, 'mail only when the real server changes, not for each checker', {
    tier: 3,
  }),
  script_user: line(scriptUser, 'identity of scripts that name none', { tier: 1 }),
  enable_script_security: line(flag, 'refuse scripts that others could change', { tier: 1 }),
  set_supplementary_groups: line(boolean, 'scripts get the supplementary groups of their user', {
    tier: 3,
  }),
  startup_script: line(scriptCommand, 'run before the first child starts', { tier: 3, repeat: 'first' }),
  startup_script_timeout: line(wholeSeconds(1, 1000), 'seconds that it may take, 10 unless given', {
    tier: 3,
  }),
  shutdown_script: line(scriptCommand, 'run when every child has stopped', { tier: 3, repeat: 'first' }),
  shutdown_script_timeout: line(wholeSeconds(1, 1000), 'seconds that it may take, 10 unless given', {
    tier: 3,
  }),
  notify_fifo: line(fifo, 'FIFO that gets a line for every event', { repeat: 'first' }),
  notify_fifo_script: line(scriptCommand, 'reader of notify_fifo, started with its path', {
    repeat: 'first',
  }),
  vrrp_notify_fifo: line(fifo, 'FIFO that gets the lines of instances and groups', { repeat: 'first' }),
  vrrp_notify_fifo_script: line(scriptCommand, 'reader of vrrp_notify_fifo, started with its path', {
    repeat: 'first',
  }),
  lvs_notify_fifo: line(fifo, 'FIFO that gets the lines of services and servers', { repeat: 'first' }),
  lvs_notify_fifo_script: line(scriptCommand, 'reader of lvs_notify_fifo, started with its path', {
    repeat: 'first',
  }),
  fifo_write_vrrp_states_on_reload: line(flag, 'a reload repeats all states on the FIFOs', { tier: 3 }),
  vrrp_notify_priority_changes: line(boolean, 'lines for changes of the effective priority', { tier: 3 }),
  rs_init_notifies: line(boolean, 'notify_up also for servers that start as up', { tier: 3 }),
  notify_timeout: line(
    wholeSeconds(1, 86_400),
    'seconds that a notify script may take, 300 unless given (vipd only)',
    { tier: 3 },
  ),
  vmac_prefix: line(text('a name'), 'name prefix of VMAC interfaces (PREFIX.VRID)', {
    tier: 3,
    repeat: 'first',
  }),
  vmac_addr_prefix: line(text('a name'), 'name prefix of VMACs of addresses on other interfaces', {
    tier: 3,
    repeat: 'first',
  }),
  default_interface: line(interfaceWord, 'interface of static addresses without dev'),
  iproute_usr_dir: line(text('a directory'), "where the distribution's rt_tables and the like lie", {
    tier: 3,
  }),
  iproute_etc_dir: line(text('a directory'), "where the administrator's rt_tables and the like lie", {
    tier: 3,
  }),
  dynamic_interfaces: line(optional(oneOf('allow_if_changes'), 'plain'), 'interfaces may appear later'),

  vrrp_version: line(integer(2, 3), 'VRRP version of IPv4 instances, 2 unless given', { tier: 1 }),
  vrrp_strict: line(boolean, 'adhere to the RFC strictly in every instance', { tier: 1 }),
  vrrp_skip_check_adv_addr: line(boolean, 'compare the address list only when the sender changes', {
    tier: 1,
  }),
  v3_checksum_as_v2: line(flag, 'version 3 checksums over IPv4 without pseudo header', { tier: 3 }),
  vrrp_check_unicast_src: line(flag, 'accept unicast adverts of the peers only'),
  vrrp_owner_ignore_adverts: line(boolean, 'address owners drop what they hear', { tier: 3 }),
  vrrp_mcast_group4: line(multicast4, 'destination of IPv4 adverts, 224.0.0.18 unless given'),
  vrrp_mcast_group6: line(multicast6, 'destination of IPv6 adverts, ff02::12 unless given', { tier: 3 }),
  vrrp_garp_master_delay: line(
    wholeSeconds(0, SECONDS_MAX),
    'seconds until the second burst, 5 unless given',
    {
      tier: 1,
    },
  ),
  vrrp_garp_master_repeat: line(count, 'gratuitous ARPs per address and burst, 5 unless given', { tier: 1 }),
  vrrp_garp_master_refresh: line(
    wholeSeconds(0, U32_MAX),
    'seconds between refreshes while master, 0 = none',
  ),
  vrrp_garp_master_refresh_repeat: line(count, 'gratuitous ARPs per address and refresh, 1 unless given'),
  vrrp_garp_lower_prio_delay: line(
    wholeSeconds(0, SECONDS_MAX),
    'second burst after a lower-priority advert',
    {
      tier: 3,
    },
  ),
  vrrp_garp_lower_prio_repeat: line(integer(0, I32_MAX), 'burst after a lower-priority advert, 0 = none', {
    tier: 3,
  }),
  vrrp_garp_interval: line(
    decimalSeconds(0.000001, 4294.967295),
    'least seconds between two gratuitous ARPs',
  ),
  vrrp_gna_interval: line(decimalSeconds(0.000001, 4294.967295), 'the same for neighbour advertisements', {
    tier: 3,
  }),
  vrrp_min_garp: line(boolean, 'one gratuitous ARP only: no repeat, no second burst, no refresh'),
  vrrp_down_timer_adverts: line(integer(1, 100), 'adverts missed before takeover, 3 unless given', {
    tier: 3,
  }),
  vrrp_lower_prio_no_advert: line(boolean, 'a master does not answer a lower-priority advert', { tier: 3 }),
  vrrp_higher_prio_send_advert: line(boolean, 'a master sends a last advert before it yields', { tier: 3 }),
  vrrp_startup_delay: line(
    decimalSeconds(0.001, 4294.967295),
    'seconds after start before an instance may be master',
  ),
  vrrp_delay_after_boot: line(
    decimalSeconds(0.001, 4294.967295),
    'seconds after boot before an instance may be master',
    { tier: 3 },
  ),
  nftables: line(
    optional(text('a table'), null),
    'packet filter of no_accept and strict mode, with the name of its table',
    { repeat: 'first' },
  ),
  nftables_priority: line(
    integer(I32_MIN, I32_MAX),
    'place of its chains among others, -1 unless given: lower is earlier',
    { tier: 3 },
  ),
  nftables_counters: line(flag, 'its rules count what they match', { tier: 3 }),
  nftables_ifindex: line(
    flag,
    'match link-local addresses by index; vipd matches by name, which outlives it',
    {
      tier: 3,
    },
  ),
  vrrp_iptables: line(chains, 'once chains of iptables; the packet filter is nftables', { repeat: 'first' }),
  vrrp_ipsets: line(chains, 'once names of ipsets; nftables has sets of its own', { tier: 3 }),
  disable_local_igmp: line(flag, 'no IGMP reports for 224.0.0.0/24 while vipd runs', { tier: 3 }),
  log_unknown_vrids: line(flag, 'log adverts of VRIDs that are not configured', { tier: 3 }),
  process_names: line(flag, 'names of their own for the children, which those of vipd always have', {
    tier: 3,
  }),
  process_name: line(processName, 'name of the parent process, vipd unless given', { tier: 3 }),
  vrrp_process_name: line(processName, 'name of the vrrp process, vipd_vrrp unless given', { tier: 3 }),
  checker_process_name: line(processName, 'name of the checkers process, vipd_checkers unless given', {
    tier: 3,
  }),
  bfd_process_name: line(processName, 'name of the BFD process, vipd_bfd unless given', { tier: 3 }),
  lvs_process_name: line(processName, 'old name of checker_process_name', {
    tier: 3,
    replacedBy: 'checker_process_name',
  }),
  vrrp_priority: line(niceness, 'nice value of the vrrp process'),
  vrrp_rt_priority: line(realtimePriority, 'real-time priority of the vrrp process, 1..99'),
  vrrp_cpu_affinity: line(processors, 'processors that the vrrp process may run on', { tier: 3 }),
  vrrp_rlimit_rttime: line(
    realtimeLimit,
    'microseconds of real time without a pause until the kernel ends it; vipd takes a second at least',
    { tier: 3 },
  ),
  vrrp_rlimit_rtime: line(realtimeLimit, 'old spelling of vrrp_rlimit_rttime', {
    tier: 3,
    replacedBy: 'vrrp_rlimit_rttime',
  }),
  vrrp_rx_bufs_policy: line(
    receivePolicy,
    'room for adverts that wait to be read: multiples of the MTU or of an advert, or octets',
    { tier: 3 },
  ),
  vrrp_rx_bufs_multiplier: line(count, 'of the MTU or of an advert, 3 unless given', { tier: 3 }),
  vrrp_no_swap: line(flag, 'keep the vrrp process in memory', { tier: 3 }),
  checker_priority: line(niceness, 'nice value of the checkers process', { tier: 3 }),
  checker_rt_priority: line(realtimePriority, 'real-time priority of the checkers process, 1..99', {
    tier: 3,
  }),
  bfd_cpu_affinity: line(processors, 'processors that the BFD process may run on', { tier: 3 }),
  bfd_rlimit_rttime: line(realtimeLimit, 'as vrrp_rlimit_rttime, of the BFD process', { tier: 3 }),
  bfd_rlimit_rtime: line(realtimeLimit, 'old spelling of bfd_rlimit_rttime', {
    tier: 3,
    replacedBy: 'bfd_rlimit_rttime',
  }),
  checker_cpu_affinity: line(processors, 'processors that the checkers process may run on', { tier: 3 }),
  checker_rlimit_rttime: line(realtimeLimit, 'as vrrp_rlimit_rttime, of the checkers process', { tier: 3 }),
  checker_rlimit_rtime: line(realtimeLimit, 'old spelling of checker_rlimit_rttime', {
    tier: 3,
    replacedBy: 'checker_rlimit_rttime',
  }),
  umask: line(fileMask, 'mode bits that files of vipd never have; -u is stronger', { tier: 3 }),
  data_use_instance: line(boolean, 'dump files carry namespace and instance in their names', { tier: 3 }),
  state_dump_file: line(
    text('a file'),
    'where SIGUSR1 writes, instead of keepalived.data in $TMPDIR or /tmp',
    {
      tier: 3,
    },
  ),
  stats_dump_file: line(text('a file'), 'where SIGUSR2 writes, instead of keepalived.stats there', {
    tier: 3,
  }),
  reload_file: line(
    optional(text('a file'), null),
    'is there while the configuration is being read; /run/vipd/vipd.reload unless named',
    { tier: 3 },
  ),
  checker_no_swap: line(flag, 'keep the checkers process in memory', { tier: 3 }),
  bfd_priority: line(niceness, 'nice value of the BFD process', { tier: 3 }),
  bfd_rt_priority: line(realtimePriority, 'real-time priority of the BFD process, 1..99', { tier: 3 }),
  bfd_no_swap: line(flag, 'keep the BFD process in memory', { tier: 3 }),

  include_check: line(includeCheck, 'how strict plain include is from here to the end of the file', {
    tier: 3,
  }),
  config_save_dir: line(text('a directory'), 'keep each configuration that is read there, as one file', {
    tier: 3,
  }),
  tmp_config_directory: line(text('a directory'), 'for a copy that keepalived makes; vipd makes none', {
    tier: 3,
  }),
  reload_check_config: line(
    optional(text('a file'), null),
    'check before a reload; vipd always does, and logs what it finds',
  ),
  random_seed: line(integer(0, U32_MAX), 'seed of the macro _RANDOM', { tier: 3 }),

  lvs_flush: line(flag, 'empty the kernel table at start'),
  lvs_flush_on_stop: line(
    optional(oneOf('VS'), 'all'),
    'empty the kernel table at stop; VS = own services only',
  ),
  lvs_flush_onstop: line(optional(oneOf('VS'), 'all'), 'old spelling of lvs_flush_on_stop', { tier: 3 }),
  lvs_sync_daemon: line(syncDaemon, 'IPVS connections are told to the other director', { repeat: 'first' }),
  lvs_timeouts: line(ipvsTimeouts, 'timeouts of IPVS connections in seconds', { tier: 3 }),
  share_checks: line(boolean, 'one probe for equal checks of one real server in several services'),
  lvs_drift: line(
    oneOf('repair', 'warn', 'ignore'),
    'what others changed in an own service: repair and tell, only tell, or do not look (vipd only)',
    { tier: 3 },
  ),
  checker_log_all_failures: line(boolean, 'log every failed probe'),
  drain_timeout: line(poolChange.drainTimeout, 'drain_timeout of services that give none (vipd only)'),

  prometheus_listen: line(listenAddress, 'address and port of the Prometheus endpoint (vipd only)', {
    tier: 3,
  }),
};

/** One-line keywords that stand outside every block. */
export const topLevelRows = {
  child_wait_time: line(
    wholeSeconds(0, U32_MAX),
    'seconds to wait for the children at stop, 5 unless given',
    {
      tier: 3,
    },
  ),
  use_pid_dir: line(flag, 'pid files in a directory of their own', { tier: 3 }),
  instance: line(text('a name'), 'name of this daemon among several', { repeat: 'first' }),
  net_namespace: line(namespaceName, 'network namespace to run in', { repeat: 'first' }),
  net_namespace_ipvs: line(
    optional(namespaceName, null),
    "network namespace of the IPVS table; without a name the machine's own",
    { tier: 3, repeat: 'first' },
  ),
  namespace_with_ipsets: line(flag, 'for kernels before 3.13 that knew no ipsets in a namespace', {
    tier: 3,
  }),
  SSL: block(noHead, sslRows, 'what SSL_GET shows of itself'),
};

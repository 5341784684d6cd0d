/** Every diagnostic that a configuration can get, as rows: id, gravity, sentence, and what to do where that is
 *  always the same. Sentences are lower case without a full stop; the words of the file stand in quotes. Rows are
 *  never reused for another meaning. */
import { routing } from './catalog-routing.ts';
import { catalogRow } from './diagnostic.ts';

type None = Readonly<Record<never, never>>;
interface Keyword {
  readonly keyword: string;
}
interface Named {
  readonly word: string;
}

/** Files, lines, braces, macros (grammar.md sections 1 to 6). */
const syntax = {
  main_file: catalogRow(
    'main_file',
    'no_file',
    (f: { path: string; problem: string }) => `cannot use '${f.path}': ${f.problem}`,
  ),
  include_failed: catalogRow(
    'include_failed',
    'advice',
    (f: { problem: string }) => `include skipped: ${f.problem}`,
  ),
  include_refused: catalogRow(
    'include_refused',
    'strict',
    (f: { problem: string }) => `a file that must be included is not: ${f.problem}`,
  ),
  byte_order_mark: catalogRow(
    'byte_order_mark',
    'complaint',
    (_: None) => 'the file begins with a byte order mark',
    () => 'save it as UTF-8 without one; vipd skips it, keepalived takes it for a part of the first keyword',
  ),
  line_too_long: catalogRow(
    'line_too_long',
    'mistake',
    (f: { length: number; limit: number }) =>
      `this line has ${f.length} characters, more than ${f.limit}; it is ignored`,
  ),
  too_much: catalogRow(
    'too_much',
    'refusal',
    (f: { limit: number }) =>
      `the configuration has more than ${f.limit} lines and braces; the rest is not read`,
  ),
  nul_byte: catalogRow('nul_byte', 'mistake', (_: None) => 'this line holds a NUL byte; it is ignored'),
  unterminated_quote: catalogRow(
    'unterminated_quote',
    'mistake',
    (_: None) => 'this quote is not closed on its line; the rest of the line is taken as one word',
  ),
  bad_sequence: catalogRow(
    'bad_sequence',
    'mistake',
    (f: { problem: string }) => `this sequence cannot be read: ${f.problem}; the line is ignored`,
    () => '~SEQ(NAME, START, END) text · ~SEQ(NAME, START, STEP, END) text · ~LST(NAME, VALUE, VALUE) text',
  ),
  line_endless: catalogRow(
    'line_endless',
    'mistake',
    (f: { limit: number }) =>
      `macros and sequences are more than ${f.limit} levels deep here; what they would make is ignored`,
    () => 'look for a macro that leads back to itself',
  ),
  macro_endless: catalogRow(
    'macro_endless',
    'mistake',
    (f: { name: string }) =>
      `the definition of '$${f.name}' leads back to itself or grows without end; the line is ignored`,
  ),
  macro_too_long: catalogRow(
    'macro_too_long',
    'mistake',
    (f: { name: string }) => `'$${f.name}' makes the line too long; the line is ignored`,
  ),
  extra_close: catalogRow(
    'extra_close',
    'mistake',
    (_: None) => "'}' without a block to close",
    () => 'look for a block above that is closed too early',
  ),
  unexpected_open: catalogRow('unexpected_open', 'mistake', (f: { after: string | null }) =>
    f.after === null
      ? "'{' without a keyword; all up to its '}' is ignored"
      : `'${f.after}' has no block; all up to the matching '}' is ignored`,
  ),
  missing_open: catalogRow('missing_open', 'mistake', (f: Keyword) => `'{' is missing after '${f.keyword}'`),
  missing_close: catalogRow(
    'missing_close',
    'mistake',
    (f: { keyword: string; open: string }) => `'}' of '${f.open}' is missing before this '${f.keyword}'`,
  ),
  unclosed: catalogRow(
    'unclosed',
    'mistake',
    (f: Keyword) => `the block of '${f.keyword}' is never closed`,
    () => "add '}' where it ends",
  ),
  unknown_keyword: catalogRow(
    'unknown_keyword',
    'mistake',
    (f: { word: string; block: string }) =>
      `unknown keyword '${f.word}' ${f.block === 'the top level' ? 'at the top level' : `in ${f.block}`}`,
  ),
  retired: catalogRow(
    'retired',
    'complaint',
    (f: { word: string; block: string }) =>
      `'${f.word}' is not a keyword of ${f.block} any more; the line has no effect`,
  ),
  strange_blank: catalogRow(
    'strange_blank',
    'mistake',
    (f: { blank: string }) => `this word holds a ${f.blank}, which looks like a blank and is not`,
    () => 'replace it by a space',
  ),
};

/** Words and numbers of one line (grammar.md section 4). */
const values = {
  missing_argument: catalogRow(
    'missing_argument',
    'incomplete',
    (f: { keyword: string; wanted: string }) => `'${f.keyword}' needs ${f.wanted}`,
  ),
  missing_name: catalogRow(
    'missing_name',
    'mistake',
    (f: Keyword) => `'${f.keyword}' needs a name; the block is ignored`,
  ),
  already_given: catalogRow(
    'already_given',
    'mistake',
    (f: Keyword) => `'${f.keyword}' was given before; this one is ignored`,
  ),
  extra_words: catalogRow(
    'extra_words',
    'advice',
    (f: { keyword: string; word: string }) =>
      `'${f.word}' and what follows is more than '${f.keyword}' takes; it is ignored`,
    () => "comments begin with '#' or '!'",
  ),
  extra_block_words: catalogRow(
    'extra_block_words',
    'mistake',
    (f: { keyword: string; word: string }) => `'${f.word}' between '${f.keyword}' and '{' is ignored`,
  ),
  not_boolean: catalogRow(
    'not_boolean',
    'mistake',
    (f: { keyword: string; word: string }) => `'${f.keyword}' is on or off, not '${f.word}'`,
    () => 'one of: true on yes false off no',
  ),
  not_number: catalogRow(
    'not_number',
    'mistake',
    (f: { keyword: string; word: string }) => `'${f.keyword}' needs a number, not '${f.word}'`,
  ),
  out_of_range: catalogRow(
    'out_of_range',
    'mistake',
    (f: { keyword: string; value: string; low: string; high: string }) =>
      `${f.value} is out of range for '${f.keyword}', which goes from ${f.low} to ${f.high}`,
  ),
  trailing_text: catalogRow(
    'trailing_text',
    'mistake',
    (f: { keyword: string; used: string; rest: string }) =>
      `'${f.rest}' after the number is ignored: '${f.keyword}' is ${f.used}`,
  ),
  too_precise: catalogRow(
    'too_precise',
    'complaint',
    (f: { keyword: string; decimals: number }) =>
      `'${f.keyword}' takes ${f.decimals} decimal places; the number is rounded`,
  ),
  not_one_of: catalogRow(
    'not_one_of',
    'mistake',
    (f: { keyword: string; word: string }) => `'${f.word}' is nothing that '${f.keyword}' knows`,
  ),
  not_address: catalogRow(
    'not_address',
    'mistake',
    (f: { keyword: string; word: string }) => `'${f.keyword}' needs an IP address, not '${f.word}'`,
  ),
  length_ignored: catalogRow(
    'length_ignored',
    'advice',
    (f: { word: string; used: string }) =>
      `'${f.word}' is one address here and no network; ${f.used} is used`,
    (f) => `write ${f.used}`,
  ),
  not_multicast: catalogRow(
    'not_multicast',
    'mistake',
    (f: { keyword: string; word: string }) =>
      `'${f.word}' is not a multicast address, as '${f.keyword}' needs it`,
  ),
  bad_interface_name: catalogRow(
    'bad_interface_name',
    'mistake',
    (f: { keyword: string; word: string }) =>
      `'${f.word}' cannot be an interface: names have 1 to 15 characters`,
  ),
  bad_netmask: catalogRow('bad_netmask', 'mistake', (f: Named) => `'${f.word}' is not a netmask`),
  unknown_engine: catalogRow(
    'unknown_engine',
    'mistake',
    (f: Named) => `there is no persistence engine '${f.word}'`,
    () => "the kernel has 'sip' only",
  ),
  bad_digest: catalogRow(
    'bad_digest',
    'mistake',
    (f: { length: number }) => `an MD5 digest has 32 hex digits, this has ${f.length} characters`,
    () => 'vipctl genhash prints the digest of a page',
  ),
  bad_status_code: catalogRow(
    'bad_status_code',
    'mistake',
    (f: Named) => `'${f.word}' is not a status code or range within 100-599`,
  ),
  bad_tunnel: catalogRow('bad_tunnel', 'mistake', (f: { problem: string }) => f.problem),
  unknown_option: catalogRow(
    'unknown_option',
    'mistake',
    (f: { option: string; of: string }) => `'${f.option}' is not an option of ${f.of}; it is ignored`,
  ),
  option_without_effect: catalogRow(
    'option_without_effect',
    'advice',
    (f: { option: string }) => `vipd does not apply '${f.option}' yet`,
  ),
  unknown_state: catalogRow(
    'unknown_state',
    'mistake',
    (f: Named) => `'${f.word}' is not a state, BACKUP is used`,
    () => 'write MASTER or BACKUP',
  ),
  weight_lowered: catalogRow(
    'weight_lowered',
    'complaint',
    (f: { weight: number; used: number }) => `weight ${f.weight} is lowered to ${f.used}`,
  ),
  bad_quoting: catalogRow('bad_quoting', 'mistake', (f: { keyword: string; problem: string }) =>
    f.problem === 'missing_quote'
      ? `a quote in the command of '${f.keyword}' is not closed`
      : `the command of '${f.keyword}' ends with a lone backslash`,
  ),
  empty_command: catalogRow(
    'empty_command',
    'mistake',
    (f: Keyword) => `the command of '${f.keyword}' is empty`,
  ),
  unquoted_command: catalogRow(
    'unquoted_command',
    'complaint',
    (f: Keyword) => `only the first word is the command of '${f.keyword}'`,
    () => 'put the command with its arguments into double quotes',
  ),
};

/** Addresses, instances, groups, scripts (behaviour.md section 3). */
const vrrp = {
  bad_virtual_address: catalogRow(
    'bad_virtual_address',
    'mistake',
    (f: Named) => `'${f.word}' is not an IP address; the line is ignored`,
  ),
  bad_prefix: catalogRow(
    'bad_prefix',
    'mistake',
    (f: { word: string; used: number }) => `'${f.word}' is not a prefix length, /${f.used} is used`,
  ),
  bad_broadcast: catalogRow('bad_broadcast', 'mistake', (f: { word: string; prefix: number }) =>
    /^[+-]$/.test(f.word)
      ? `brd ${f.word} needs a prefix of at most /30, this is /${f.prefix}; the address is ignored`
      : `'${f.word}' is not a broadcast address; the address is ignored`,
  ),
  label_too_long: catalogRow(
    'label_too_long',
    'mistake',
    (f: { label: string }) => `label '${f.label}' has more than 15 characters; the address is ignored`,
  ),
  only_ipv6: catalogRow(
    'only_ipv6',
    'advice',
    (f: { what: string }) => `'${f.what}' is for IPv6 addresses; it is ignored`,
  ),
  peer_family: catalogRow(
    'peer_family',
    'mistake',
    (f: { peer: string; address: string }) =>
      `peer ${f.peer} is of another family than ${f.address}; it is ignored`,
  ),
  only_ipv4: catalogRow('only_ipv4', 'mistake', (f: { what: string }) => `an IPv6 address has no ${f.what}`),
  duplicate_instance: catalogRow(
    'duplicate_instance',
    'mistake',
    (f: { name: string }) => `vrrp_instance '${f.name}' exists already; this block is ignored`,
  ),
  duplicate_group: catalogRow(
    'duplicate_group',
    'mistake',
    (f: { name: string }) => `vrrp_sync_group '${f.name}' exists already; this block is ignored`,
  ),
  no_vrid: catalogRow(
    'no_vrid',
    'refusal',
    (f: { name: string }) => `(${f.name}) virtual_router_id is missing`,
    () => 'add virtual_router_id with the number 1..255 that all routers of this address share',
  ),
  no_interface: catalogRow(
    'no_interface',
    'refusal',
    (f: { name: string }) => `(${f.name}) interface is missing`,
  ),
  loopback: catalogRow(
    'loopback',
    'mistake',
    (f: { name: string }) => `(${f.name}) a loopback interface cannot carry adverts`,
  ),
  interface_needed: catalogRow(
    'interface_needed',
    'advice',
    (f: { name: string }) =>
      `(${f.name}) vipd does not run an instance without an interface yet; it is not started`,
  ),
  duplicate_vrid: catalogRow(
    'duplicate_vrid',
    'refusal',
    (f: { vrid: number; interface: string; family: string }) =>
      `VRID ${f.vrid} is used twice on ${f.interface} (${f.family})`,
    () => 'two routers with one VRID on one network take each other for the same; choose another number',
  ),
  no_address: catalogRow(
    'no_address',
    'complaint',
    (f: { name: string }) => `(${f.name}) has no virtual_ipaddress`,
  ),
  no_address_refused: catalogRow(
    'no_address_refused',
    'refusal',
    (f: { name: string }) => `(${f.name}) has no virtual_ipaddress, which version 3 and strict mode need`,
  ),
  link_local_first: catalogRow(
    'link_local_first',
    'complaint',
    (f: { name: string; address: string }) =>
      `(${f.name}) the first IPv6 address must be link-local, ${f.address} is not`,
  ),
  link_local_advised: catalogRow(
    'link_local_advised',
    'advice',
    (f: { name: string; address: string }) =>
      `(${f.name}) the first IPv6 address should be link-local (RFC 9568 section 5.2.9), ${f.address} is not`,
  ),
  too_many_addresses: catalogRow(
    'too_many_addresses',
    'complaint',
    (f: { name: string; limit: number }) =>
      `(${f.name}) an advert lists ${f.limit} addresses at most; this one and those after it are taken as excluded`,
  ),
  wrong_family: catalogRow(
    'wrong_family',
    'mistake',
    (f: { what: string; address: string; family: string }) =>
      `${f.what} ${f.address} does not fit this ${f.family} instance; it is ignored`,
    () => 'put addresses of the other family into virtual_ipaddress_excluded or an instance of their own',
  ),
  duplicate_address: catalogRow(
    'duplicate_address',
    'advice',
    (f: { address: string }) => `${f.address} is listed twice; this one is ignored`,
  ),
  duplicate_peer: catalogRow(
    'duplicate_peer',
    'mistake',
    (f: { address: string }) => `unicast peer ${f.address} is listed twice; this one is ignored`,
  ),
  no_source_to_track: catalogRow(
    'no_source_to_track',
    'complaint',
    (f: { name: string }) => `(${f.name}) track_src_ip needs mcast_src_ip or unicast_src_ip; it is ignored`,
  ),
  unicast_without_peers: catalogRow(
    'unicast_without_peers',
    'complaint',
    (f: { name: string }) => `(${f.name}) unicast_src_ip without unicast_peer; the instance uses multicast`,
  ),
  version_for_family: catalogRow(
    'version_for_family',
    'mistake',
    (f: { name: string }) => `(${f.name}) IPv6 in strict mode needs version 3, which is used`,
  ),
  interval_rounded: catalogRow(
    'interval_rounded',
    'complaint',
    (f: { name: string; used: string; version: number }) =>
      `(${f.name}) version ${f.version} cannot send this advert_int; ${f.used} s is used`,
  ),
  nopreempt_cleared: catalogRow(
    'nopreempt_cleared',
    'complaint',
    (f: { name: string; why: string }) => `(${f.name}) nopreempt has no effect with ${f.why}`,
    () => 'the owner of the addresses always preempts (RFC 9568 §6.1)',
  ),
  nopreempt_with_state_master: catalogRow(
    'nopreempt_with_state_master',
    'complaint',
    (f: { name: string }) => `(${f.name}) nopreempt is in force; keepalived ignores it with state MASTER`,
    () => 'use state BACKUP on all routers with nopreempt, or leave nopreempt out',
  ),
  preempt_delay_cleared: catalogRow(
    'preempt_delay_cleared',
    'complaint',
    (f: { name: string; why: string }) => `(${f.name}) preempt_delay has no effect with ${f.why}`,
  ),
  authentication_dropped: catalogRow(
    'authentication_dropped',
    'complaint',
    (f: { name: string; why: string }) => `(${f.name}) authentication is ignored: ${f.why}`,
  ),
  owner_tracks_weight: catalogRow(
    'owner_tracks_weight',
    'complaint',
    (f: { name: string; what: string }) =>
      `(${f.name}) the weight of '${f.what}' cannot change priority 255; it is not tracked`,
  ),
  ah_backup: catalogRow(
    'ah_backup',
    'complaint',
    (f: { name: string }) => `(${f.name}) state MASTER does not go with auth_type AH; BACKUP is used`,
  ),
  no_recipients: catalogRow('no_recipients', 'complaint', (_: None) => 'this block names nobody'),
  unknown_auth_type: catalogRow(
    'unknown_auth_type',
    'mistake',
    (f: Named) => `there is no auth_type '${f.word}'`,
    () => 'write PASS',
  ),
  bad_key: catalogRow(
    'bad_key',
    'mistake',
    (f: { id: number }) => `the secret of key ${f.id} is not 32 to 64 bytes of text or hex:DIGITS`,
  ),
  duplicate_key: catalogRow(
    'duplicate_key',
    'mistake',
    (f: { name: string; id: number }) => `(${f.name}) key ${f.id} is given twice; this one is ignored`,
  ),
  no_active_key: catalogRow(
    'no_active_key',
    'refusal',
    (f: { name: string }) => `(${f.name}) auth_hmac needs active_key with the id of one of its keys`,
  ),
  key_file_unreadable: catalogRow(
    'key_file_unreadable',
    'refusal',
    (f: { name: string; path: string; problem: string }) =>
      `(${f.name}) cannot read the key in '${f.path}': ${f.problem}`,
  ),
  key_file_exposed: catalogRow(
    'key_file_exposed',
    'security',
    (f: { name: string; path: string }) =>
      `(${f.name}) others than its owner can read the key in '${f.path}'`,
    () => 'chmod 600 it',
  ),
  hmac_enforced: catalogRow(
    'hmac_enforced',
    'complaint',
    (f: { name: string; mode: string }) =>
      `(${f.name}) strict mode enforces auth_hmac; mode ${f.mode} is ignored`,
  ),
  password_truncated: catalogRow(
    'password_truncated',
    'complaint',
    (_: None) => 'only the first 8 bytes of auth_pass are used',
    () => 'shorten it on all routers alike',
  ),
  owner_state: catalogRow(
    'owner_state',
    'complaint',
    (f: { name: string }) =>
      `(${f.name}) in strict mode state MASTER goes with priority 255 and with nothing else`,
  ),
  own_interface_tracked: catalogRow(
    'own_interface_tracked',
    'complaint',
    (f: { name: string; interface: string }) =>
      `(${f.name}) ${f.interface} is the instance's own interface and tracked anyway`,
  ),
  script_unknown: catalogRow(
    'script_unknown',
    'mistake',
    (f: { name: string; what: string; script: string }) =>
      `(${f.name}) ${f.what} '${f.script}' is not defined above; it is not tracked`,
  ),
  script_without_command: catalogRow(
    'script_without_command',
    'mistake',
    (f: { name: string }) => `vrrp_script '${f.name}' has no script; it is ignored`,
  ),
  link_delay_reduced: catalogRow(
    'link_delay_reduced',
    'complaint',
    (f: { interface: string; limit: number }) =>
      `delays of ${f.interface} are reduced to ${f.limit / 1_000_000} s: its instances' peers would miss more adverts than they allow`,
  ),
  link_delay_refused: catalogRow(
    'link_delay_refused',
    'mistake',
    (f: { interface: string }) =>
      `${f.interface} cannot have delays: an instance on it has down_timer_adverts 1`,
  ),
  source_not_tracked: catalogRow(
    'source_not_tracked',
    'complaint',
    (f: { name: string }) => `(${f.name}) track_src_ip needs mcast_src_ip or unicast_src_ip; it is ignored`,
  ),
  tracker_incomplete: catalogRow(
    'tracker_incomplete',
    'mistake',
    (f: { what: string; name: string; lacks: string }) =>
      `${f.what} '${f.name}' has no ${f.lacks}; it is ignored`,
  ),
  tracker_idle: catalogRow(
    'tracker_idle',
    'advice',
    (f: { what: string; name: string }) =>
      `${f.what} '${f.name}' is tracked by no instance; it has no effect`,
  ),
  quorum_above_maximum: catalogRow(
    'quorum_above_maximum',
    'mistake',
    (f: { name: string; quorumMax: number }) =>
      `vrrp_track_process '${f.name}' wants more processes than quorum_max ${f.quorumMax} allows; that many are wanted`,
  ),
  groups_track_too_much: catalogRow(
    'groups_track_too_much',
    'refusal',
    (f: { limit: number }) =>
      `members of sync groups would track more than ${f.limit} things for their groups`,
  ),
  group_weight_dropped: catalogRow(
    'group_weight_dropped',
    'mistake',
    (f: { instance: string; group: string; what: string; weight: number }) =>
      `(${f.instance}) '${f.what}' is not tracked: its weight ${f.weight} would part the priorities of vrrp_sync_group '${f.group}'`,
    () => "give it weight 0, or add 'sync_group_tracking_weight' to the group",
  ),
  group_without_members: catalogRow(
    'group_without_members',
    'mistake',
    (f: { name: string }) => `vrrp_sync_group '${f.name}' has no members; it is ignored`,
  ),
  group_of_one: catalogRow(
    'group_of_one',
    'complaint',
    (f: { name: string }) => `vrrp_sync_group '${f.name}' has one member only`,
  ),
  member_unknown: catalogRow(
    'member_unknown',
    'mistake',
    (f: { name: string; member: string }) =>
      `vrrp_sync_group '${f.name}': there is no vrrp_instance '${f.member}'`,
  ),
  member_taken: catalogRow(
    'member_taken',
    'mistake',
    (f: { member: string; group: string }) =>
      `vrrp_instance '${f.member}' is in vrrp_sync_group '${f.group}' already`,
  ),
};

/** How processes run, and paces that interfaces share. */
const names = {
  bad_umask: catalogRow(
    'bad_umask',
    'mistake',
    (f: { keyword: string; word: string }) =>
      `${f.keyword}: '${f.word}' is no mask; write an octal number like 0177 or names like IRWXG|IRWXO`,
  ),
  garp_group_taken: catalogRow(
    'garp_group_taken',
    'mistake',
    (f: { interface: string }) => `garp_group: '${f.interface}' is in another group already`,
  ),
  garp_group_empty: catalogRow(
    'garp_group_empty',
    'mistake',
    (_: None) => 'this garp_group has no interface; it is ignored',
  ),
  timer_expired_preempts: catalogRow(
    'timer_expired_preempts',
    'mistake',
    (f: { name: string; keyword: string }) => `(${f.name}) '${f.keyword}' is for 'nopreempt'; it is ignored`,
  ),
  vrf_ignored: catalogRow(
    'vrf_ignored',
    'mistake',
    (f: { name: string }) =>
      `(${f.name}) 'vrf' is for unicast with unicast_src_ip and without 'interface'; it is ignored`,
  ),
  bad_namespace_name: catalogRow(
    'bad_namespace_name',
    'mistake',
    (f: { keyword: string; word: string }) => `${f.keyword}: '${f.word}' is no name of a file in /run/netns`,
  ),
};

/** The second paths of adverts (lower/heartbeats.ts, check/cross-checks.ts). */
const heartbeats = {
  heartbeat_on_main: catalogRow(
    'heartbeat_on_main',
    'mistake',
    (f: { name: string; interface: string }) =>
      `(${f.name}) '${f.interface}' carries the adverts already; a heartbeat interface is another one`,
  ),
  heartbeat_vrid: catalogRow(
    'heartbeat_vrid',
    'refusal',
    (f: { name: string; vrid: number; interface: string; other: string }) =>
      `(${f.name}) VRID ${f.vrid} on heartbeat interface ${f.interface} is that of vrrp_instance '${f.other}', too`,
    () => 'give one of them another virtual_router_id, on all routers',
  ),
};

/** Legal and seldom meant (check/traps.ts). */
const traps = {
  strict_is_deaf: catalogRow(
    'strict_is_deaf',
    'advice',
    (f: { name: string }) =>
      `in strict mode all packets to an address that the router does not own are dropped: the VIP of ${f.name} answers no ping and no local service`,
    () => "leave strict mode out, or add 'accept' to the instance (version 3)",
  ),
  service_refused: catalogRow(
    'service_refused',
    'advice',
    (f: { name: string; service: string }) =>
      `(${f.name}) drops all packets to its virtual addresses, so virtual_server ${f.service} never sees any`,
    () => "leave 'no_accept' and strict mode out, or add 'accept' to the instance (version 3)",
  ),
  tunnel_mtu: catalogRow(
    'tunnel_mtu',
    'hint',
    (_: None) => 'a tunnelled packet is longer by its outer header (IPIP 20 bytes, GRE 24, GUE 28 or more)',
    () => 'lower the MTU or clamp the TCP MSS on the real servers, or large answers are lost',
  ),
};

/** What the machine lacks (check/host.ts). */
const host = {
  interface_absent: catalogRow(
    'interface_absent',
    'complaint',
    (f: { name: string; interface: string }) =>
      `(${f.name}) this machine has no interface '${f.interface}' now; the instance waits for it`,
    () => "'dynamic_interfaces' in global_defs says that this is meant",
  ),
  other_interface_absent: catalogRow(
    'other_interface_absent',
    'complaint',
    (f: { name: string; interface: string }) =>
      `(${f.name}) this machine has no interface '${f.interface}' now`,
  ),
  user_absent: catalogRow(
    'user_absent',
    'complaint',
    (f: { name: string; what: string }) => `this machine has no ${f.what} '${f.name}'`,
  ),
  no_script_user: catalogRow(
    'no_script_user',
    'complaint',
    (f: { user: string }) => `no user is named for this script, and this machine has no user '${f.user}'`,
    () => "add 'script_user USER' at the top of global_defs",
  ),
  command_absent: catalogRow(
    'command_absent',
    'advice',
    (f: { program: string }) => `this machine has no command '${f.program}'`,
  ),
  command_disabled: catalogRow(
    'command_disabled',
    'complaint',
    (f: { program: string }) => `this machine has no command '${f.program}'; the script is not run`,
  ),
  unsafe_script: catalogRow(
    'unsafe_script',
    'security',
    (f: { program: string; part: string }) =>
      `'${f.program}' is not run as root: ${f.part} (enable_script_security)`,
    () => 'let every part of the path belong to root and be writable by root alone, or name another user',
  ),
  insecure_scripts: catalogRow(
    'insecure_scripts',
    'security',
    (_: None) => 'scripts are configured without enable_script_security',
    () => "add 'enable_script_security' at the top of global_defs",
  ),
};

/** Services, servers, checkers (behaviour.md sections 15 and 16). */
const lvs = {
  bad_server_address: catalogRow(
    'bad_server_address',
    'mistake',
    (f: { keyword: string; word: string }) =>
      `'${f.word}' is not an IP address; this ${f.keyword} is ignored`,
  ),
  no_real_server: catalogRow(
    'no_real_server',
    'mistake',
    (f: { service: string }) => `virtual_server ${f.service} has no real_server; it is ignored`,
  ),
  no_protocol: catalogRow(
    'no_protocol',
    'complaint',
    (f: { service: string }) => `virtual_server ${f.service}: no protocol, UDP is used`,
    () => "add 'protocol TCP' (or UDP)",
  ),
  protocol_of_fwmark: catalogRow(
    'protocol_of_fwmark',
    'complaint',
    (_: None) => 'a fwmark service has no protocol; the line is ignored',
  ),
  no_scheduler: catalogRow(
    'no_scheduler',
    'complaint',
    (f: { service: string }) => `virtual_server ${f.service}: no lb_algo, wlc is used`,
  ),
  no_method: catalogRow(
    'no_method',
    'complaint',
    (f: { service: string }) => `virtual_server ${f.service}: no lb_kind, NAT is used`,
  ),
  flag_of_other_scheduler: catalogRow(
    'flag_of_other_scheduler',
    'mistake',
    (f: { flag: string; scheduler: string }) =>
      `'${f.flag}' goes with lb_algo ${f.scheduler} only; it is ignored`,
  ),
  one_packet_needs_udp: catalogRow(
    'one_packet_needs_udp',
    'mistake',
    (_: None) => "'ops' goes with protocol UDP only; it is ignored",
  ),
  granularity_family: catalogRow(
    'granularity_family',
    'mistake',
    (f: { family: string }) => `this granularity does not fit an ${f.family} service; it is ignored`,
  ),
  family_conflict: catalogRow(
    'family_conflict',
    'mistake',
    (f: { family: string }) => `ip_family does not fit the ${f.family} address; it is ignored`,
  ),
  server_family: catalogRow(
    'server_family',
    'mistake',
    (f: { server: string }) => `${f.server} is of another address family than its service; it is ignored`,
    () => 'only TUN can mix families',
  ),
  duplicate_server: catalogRow(
    'duplicate_server',
    'mistake',
    (f: { server: string }) => `real_server ${f.server} is in this pool already; this one is ignored`,
  ),
  duplicate_service: catalogRow(
    'duplicate_service',
    'advice',
    (f: { service: string }) =>
      `virtual_server ${f.service} exists already; its real servers join the first one's, its settings are ignored`,
  ),
  port_reset: catalogRow(
    'port_reset',
    'complaint',
    (f: { server: string; port: number; method: string }) =>
      `${f.server}: ${f.method} cannot change the port; ${f.port} is used`,
    () => 'give the port of the virtual_server, or use NAT',
  ),
  port_of_fwmark: catalogRow(
    'port_of_fwmark',
    'complaint',
    (f: { server: string }) => `${f.server}: a fwmark service has no port; it is ignored`,
  ),
  quorum_lowered: catalogRow(
    'quorum_lowered',
    'complaint',
    (f: { quorum: number; total: number }) =>
      `quorum ${f.quorum} is more than the weight of all real servers; ${f.total} is used`,
  ),
  hysteresis_lowered: catalogRow(
    'hysteresis_lowered',
    'complaint',
    (f: { hysteresis: number; used: number }) =>
      `hysteresis ${f.hysteresis} must be less than the quorum; ${f.used} is used`,
  ),
  no_sorry_server: catalogRow(
    'no_sorry_server',
    'mistake',
    (f: Keyword) => `'${f.keyword}' without sorry_server is ignored`,
  ),
  check_via_unfit: catalogRow(
    'check_via_unfit',
    'complaint',
    (f: { lacking: string }) => `'check_via forwarding' needs ${f.lacking}; the server itself is asked`,
  ),
  suspend_needs_address: catalogRow(
    'suspend_needs_address',
    'complaint',
    (_: None) => "'ha_suspend' needs a service with an address; it is ignored",
  ),
  hashed_alone: catalogRow(
    'hashed_alone',
    'complaint',
    (_: None) => "'hashed' goes with lb_algo sh and mh, and has no effect there either",
  ),
  sync_id_bare: catalogRow(
    'sync_id_bare',
    'complaint',
    (_: { id: string }) => 'a bare sync id is an old form; it is used',
    (f) => `write 'id ${f.id}'`,
  ),
  sync_instance: catalogRow(
    'sync_instance',
    'advice',
    (f: { instance: string }) =>
      `there is no vrrp_instance '${f.instance}'; the sync daemon that follows it is not started`,
  ),
  group_entry: catalogRow(
    'group_entry',
    'mistake',
    (f: { entry: string; problem: string }) => `'${f.entry}' is left out of its group: ${f.problem}`,
  ),
  group_empty: catalogRow(
    'group_empty',
    'mistake',
    (f: { name: string }) => `virtual_server_group '${f.name}' has no entries; it is ignored`,
  ),
  group_too_large: catalogRow(
    'group_too_large',
    'mistake',
    (f: { name: string; limit: number }) =>
      `virtual_server_group '${f.name}' has more than ${f.limit} entries; it is ignored`,
  ),
  group_mark_family: catalogRow(
    'group_mark_family',
    'mistake',
    (f: { name: string }) =>
      `virtual_server_group '${f.name}' has IPv4 and IPv6 addresses and a mark without a family; it is ignored`,
    () => "write 'fwmark N inet' or 'fwmark N inet6'",
  ),
  group_twice: catalogRow(
    'group_twice',
    'advice',
    (f: { name: string }) => `virtual_server_group '${f.name}' exists already; this one is not used`,
  ),
  group_unknown: catalogRow(
    'group_unknown',
    'advice',
    (f: { name: string }) => `there is no virtual_server_group '${f.name}'; the service is ignored`,
  ),
  group_family: catalogRow(
    'group_family',
    'advice',
    (f: { name: string; has: string; wanted: string }) =>
      `virtual_server_group '${f.name}' has ${f.has} entries, its real servers are ${f.wanted}; the service is ignored`,
    () => 'only TUN can mix families',
  ),
  group_ports: catalogRow(
    'group_ports',
    'complaint',
    (f: { server: string; method: string }) =>
      `${f.server}: ${f.method} cannot change the port; the port of each entry of the group is used`,
    () => 'leave the port of the real_server out, or use NAT',
  ),
  group_check_port: catalogRow(
    'group_check_port',
    'advice',
    (f: { server: string; port: number }) =>
      `${f.server}: the entries of the group have several ports and the server none; it is checked at port ${f.port}`,
    () => "give the checks a 'connect_port'",
  ),
  shared_service: catalogRow(
    'shared_service',
    'advice',
    (f: { service: string; other: string }) =>
      `${f.service} is served by ${f.other} already; its real servers join that one's, its scheduler and persistence are ignored`,
  ),
  checker_without_url: catalogRow(
    'checker_without_url',
    'mistake',
    (f: Keyword) => `'${f.keyword}' has no url; it is ignored`,
  ),
  url_without_path: catalogRow(
    'url_without_path',
    'mistake',
    (_: None) => "'url' has no path; it is ignored",
  ),
  checker_without_command: catalogRow(
    'checker_without_command',
    'mistake',
    (_: None) => 'MISC_CHECK has no misc_path; it is ignored',
  ),
  file_check_without_file: catalogRow('file_check_without_file', 'mistake', (f: { name: string | null }) =>
    f.name === null
      ? 'FILE_CHECK has no track_file; it is ignored'
      : `FILE_CHECK follows '${f.name}', and no track_file of this name stands above it; it is ignored`,
  ),
  bad_secret: catalogRow(
    'bad_secret',
    'mistake',
    (f: { keyword: string; limit: number }) =>
      `'${f.keyword}' needs one word of at most ${f.limit} characters; quote one with blanks`,
  ),
  user_without_password: catalogRow(
    'user_without_password',
    'mistake',
    (_: None) => "'user' needs a password or a password_file; it is ignored",
  ),
  password_file_unreadable: catalogRow(
    'password_file_unreadable',
    'refusal',
    (f: { check: string; path: string; problem: string }) =>
      `${f.check}: cannot read the password in '${f.path}': ${f.problem}`,
  ),
  password_file_exposed: catalogRow(
    'password_file_exposed',
    'security',
    (f: { check: string; path: string }) =>
      `${f.check}: others than its owner can read the password in '${f.path}'`,
    () => 'chmod 600 it',
  ),
  tls_name_alone: catalogRow(
    'tls_name_alone',
    'mistake',
    (_: None) => "'tls_name' is ignored, for tls is off",
  ),
  expect_alone: catalogRow('expect_alone', 'mistake', (_: None) => "'expect' needs a query; it is ignored"),
  bad_header: catalogRow(
    'bad_header',
    'mistake',
    (_: None) => "'header' needs NAME: VALUE in printable characters; it is ignored",
  ),
  bad_days: catalogRow(
    'bad_days',
    'mistake',
    (f: { word: string; max: number }) => `'${f.word}' is no time such as 14d or 36h up to ${f.max}d`,
  ),
  bfd_name_long: catalogRow(
    'bfd_name_long',
    'mistake',
    (f: { name: string; limit: number }) =>
      `the name of bfd_instance '${f.name}' has more than ${f.limit} characters; it is ignored`,
  ),
  bfd_interval_long: catalogRow(
    'bfd_interval_long',
    'advice',
    (f: Keyword & { limit: number }) =>
      `'${f.keyword}' is more than ${f.limit} ms: this session notices a broken path late`,
  ),
  bfd_twice: catalogRow(
    'bfd_twice',
    'mistake',
    (f: { name: string }) => `there is a bfd_instance '${f.name}' already; this one is ignored`,
  ),
  bfd_same_ends: catalogRow(
    'bfd_same_ends',
    'mistake',
    (f: { name: string; neighbour: string }) =>
      `bfd_instance '${f.name}' has the same source and the same neighbour ${f.neighbour} as another; it is ignored`,
  ),
  bfd_family: catalogRow(
    'bfd_family',
    'mistake',
    (f: { name: string; source: string; neighbour: string }) =>
      `source ${f.source} and neighbour ${f.neighbour} of bfd_instance '${f.name}' are of different families; it is ignored`,
  ),
  bfd_max_hops: catalogRow(
    'bfd_max_hops',
    'complaint',
    (f: { name: string; ttl: number }) =>
      `max_hops of bfd_instance '${f.name}' exceeds its ttl; ${f.ttl} is used`,
  ),
  bfd_link_local: catalogRow(
    'bfd_link_local',
    'complaint',
    (f: { name: string; neighbour: string }) =>
      `neighbour ${f.neighbour} of bfd_instance '${f.name}' means nothing without an interface, which cannot be named; the session stays down`,
  ),
  bfd_no_hops: catalogRow(
    'bfd_no_hops',
    'advice',
    (f: { name: string }) =>
      `bfd_instance '${f.name}' is multihop, yet packets that have used a hop are refused`,
    () => "say with 'max_hops' how many routers are between",
  ),
  bfd_not_for: catalogRow(
    'bfd_not_for',
    'mistake',
    (f: { name: string; follower: 'vrrp' | 'checker' }) =>
      `bfd_instance '${f.name}' says '${f.follower}' only, so nothing else can follow it; this line is ignored`,
    (f) => `write '${f.follower === 'vrrp' ? 'checker' : 'vrrp'}' there as well`,
  ),
  bfd_tracked_twice: catalogRow(
    'bfd_tracked_twice',
    'mistake',
    (f: { name: string; what: string }) => `(${f.name}) bfd_instance '${f.what}' is tracked already`,
  ),
  bfd_check_without_session: catalogRow(
    'bfd_check_without_session',
    'mistake',
    (f: { name: string | null }) =>
      f.name === null
        ? 'BFD_CHECK has no name; it is ignored'
        : `BFD_CHECK follows '${f.name}', and no bfd_instance of this name stands above it; it is ignored`,
  ),
  bfd_check_twice: catalogRow(
    'bfd_check_twice',
    'mistake',
    (f: { name: string }) => `this server follows bfd_instance '${f.name}' already; this one is ignored`,
  ),
  bad_regex: catalogRow(
    'bad_regex',
    'mistake',
    (f: { problem: string }) =>
      `this regular expression cannot be used: ${f.problem}; the body is not matched`,
  ),
  regex_alone: catalogRow(
    'regex_alone',
    'mistake',
    (f: Keyword) => `'${f.keyword}' needs 'regex'; it is ignored`,
  ),
  regex_offsets: catalogRow(
    'regex_offsets',
    'mistake',
    (f: { minOffset: number; maxOffset: number }) =>
      `regex_min_offset ${f.minOffset} is more than regex_max_offset ${f.maxOffset}; both are ignored`,
  ),
  bad_hex: catalogRow(
    'bad_hex',
    'mistake',
    (f: Keyword) => `'${f.keyword}' needs bytes as pairs of hex digits; it is ignored`,
  ),
  reply_never_fits: catalogRow(
    'reply_never_fits',
    'mistake',
    (f: { min: number; max: number }) =>
      `min_reply_length ${f.min} is more than max_reply_length ${f.max}: the check will always fail`,
  ),
  bad_domain_name: catalogRow(
    'bad_domain_name',
    'mistake',
    (f: { word: string }) =>
      `'${f.word}' is no domain name: labels of 1 to 63 bytes, 253 in all; the root is asked for`,
  ),
  bind_port_alone: catalogRow(
    'bind_port_alone',
    'mistake',
    (_: None) => "'bind_port' needs 'bindto'; it is ignored",
  ),
  bind_family: catalogRow(
    'bind_family',
    'mistake',
    (_: None) => "'bindto' is of another address family than the target; it is ignored",
  ),
};

/** A configuration as JSON or YAML (document/, load/document.ts). */
const documents = {
  document_syntax: catalogRow(
    'document_syntax',
    'refusal',
    (f: { problem: string }) => `this is neither JSON nor YAML: ${f.problem}`,
  ),
  document_violation: catalogRow(
    'document_violation',
    'refusal',
    (f: { where: string; message: string }) => `${f.where} ${f.message}`,
  ),
  document_property: catalogRow(
    'document_property',
    'refusal',
    (f: { where: string; word: string }) => `${f.where} has no property '${f.word}'`,
  ),
  document_duplicate: catalogRow(
    'document_duplicate',
    'refusal',
    (f: { word: string; list: string }) => `'${f.word}' is in ${f.list} twice`,
  ),
  document_reference: catalogRow(
    'document_reference',
    'refusal',
    (f: { word: string; list: string }) => `there is no '${f.word}' in ${f.list}`,
  ),
};

/** What vipd does not do yet, old names, and vipd's own mistakes. */
const effects = {
  defect: catalogRow(
    'defect',
    'refusal',
    (f: { violation: string }) => `vipd made a model that does not fit its schema: ${f.violation}`,
    () => 'this is a defect of vipd, please report it',
  ),
  replaced: catalogRow(
    'replaced',
    'complaint',
    (f: { word: string; by: string }) => `'${f.word}' is an old name of '${f.by}'`,
    (f) => `write '${f.by}'`,
  ),
  unsupported: catalogRow(
    'unsupported',
    'advice',
    (f: { word: string; count: number; block: boolean }) =>
      `vipd does not support '${f.word}' yet; ${f.block ? 'the block' : 'it'} has no effect${times(f.count)}`,
  ),
};

const times = (count: number): string => (count > 1 ? ` (${count} places)` : '');

export const catalog = {
  ...syntax,
  ...values,
  ...vrrp,
  ...routing,
  ...names,
  ...heartbeats,
  ...traps,
  ...host,
  ...lvs,
  ...documents,
  ...effects,
};

/** Every line of the VRRP process. Where keepalived has the line, ours reads the same, because operators grep for it;
 *  lines that a packet can cause are written once per router until its state or its master changes (`complainOnce`). */
import { catalogue, row } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import type { DropReason } from '../wire/receive.ts';
import type { OrderKind } from './orders.ts';
import type { VrrpStateName } from './status.ts';

interface Named {
  readonly instance: string;
}
type Fields<T> = Named & Readonly<T> & Readonly<Record<string, unknown>>;

export const vrrpLog = catalogue({
  entered: row(
    'vrrp_state',
    'info',
    (f: Fields<{ to: VrrpStateName; initial: boolean; reason: string }>) =>
      `(${f.instance}) Entering ${f.to} STATE${f.initial && f.to === 'BACKUP' ? ' (init)' : ''}`,
  ),
  settingAddresses: row('vrrp_setting_vips', 'debug', (f: Fields<object>) => `(${f.instance}) setting VIPs.`),
  removingAddresses: row(
    'vrrp_removing_vips',
    'debug',
    (f: Fields<object>) => `(${f.instance}) removing VIPs.`,
  ),
  settingRouting: row(
    'vrrp_setting_routing',
    'debug',
    (f: Fields<object>) => `(${f.instance}) setting Virtual Routes and Rules`,
  ),
  removingRouting: row(
    'vrrp_removing_routing',
    'debug',
    (f: Fields<object>) => `(${f.instance}) removing Virtual Rules and Routes`,
  ),
  routingRestored: row(
    'vrrp_routing_restored',
    'warning',
    (f: Fields<{ entries: readonly string[] }>) =>
      `(${f.instance}) removed by someone else and put back: ${f.entries.join(', ')}`,
  ),
  routingRefused: row(
    'vrrp_routing_refused',
    'error',
    (f: Fields<{ entries: readonly string[]; detail: string }>) =>
      `(${f.instance}) cannot set ${f.entries.join(', ')}: ${f.detail}`,
  ),
  staticsRestored: row(
    'vrrp_statics_restored',
    'warning',
    (f: { entries: readonly string[] }) =>
      `static entries removed by someone else and put back: ${f.entries.join(', ')}`,
  ),
  staticsRefused: row(
    'vrrp_statics_refused',
    'error',
    (f: { entries: readonly string[]; detail: string }) =>
      `cannot set the static entry ${f.entries.join(', ')}: ${f.detail}`,
  ),
  announcing: row(
    'vrrp_announcing',
    'debug',
    (f: Fields<{ interface: string; address: string }>) =>
      `(${f.instance}) Sending/queueing ${f.address.includes(':') ? 'Unsolicited Neighbour Adverts' : 'gratuitous ARPs'} ` +
      `on ${f.interface} for ${f.address}`,
  ),
  faulty: row(
    'vrrp_fault',
    'warning',
    (f: Fields<{ reason: string }>) => `(${f.instance}) cannot take part: ${f.reason}`,
  ),
  masterTimedOut: row(
    'vrrp_advert_timeout',
    'info',
    (f: Fields<object>) => `(${f.instance}) Receive advertisement timeout`,
  ),
  higherPriorityHeard: row(
    'vrrp_higher_priority',
    'info',
    (f: Fields<{ source: string; theirs: number; ours: number }>) =>
      f.theirs > f.ours
        ? `(${f.instance}) Master received advert from ${f.source} with higher priority ${f.theirs}, ours ${f.ours}`
        : `(${f.instance}) Master received advert from ${f.source} with same priority ${f.theirs} but higher IP address than ours`,
  ),
  lowerPriorityHeard: row(
    'vrrp_lower_priority',
    'info',
    (f: Fields<{ source: string; theirs: number; ours: number }>) =>
      f.theirs < f.ours
        ? `(${f.instance}) Received advert from ${f.source} with lower priority ${f.theirs}, ours ${f.ours}`
        : `(${f.instance}) Received advert from ${f.source} with same priority ${f.theirs} but lower IP address than ours`,
  ),
  lowerPriorityDiscarded: row(
    'vrrp_lower_priority_discarded',
    'info',
    (f: Fields<{ source: string; theirs: number }>) =>
      `(${f.instance}) received lower priority (${f.theirs}) advert from ${f.source} - discarding`,
  ),
  priorityChanged: row(
    'vrrp_priority_changed',
    'info',
    (f: Fields<{ before: number; after: number }>) =>
      `(${f.instance}) Changing effective priority from ${f.before} to ${f.after}`,
  ),
  ordered: row(
    'vrrp_ordered',
    'info',
    (f: Fields<{ order: OrderKind; lastsMicros: number | null }>) =>
      `(${f.instance}) an operator ordered ${orderText(f.order)}` +
      ` ${f.lastsMicros === null ? 'until it is undone' : `for ${Math.ceil(f.lastsMicros / 1_000_000)} s`}`,
  ),
  orderLifted: row(
    'vrrp_order_lifted',
    'info',
    (f: Fields<{ order: OrderKind; how: 'undone' | 'expired' }>) =>
      `(${f.instance}) ${orderText(f.order)} that an operator ordered is ${f.how === 'undone' ? 'undone' : 'over'}`,
  ),
  waiting: row('vrrp_waiting', 'info', (f: Fields<{ reason: string }>) => `(${f.instance}) ${f.reason}`),
  groupSyncs: row(
    'vrrp_group_state',
    'info',
    (f: { group: string; to: VrrpStateName }) => `VRRP_Group(${f.group}) Syncing instances to ${f.to} state`,
  ),
  priorityZeroHeard: row(
    'vrrp_priority_zero_received',
    'info',
    (f: Fields<{ source: string }>) =>
      `(${f.instance}) Backup received priority 0 advertisement from ${f.source}`,
  ),
  priorityZeroSent: row(
    'vrrp_priority_zero_sent',
    'info',
    (f: Fields<object>) => `(${f.instance}) sent 0 priority`,
  ),
  packetDropped: row(
    'vrrp_packet_dropped',
    'warning',
    (f: Fields<{ source: string; drop: DropReason }>) =>
      `(${f.instance}) received ${dropText(f.drop)} from ${f.source} - dropped, further ones are only counted`,
  ),
  addressListDiffers: row(
    'vrrp_address_list',
    'warning',
    (f: Fields<{ source: string; vrid: number; missing: readonly string[] }>) =>
      `(${f.instance}) ip address associated with VRID ${f.vrid} not present in MASTER advert : ${f.missing.join(' ')}`,
  ),
  addressCountDiffers: row(
    'vrrp_address_count',
    'warning',
    (f: Fields<{ source: string; theirs: number; ours: number }>) =>
      `(${f.instance}) received an unexpected ip number count ${f.theirs}, expected ${f.ours}!`,
  ),
  intervalLearned: row(
    'vrrp_interval_learned',
    'info',
    (f: Fields<{ source: string; beforeMicros: number; nowMicros: number }>) =>
      `(${f.instance}) advertisement interval updated from ${f.beforeMicros / 1000}ms to ${f.nowMicros / 1000}ms by master`,
  ),
  ownAdvertHeard: row(
    'vrrp_own_advert',
    'warning',
    (f: Fields<{ source: string }>) =>
      `(${f.instance}) advert from our own address ${f.source} ignored: a loop on the segment, or the address is used twice`,
  ),
  heartbeatOnly: row(
    'vrrp_heartbeat_only',
    'warning',
    (f: Fields<{ interface: string; over: string; silentMicros: number }>) =>
      `(${f.instance}) the master is heard over heartbeat interface ${f.over}, but not on ${f.interface} for ${(f.silentMicros / 1_000_000).toFixed(1)} s: adverts do not get through there`,
  ),
  mainHeardAgain: row(
    'vrrp_main_heard_again',
    'info',
    (f: Fields<{ interface: string }>) => `(${f.instance}) adverts arrive on ${f.interface} again`,
  ),
  otherCluster: row(
    'vrrp_other_cluster',
    'warning',
    (f: Fields<{ interface: string; source: string; vrid: number }>) =>
      `(${f.instance}) ${f.source} uses VRID ${f.vrid} on heartbeat interface ${f.interface} for other addresses - ignored`,
  ),
  loopLate: row(
    'loop_late',
    'warning',
    (f: Fields<{ lateMicros: number; extraMicros: number }>) =>
      `(${f.instance}) this process woke up ${Math.round(f.lateMicros / 1000)} ms late, adverts may have been lost: ` +
      `listening ${Math.round(f.extraMicros / 1000)} ms before taking over`,
  ),
  addressesAdopted: row(
    'vrrp_addresses_adopted',
    'info',
    (f: Fields<{ addresses: readonly string[] }>) =>
      `(${f.instance}) found in place and kept until another master is heard: ${f.addresses.join(' ')}`,
  ),
  fightNoticed: row(
    'vrrp_fight',
    'warning',
    (f: Fields<{ what: readonly string[] }>) =>
      `(${f.instance}) someone else removes it again and again: ${f.what.join(', ')}; it is put back after growing pauses`,
  ),
  splitSeen: row(
    'vrrp_split_brain',
    'error',
    (f: Fields<{ text: string }>) => `(${f.instance}) MASTER, although ${f.text}`,
  ),
  splitOver: row(
    'vrrp_split_brain_over',
    'info',
    (f: Fields<{ rival: string; lastedMicros: number }>) =>
      `(${f.instance}) the only master again: ${f.rival} is silent, after ${Math.round(f.lastedMicros / 1_000_000)} s`,
  ),
  addressesRestored: row(
    'vrrp_addresses_restored',
    'warning',
    (f: Fields<{ addresses: readonly string[] }>) =>
      `(${f.instance}) removed by someone else and put back: ${f.addresses.join(' ')}`,
  ),
  addressesRefused: row(
    'vrrp_addresses_refused',
    'error',
    (f: Fields<{ addresses: readonly string[]; detail: string }>) =>
      `(${f.instance}) cannot add ${f.addresses.join(' ')}: ${f.detail}`,
  ),
  otherOwner: row(
    'vrrp_other_owner',
    'error',
    (f: Fields<{ source: string }>) =>
      `(${f.instance}) ${f.source} claims to own the addresses too (priority 255): only one router may be configured so`,
  ),
  addressDuplicate: row(
    'vrrp_address_duplicate',
    'error',
    (f: Fields<{ address: string }>) =>
      `(${f.instance}) ${f.address} is used by another machine: duplicate address detection failed, it carries no traffic here`,
  ),
  unknownVrid: row(
    'vrrp_unknown_vrid',
    'info',
    (f: { interface: string; source: string; vrid: number }) =>
      `received advert from ${f.source} on ${f.interface} for unknown VRID ${f.vrid}`,
  ),
});

const orderText = (order: OrderKind): string => (order === 'step_down' ? 'a failover' : 'a preference');

/** What is wrong with a dropped packet. */
function dropText(drop: DropReason): string {
  switch (drop) {
    case 'packet_length':
      return 'a packet of wrong length';
    case 'ttl':
      return 'an invalid TTL (it must be 255)';
    case 'version':
      return 'another VRRP version';
    case 'invalid_auth_type':
      return 'an unknown authentication type';
    case 'auth_type_mismatch':
      return 'another authentication type';
    case 'auth_failure':
      return 'an invalid passwd!';
    case 'ah_forged':
      return 'an authentication header with a wrong digest (another password, or an altered advert)';
    case 'ah_replayed':
      return 'an authentication header with a number that was used before';
    case 'hmac_missing':
      return 'an advert without the auth_hmac trailer';
    case 'hmac_malformed':
      return 'a malformed auth_hmac trailer';
    case 'hmac_unknown_key':
      return 'an auth_hmac trailer made with a key that is not configured';
    case 'hmac_forged':
      return 'an invalid HMAC (another key, or an altered advert)';
    case 'hmac_stale':
      return 'an auth_hmac trailer from outside time_window (do the clocks agree?)';
    case 'hmac_replayed':
      return 'an auth_hmac trailer that was heard before';
    case 'advert_interval':
      return 'another advertisement interval';
    case 'invalid_type':
      return 'an invalid VRRP packet type';
    case 'checksum':
      return 'an invalid checksum';
    case 'destination':
      return 'a unicast advert where multicast is configured, or the other way round,';
    case 'unknown_peer':
      return 'an advert that is from no configured peer, or has a TTL out of its range,';
    default:
      return exhaustive(drop);
  }
}

/** A port that failed, for the shell. */
export const vrrpShellLog = catalogue({
  recordingEnded: row(
    'vrrp_recording_ended',
    'warning',
    (f: { path: string; reason: string }) => `The recording in ${f.path} ends here: ${f.reason}`,
  ),
  sendFailed: row(
    'vrrp_send_failed',
    'error',
    (f: { interface: string; detail: string }) => `cannot send advert on ${f.interface}: ${f.detail}`,
  ),
  announceFailed: row(
    'vrrp_announce_failed',
    'warning',
    (f: { interface: string; detail: string }) => `cannot announce addresses on ${f.interface}: ${f.detail}`,
  ),
  removeFailed: row(
    'vrrp_remove_failed',
    'error',
    (f: { address: string; detail: string }) => `cannot remove ${f.address}: ${f.detail}`,
  ),
  linkSettingFailed: row(
    'vrrp_link_setting_failed',
    'warning',
    (f: { detail: string }) => `cannot change a setting of the kernel: ${f.detail}`,
  ),
  socketFailed: row(
    'vrrp_socket_failed',
    'error',
    (f: { interface: string; family: string; detail: string; hint: string }) =>
      `no VRRP socket on ${f.interface} (${f.family}): ${f.detail}${f.hint}`,
  ),
  networkReadAgain: row(
    'vrrp_network_read_again',
    'warning',
    (f: { cause: 'overrun' | 'garbled'; times: number }) =>
      `${f.cause === 'overrun' ? 'lost kernel notifications about links and addresses' : 'a kernel notification about links and addresses made no sense'}: read them all again (${f.times} times so far)`,
  ),
  routingUnreadable: row(
    'vrrp_routing_unreadable',
    'error',
    (f: { detail: string }) => `cannot read routes and rules from the kernel: ${f.detail}`,
  ),
  routingRemoveFailed: row(
    'vrrp_routing_remove_failed',
    'error',
    (f: { detail: string }) => `cannot remove a route or rule: ${f.detail}`,
  ),
  linkMade: row(
    'vrrp_link_made',
    'info',
    (f: { interface: string }) => `Success creating VMAC interface ${f.interface}`,
  ),
  linkFailed: row(
    'vrrp_link_failed',
    'error',
    (f: { interface: string; detail: string }) => `cannot set up interface ${f.interface}: ${f.detail}`,
  ),
  addressMonitored: row(
    'vrrp_address_monitored',
    'info',
    (f: { address: string; how: 'added' | 'deleted' }) => `Netlink: address ${f.address} ${f.how}`,
  ),
  carrierUnknown: row(
    'vrrp_carrier_unknown',
    'warning',
    (f: { interface: string; detail: string }) =>
      `cannot poll the link of ${f.interface}, so the kernel's word on it counts: ${f.detail}`,
  ),
  refusalFailed: row(
    'vrrp_refusal_failed',
    'error',
    (f: { detail: string; addresses: number }) =>
      `packets to ${f.addresses} virtual addresses (no_accept, strict mode) are accepted, because the packet filter cannot be set: ${f.detail}`,
  ),
  refusalLeft: row(
    'vrrp_refusal_left',
    'error',
    (f: { detail: string }) => `cannot remove the packet filter of the virtual addresses: ${f.detail}`,
  ),
  refusalRestored: row(
    'vrrp_refusal_restored',
    'warning',
    (f: { table: string }) => `Restored nf_tables table ${f.table}, from which somebody removed something`,
  ),
  settingFailed: row(
    'vrrp_setting_failed',
    'warning',
    (f: { detail: string }) => `cannot change a setting of an interface: ${f.detail}`,
  ),
  networkUnreadable: row(
    'vrrp_network_unreadable',
    'error',
    (f: { detail: string }) => `cannot read links and addresses from the kernel: ${f.detail}`,
  ),
});

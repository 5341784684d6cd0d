/** Diagnostics of the lines of virtual_routes, virtual_rules, static_* and track_group, and of use_vmac and use_ipvlan. */
import { catalogRow } from './diagnostic.ts';

type None = Readonly<Record<never, never>>;
/** `what` is "route", "rule" or "address": the line that is ignored. */
interface Line {
  readonly what: string;
}

export const routing = {
  routing_word: catalogRow(
    'routing_word',
    'mistake',
    (f: Line & { word: string; wanted: string }) =>
      `'${f.word}' is not ${f.wanted}; the ${f.what} is ignored`,
  ),
  routing_option: catalogRow(
    'routing_option',
    'mistake',
    (f: Line & { word: string }) => `'${f.word}' is not an option of a ${f.what}; the ${f.what} is ignored`,
  ),
  routing_families: catalogRow(
    'routing_families',
    'mistake',
    (f: Line) => `IPv4 and IPv6 are mixed; the ${f.what} is ignored`,
  ),
  routing_protocol: catalogRow(
    'routing_protocol',
    'complaint',
    (f: Line) => `a tracked ${f.what} has protocol 18 (keepalived), which is used`,
    (f) => `add 'no_track' if the loss of this ${f.what} does not matter`,
  ),
  routing_only: catalogRow(
    'routing_only',
    'mistake',
    (f: Line & { option: string; condition: string }) =>
      `'${f.option}' goes with ${f.condition} only; the ${f.what} is ignored`,
  ),
  route_destination: catalogRow(
    'route_destination',
    'mistake',
    (_: None) => 'the route has no destination; it is ignored',
  ),
  route_untracked: catalogRow(
    'route_untracked',
    'complaint',
    (_: None) => 'the route names no interface: keepalived does not track it, vipd does',
    () => "add 'dev INTERFACE', or 'no_track' if its loss does not matter",
  ),
  route_gw: catalogRow(
    'route_gw',
    'complaint',
    (_: None) => "'gw' is an old name of 'via'",
    () => "write 'via'",
  ),
  route_or: catalogRow(
    'route_or',
    'complaint',
    (_: None) => "'or' is an old way to name a second gateway",
    () => "write 'nexthop via … nexthop via …'",
  ),
  route_as: catalogRow('route_as', 'complaint', (_: None) => "'as' is for MPLS routes; it is ignored"),
  encapsulation_ends: catalogRow(
    'encapsulation_ends',
    'mistake',
    (_: None) => "a tunnel needs 'dst' or 'id'; the route is ignored",
  ),
  rule_priority: catalogRow(
    'rule_priority',
    'complaint',
    (f: { priority: number }) => `the rule has no priority, ${f.priority} is used`,
    () => "add 'priority N'",
  ),
  rule_action: catalogRow(
    'rule_action',
    'mistake',
    (_: None) => 'the rule does not say what is to be done; it is ignored',
    () => "add 'table NAME'",
  ),
  rule_actions: catalogRow(
    'rule_actions',
    'mistake',
    (_: None) => 'the rule names two actions; it is ignored',
  ),
  rule_goto: catalogRow(
    'rule_goto',
    'mistake',
    (f: { priority: number; target: number }) =>
      `a rule with priority ${f.priority} can only go to a later one, not to ${f.target}; it is ignored`,
  ),
  static_group_unknown: catalogRow(
    'static_group_unknown',
    'mistake',
    (f: { group: string }) => `track_group '${f.group}' is not defined above; it is ignored`,
  ),
  static_group_interface: catalogRow(
    'static_group_interface',
    'mistake',
    (f: Line) => `a ${f.what} with track_group needs an interface; track_group is ignored`,
  ),
  link_name_twice: catalogRow(
    'link_name_twice',
    'mistake',
    (f: { word: string }) => `the interface has a name already; '${f.word}' is ignored`,
  ),
  link_group: catalogRow(
    'link_group',
    'mistake',
    (f: { group: string }) => `'${f.group}' is not an interface group; it is ignored`,
  ),
  bad_vmac: catalogRow(
    'bad_vmac',
    'mistake',
    (f: { mac: string }) => `${f.mac} cannot be a MAC of one's own choice; the one of the VRID is used`,
  ),
  link_name_taken: catalogRow(
    'link_name_taken',
    'complaint',
    (f: { name: string; link: string; instead: string }) =>
      `(${f.name}) another instance has the interface '${f.link}'; this one's is named ${f.instead}`,
  ),
  vmac_promotes: catalogRow(
    'vmac_promotes',
    'complaint',
    (f: { name: string }) =>
      `(${f.name}) promote_secondaries is always set for a VMAC; the line has no effect`,
  ),
  xmit_base_alone: catalogRow(
    'xmit_base_alone',
    'complaint',
    (f: { name: string }) => `(${f.name}) vmac_xmit_base without use_vmac has no effect`,
  ),
  ipvlan_address: catalogRow(
    'ipvlan_address',
    'complaint',
    (f: { name: string }) =>
      `(${f.name}) use_ipvlan needs an address of the instance's family; it is ignored`,
  ),
  track_group_member: catalogRow(
    'track_group_member',
    'advice',
    (f: { group: string; member: string }) =>
      `track_group '${f.group}': there is no vrrp_instance '${f.member}'`,
  ),
  track_group_twice: catalogRow(
    'track_group_twice',
    'mistake',
    (f: { name: string }) => `track_group '${f.name}' exists already; this block is ignored`,
  ),
};

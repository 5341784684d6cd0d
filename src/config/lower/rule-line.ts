/** One line of virtual_rules or static_rules → a policy rule. What cannot be understood drops the line. */
import type { Family } from '../../base/ip.ts';
import { PROTOCOL_KEEPALIVED, type Prefix, type Rule, type RuleAction } from '../../base/routing.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { VirtualRule } from '../model/routing.ts';
import { I32_MAX, U32_MAX } from '../schema/values.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import { decimalAt } from './encapsulation-words.ts';
import { type NamesOf, parseNumber, type WordWalk, walkWords } from './word-walk.ts';

type RuleDraft = Omit<Rule, 'family' | 'priority' | 'action' | 'protocol'> & {
  readonly priority: number | null;
  readonly action: RuleAction | null;
  readonly protocol: number | null;
  readonly tracked: boolean;
};
type Option = (walk: WordWalk) => Partial<RuleDraft>;

const NO_RULE: RuleDraft = {
  priority: null,
  action: null,
  invert: false,
  from: null,
  to: null,
  tos: 0,
  mark: null,
  realms: null,
  suppressPrefixLength: null,
  suppressGroup: null,
  iif: null,
  oif: null,
  tunnelId: null,
  users: null,
  ipProtocol: null,
  sourcePorts: null,
  destinationPorts: null,
  protocol: null,
  tracked: true,
};
const EVERY_BIT = 0xffff_ffff;
/** IANA protocol numbers that have names in most files. */
const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1], ['igmp', 2], ['tcp', 6], ['udp', 17], ['dccp', 33], ['gre', 47], ['esp', 50], ['ah', 51],
  ['ipv6-icmp', 58], ['ospf', 89], ['vrrp', 112], ['l2tp', 115], ['sctp', 132], ['udplite', 136],
]); // biome-ignore format: one line reads better

const lookup: Option = (walk) => ({
  action: { kind: 'lookup', table: walk.named('rt_tables', 'a routing table', 1, U32_MAX) },
});
const priority: Option = (walk) => ({ priority: walk.number(0, U32_MAX) });
const tos: Option = (walk) => ({ tos: walk.named('rt_dsfield', 'a TOS', 0, 255) });
const iif: Option = (walk) => ({ iif: walk.interface() });
const suppressPrefix: Option = (walk) => ({ suppressPrefixLength: walk.number(0, I32_MAX) });
const suppressGroup: Option = (walk) => ({
  suppressGroup: walk.named('group', 'an interface group', 0, I32_MAX),
});

/** What each word takes and sets (keywords.json, virtual_rules). */
const OPTIONS: ReadonlyMap<string, Option> = new Map<string, Option>([
  ['from', (walk) => ({ from: selectorAt(walk) })],
  ['to', (walk) => ({ to: selectorAt(walk) })],
  ['not', () => ({ invert: true })],
  ['priority', priority],
  ['preference', priority],
  ['order', priority],
  ['tos', tos],
  ['dsfield', tos],
  ['fwmark', (walk) => ({ mark: markAt(walk) })],
  ['realms', (walk) => ({ realms: walk.realms() })],
  ['suppress_prefixlength', suppressPrefix],
  ['sup_pl', suppressPrefix],
  ['suppress_ifgroup', suppressGroup],
  ['sup_group', suppressGroup],
  ['iif', iif],
  ['dev', iif],
  ['oif', (walk) => ({ oif: walk.interface() })],
  ['tunnel-id', (walk) => ({ tunnelId: decimalAt(walk) })],
  ['uidrange', (walk) => ({ users: walk.range(U32_MAX) })],
  ['protocol', (walk) => ({ protocol: walk.named('rt_protos', 'a routing protocol', 0, 255) })],
  ['ipproto', (walk) => ({ ipProtocol: ipProtocolAt(walk) })],
  ['sport', (walk) => ({ sourcePorts: walk.range(0xffff) })],
  ['dport', (walk) => ({ destinationPorts: walk.range(0xffff) })],
  ['type', () => ({})],
  ['no_track', () => ({ tracked: false })],
  ['table', lookup],
  ['lookup', lookup],
  ['l3mdev', () => ({ action: { kind: 'l3mdev' } })],
  ['goto', (walk) => ({ action: { kind: 'goto', target: walk.number(0, U32_MAX) } })],
  ['nop', () => ({ action: { kind: 'nop' } })],
  ['blackhole', () => ({ action: { kind: 'blackhole' } })],
  ['unreachable', () => ({ action: { kind: 'unreachable' } })],
  ['prohibit', () => ({ action: { kind: 'prohibit' } })],
]);

/** `nextPriority` gives the priority of a rule that names none. */
export function readRule(
  line: Arguments,
  names: NamesOf,
  nextPriority: (family: Family) => number,
  report: Report,
): VirtualRule | null {
  const walk = walkWords(line, 'rule', names, report);
  let draft = NO_RULE;
  for (let word = walk.word('a selector'); word !== null && !walk.failed; ) {
    draft = optionAt(walk, word, draft);
    word = walk.peek() === null ? null : walk.word('an option');
  }
  return walk.failed ? null : completed(draft, walk, line, nextPriority);
}

function optionAt(walk: WordWalk, word: Word, draft: RuleDraft): RuleDraft {
  if (word.text === 'inet' || word.text === 'inet6') {
    walk.settle(word.text, word);
    return draft;
  }
  const option = OPTIONS.get(word.text);
  if (option === undefined) {
    walk.report(catalog.routing_option(word, { word: word.text, what: walk.what }));
    walk.fail();
    return draft;
  }
  const given = option(walk);
  if (given.action !== undefined && draft.action !== null) {
    walk.report(catalog.rule_actions(word, {}));
    walk.fail();
  }
  return { ...draft, ...given };
}

function completed(
  { tracked, action, ...draft }: RuleDraft,
  walk: WordWalk,
  line: Arguments,
  nextPriority: (family: Family) => number,
): VirtualRule | null {
  const at = line.args[0] ?? line.keyword;
  const family = walk.family ?? 'inet';
  if (action === null) {
    walk.report(catalog.rule_action(at, {}));
    return null;
  }
  const only = draft.realms !== null || draft.suppressPrefixLength !== null || draft.suppressGroup !== null;
  if (only && action.kind !== 'lookup') {
    const option = draft.realms === null ? 'suppress_…' : 'realms';
    walk.report(catalog.routing_only(at, { option, condition: 'a table', what: walk.what }));
    return null;
  }
  const level = draft.priority ?? nextPriority(family);
  if (action.kind === 'goto' && action.target <= level) {
    walk.report(catalog.rule_goto(at, { priority: level, target: action.target }));
    return null;
  }
  if (draft.priority === null) walk.report(catalog.rule_priority(at, { priority: level }));
  const foreign = draft.protocol !== null && draft.protocol !== PROTOCOL_KEEPALIVED;
  if (tracked && foreign) walk.report(catalog.routing_protocol(at, { what: walk.what }));
  const protocol = tracked ? PROTOCOL_KEEPALIVED : (draft.protocol ?? PROTOCOL_KEEPALIVED);
  return { kind: 'rule', rule: { ...draft, family, action, priority: level, protocol }, tracked };
}

function selectorAt(walk: WordWalk): Prefix | null {
  if (walk.skip('default') || walk.skip('any') || walk.skip('all')) return null;
  const prefix = walk.prefix();
  return prefix !== null && prefix.length === 0 ? null : prefix;
}

/** `N[/MASK]` */
function markAt(walk: WordWalk): Rule['mark'] {
  const word = walk.word('a mark');
  if (word === null) return null;
  const [value = null, mask = EVERY_BIT, more] = word.text.split('/').map(parseNumber);
  if (value !== null && mask !== null && more === undefined) return { value, mask };
  return walk.refuse(word, 'a mark');
}

function ipProtocolAt(walk: WordWalk): number | null {
  const word = walk.word('an IP protocol');
  if (word === null) return null;
  const value = IP_PROTOCOLS.get(word.text.toLowerCase()) ?? parseNumber(word.text);
  return value !== null && value <= 255 ? value : walk.refuse(word, 'an IP protocol');
}

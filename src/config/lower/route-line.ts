/** One line of virtual_routes or static_routes → a route. What cannot be understood drops the line, as keepalived does. */
import type { Family, IpAddress } from '../../base/ip.ts';
import {
  type NextHop,
  NO_METRICS,
  PROTOCOL_KEEPALIVED,
  type Prefix,
  type Route,
  RTN,
  TABLE_MAIN,
} from '../../base/routing.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { VirtualRoute } from '../model/routing.ts';
import type { Arguments, Word } from '../syntax/tree.ts';
import { type LegDraft, NEXTHOP_OPTIONS, ROUTE_OPTIONS, type RouteDraft } from './route-options.ts';
import { type NamesOf, type WordWalk, walkWords } from './word-walk.ts';

const NO_LEG: LegDraft = {
  via: null,
  device: null,
  onlink: false,
  encapsulation: null,
  realms: null,
  weight: 1,
};
const NO_ROUTE: RouteDraft = {
  ...NO_LEG,
  type: null,
  destination: null,
  from: null,
  table: null,
  protocol: null,
  scope: null,
  tos: 0,
  metric: null,
  source: null,
  second: null,
  expires: null,
  metrics: NO_METRICS,
  preference: null,
  ttlPropagate: null,
  placement: 'prepend',
  tracked: true,
  family: null,
  vrf: null,
};
/** Legs of one route. */
const NEXT_HOPS_MAX = 256;
const SCOPE_LINK = 253;
const SCOPE_HOST = 254;
const ANYWHERE: Readonly<Record<Family, IpAddress>> = {
  inet: '0.0.0.0' as IpAddress,
  inet6: '::' as IpAddress,
};

export function readRoute(line: Arguments, names: NamesOf, report: Report): VirtualRoute | null {
  const walk = walkWords(line, 'route', names, report);
  let draft: RouteDraft = NO_ROUTE;
  const legs: LegDraft[] = [];
  for (let word = walk.peek(); word !== null && !walk.failed; word = walk.peek()) {
    if (word.text === 'nexthop' && legs.length < NEXT_HOPS_MAX) legs.push(nextHopAt(walk));
    else draft = { ...draft, ...partAt(walk, word, draft) };
  }
  return walk.failed ? null : completed(draft, legs, walk, line);
}

function partAt(walk: WordWalk, word: Word, draft: RouteDraft): Partial<RouteDraft> {
  const option = ROUTE_OPTIONS.get(word.text);
  walk.word('a word');
  if (option !== undefined) return option(walk, draft);
  switch (word.text) {
    case 'inet':
    case 'inet6':
      walk.settle(word.text, word);
      return {};
    case 'as':
      walk.report(catalog.route_as(word, {}));
      walk.skip('to');
      walk.word('an address');
      return {};
    case 'to':
      return { destination: destinationAt(walk, walk.word('a destination')) };
    default:
      return isType(word.text) && walk.peek() !== null
        ? { type: typeOf(word.text), destination: destinationAt(walk, walk.word('a destination')) }
        : { destination: destinationAt(walk, word) };
  }
}

const isType = (text: string): boolean => text in RTN || /^\d{1,3}$/.test(text);
const typeOf = (text: string): number => RTN[text as keyof typeof RTN] ?? Number(text);

function destinationAt(walk: WordWalk, word: Word | null): Prefix | 'default' | null {
  if (word === null) return null;
  if (word.text === 'default6') walk.settle('inet6', word);
  if (/^(default6?|any|all)$/.test(word.text)) return 'default';
  if (/^[0-9a-fA-F.:]+(\/.*)?$/.test(word.text)) return walk.prefixOf(word);
  walk.report(catalog.routing_option(word, { word: word.text, what: walk.what }));
  return walk.fail();
}

/** `nexthop …` up to the next one. */
function nextHopAt(walk: WordWalk): LegDraft {
  walk.skip('nexthop');
  let leg = NO_LEG;
  for (let word = walk.peek(); word !== null && word.text !== 'nexthop' && !walk.failed; word = walk.peek()) {
    const option = NEXTHOP_OPTIONS.get(word.text);
    walk.word('a word');
    if (option === undefined) walk.refuse(word, 'an option of a nexthop');
    else leg = { ...leg, ...option(walk, leg) };
  }
  return leg;
}

function completed(
  draft: RouteDraft,
  legs: readonly LegDraft[],
  walk: WordWalk,
  line: Arguments,
): VirtualRoute | null {
  const family = walk.family ?? 'inet';
  const at = line.args[0] ?? line.keyword;
  if (draft.destination === null) {
    walk.report(catalog.route_destination(at, {}));
    return null;
  }
  if (familyMismatch(draft, family, walk, at)) return null;
  const { type, placement, tracked } = draft;
  if (tracked && draft.protocol !== null && draft.protocol !== PROTOCOL_KEEPALIVED) {
    walk.report(catalog.routing_protocol(at, { what: walk.what }));
  }
  const { nextHops, only } = pathsOf(draft, legs);
  if (tracked && draft.device === null) walk.report(catalog.route_untracked(at, {}));
  const destination =
    draft.destination === 'default' ? { address: ANYWHERE[family], length: 0 } : draft.destination;
  const { from, tos, metric, source, expires, metrics, preference, ttlPropagate } = draft;
  const route: Route<InterfaceName> = {
    family,
    type: type ?? RTN.unicast,
    destination,
    from,
    table: draft.table ?? TABLE_MAIN,
    protocol: tracked ? PROTOCOL_KEEPALIVED : (draft.protocol ?? PROTOCOL_KEEPALIVED),
    scope: family === 'inet6' ? 0 : (draft.scope ?? scopeOf(type ?? RTN.unicast)),
    tos,
    metric,
    source,
    via: only.via,
    device: only.device,
    onlink: only.onlink,
    encapsulation: only.encapsulation,
    expires,
    metrics,
    realms: only.realms,
    preference,
    ttlPropagate,
    nextHops,
  };
  return { kind: 'route', route, placement, tracked, vrf: draft.vrf };
}

/** The kernel takes these types with these scopes only (ip(8) chooses them too); everything else is global. */
function scopeOf(type: number): number {
  if (type === RTN.local || type === RTN.nat) return SCOPE_HOST;
  return type === RTN.broadcast || type === RTN.multicast || type === RTN.anycast ? SCOPE_LINK : 0;
}

/** One leg is a plain route, as the kernel tells it too. */
function pathsOf(
  draft: RouteDraft,
  legs: readonly LegDraft[],
): { readonly only: LegDraft; readonly nextHops: readonly NextHop<InterfaceName>[] } {
  const { second, device } = draft;
  const all = second === null ? legs : [draft.via, second].map((via) => ({ ...NO_LEG, via, device }));
  const [first, ...others] = all;
  if (first === undefined) return { only: draft, nextHops: [] };
  if (others.length === 0) return { only: first, nextHops: [] };
  const nextHops = all.map(({ via, device: dev, onlink, encapsulation, realms, weight }) => {
    return { via, device: dev, weight, onlink, encapsulation, realms };
  });
  return { only: { ...NO_LEG, realms: draft.realms }, nextHops };
}

function familyMismatch(draft: RouteDraft, family: Family, walk: WordWalk, at: Word): boolean {
  const wrong: string | null =
    family === 'inet'
      ? draft.from !== null
        ? 'from'
        : draft.expires !== null
          ? 'expires'
          : draft.preference !== null
            ? 'pref'
            : null
      : draft.realms !== null
        ? 'realms'
        : null;
  if (wrong === null) return false;
  const condition = family === 'inet' ? 'IPv6' : 'IPv4';
  walk.report(catalog.routing_only(at, { option: wrong, condition, what: walk.what }));
  return true;
}

/** bfd_instance blocks → model, and BFD_CHECK, which follows one (keywords.json; behaviour.md sections 16.9 and 18). */
import { familyOf, type IpAddress, isLinkLocal } from '../../base/ip.ts';
import { micros, millis } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { BfdChecker, BfdInstance } from '../model/bfd.ts';
import type { bfdInstanceRows } from '../schema/bfd.ts';
import type { bfdCheckRows } from '../schema/checkers.ts';
import type { BlockValue, Settings } from '../schema/read-block.ts';
import type { Statement } from '../syntax/tree.ts';
import { type CheckerScope, lowerCommon } from './checker-common.ts';
import { type Defined, type LowerContext, latest, valueOr } from './context.ts';

type SessionBlock = BlockValue<string, typeof bfdInstanceRows>;
type SessionSettings = Settings<typeof bfdInstanceRows>;

const MIN_INTERVAL = millis(10);
const IDLE_INTERVAL = millis(1_000);
const MULTIPLIER = 5;
/** RFC 5881 §5: with it nobody behind a router can take part */
const TTL = 255;
/** keepalived sends this one over IPv6 where the file says nothing, so it is accepted there (docs/differences.md). */
const TTL_OF_OTHERS = 64;
const NO_LIMIT = -1;

/** By name; a second block of a name, or with the same two ends, is reported and ignored. */
export function lowerBfdInstances(
  blocks: readonly SessionBlock[],
  report: Report,
): ReadonlyMap<string, Defined<BfdInstance>> {
  const found = new Map<string, Defined<BfdInstance>>();
  const ends = new Map<string, Statement>();
  for (const block of blocks) {
    const { head: name, at } = block;
    const place = at.args[0] ?? at.keyword;
    const first = found.get(name)?.at;
    if (first !== undefined) {
      report(catalog.bfd_twice(place, { name }, firstGiven(first)));
      continue;
    }
    const value = lowerSession(block, report);
    if (value === null) continue;
    const key = `${value.neighbour} ${value.source} ${value.multihop}`;
    const rival = ends.get(key);
    if (rival !== undefined) {
      const { neighbour } = value;
      report(catalog.bfd_same_ends(place, { name, neighbour }, firstGiven(rival)));
      continue;
    }
    ends.set(key, at);
    found.set(name, { value, at });
  }
  return found;
}

const firstGiven = (at: Statement) => ({
  notes: [{ text: 'first given here', at: at.args[0] ?? at.keyword }],
});

function lowerSession({ head: name, settings, at }: SessionBlock, report: Report): BfdInstance | null {
  const place = at.args[0] ?? at.keyword;
  const neighbour = valueOr(latest(settings.neighbor_ip, settings.neighbour_ip), null);
  if (neighbour === null) {
    report(catalog.tracker_incomplete(place, { what: 'bfd_instance', name, lacks: 'neighbor_ip' }));
    return null;
  }
  const source = valueOr(settings.source_ip, null);
  if (source !== null && familyOf(source) !== familyOf(neighbour)) {
    report(catalog.bfd_family(settings.source_ip?.at.args[0] ?? place, { name, source, neighbour }));
    return null;
  }
  if (isLinkLocal(neighbour)) report(catalog.bfd_link_local(place, { name, neighbour }));
  const multihop = valueOr(settings.multihop, false);
  if (multihop && settings.max_hops === undefined) report(catalog.bfd_no_hops(place, { name }));
  const named = settings.vrrp !== undefined || settings.checker !== undefined;
  return {
    name,
    neighbour,
    source,
    minRx: valueOr(settings.min_rx, MIN_INTERVAL),
    minTx: valueOr(settings.min_tx, MIN_INTERVAL),
    idleTx: valueOr(settings.idle_tx, IDLE_INTERVAL),
    multiplier: valueOr(settings.multiplier, MULTIPLIER),
    passive: settings.passive !== undefined,
    ...distance(settings, name, neighbour, report),
    multihop,
    ...valueOr(settings.weight, { weight: 0, reverse: false }),
    forVrrp: !named || settings.vrrp !== undefined,
    forCheckers: !named || settings.checker !== undefined,
  };
}

function distance(
  settings: SessionSettings,
  name: string,
  neighbour: IpAddress,
  report: Report,
): Pick<BfdInstance, 'ttl' | 'maxHops' | 'ttlMin'> {
  const given = valueOr(latest(settings.ttl, settings.hoplimit), null);
  const ttl = given ?? TTL;
  const written = valueOr(settings.max_hops, 0);
  const maxHops = Math.min(written, ttl);
  if (maxHops < written) report(catalog.bfd_max_hops(settings.max_hops?.at.args[0] ?? null, { name, ttl }));
  if (maxHops === NO_LIMIT) return { ttl, maxHops: null, ttlMin: 0 };
  const expected = given === null && familyOf(neighbour) === 'inet6' ? TTL_OF_OTHERS : ttl;
  return { ttl, maxHops, ttlMin: Math.max(0, expected - maxHops) };
}

export function lowerBfdChecker(
  block: BlockValue<null, typeof bfdCheckRows>,
  scope: CheckerScope,
  context: LowerContext,
): BfdChecker | null {
  const { settings, at } = block;
  const place = settings.name?.at.args[0] ?? at.keyword;
  const name = valueOr(settings.name, null);
  const defined = name === null ? undefined : context.bfdInstances.get(name);
  if (name === null || defined === undefined || defined.at.order > at.order) {
    context.report(catalog.bfd_check_without_session(place, { name }));
    return null;
  }
  if (!defined.value.forCheckers) {
    context.report(catalog.bfd_not_for(place, { name, follower: 'vrrp' }));
    return null;
  }
  const first = scope.server.BFD_CHECK?.find((other) => valueOr(other.settings.name, null) === name);
  if (first !== undefined && first.at.order < at.order) {
    context.report(catalog.bfd_check_twice(place, { name }, firstGiven(first.at)));
    return null;
  }
  const { alpha } = settings;
  return {
    kind: 'bfd',
    ...lowerCommon(alpha === undefined ? {} : { alpha }, scope, context),
    // what the session says counts at once
    ...{ retry: 0, delayBeforeRetry: micros(0), warmup: micros(0) },
    session: name,
  };
}

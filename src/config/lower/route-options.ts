/** The words of a route line, as a table: what each takes and what it sets (keywords.json, virtual_routes). */
import type { Family, IpAddress } from '../../base/ip.ts';
import {
  type Encapsulation,
  METRIC_NUMBERS,
  type NumericMetric,
  type Prefix,
  type RouteMetrics,
} from '../../base/routing.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import { U32_MAX } from '../schema/values.ts';
import { encapsulationAt } from './encapsulation-words.ts';
import type { WordWalk } from './word-walk.ts';

/** A leg of a multipath route, or the only one. */
export interface LegDraft {
  readonly via: IpAddress | null;
  readonly device: InterfaceName | null;
  readonly onlink: boolean;
  readonly encapsulation: Encapsulation | null;
  readonly realms: number | null;
  readonly weight: number;
}

export interface RouteDraft extends LegDraft {
  readonly type: number | null;
  readonly destination: Prefix | 'default' | null;
  readonly from: Prefix | null;
  readonly table: number | null;
  readonly protocol: number | null;
  readonly scope: number | null;
  readonly tos: number;
  readonly metric: number | null;
  readonly source: IpAddress | null;
  readonly second: IpAddress | null;
  readonly expires: number | null;
  readonly metrics: RouteMetrics;
  readonly preference: number | null;
  readonly ttlPropagate: boolean | null;
  readonly placement: 'prepend' | 'append' | 'add';
  readonly tracked: boolean;
  /** named in the line, whatever the addresses say */
  readonly family: Family | null;
  readonly vrf: InterfaceName | null;
}

type Option<Draft> = (walk: WordWalk, draft: Draft) => Partial<Draft>;
type OptionTable<Draft> = ReadonlyMap<string, Option<Draft>>;

/** kernel units of a time word, and whether a bare number is in them */
const RTT_UNIT = 8;
const RTTVAR_UNIT = 4;
const TIME_MIN_MS = 200;
const TIME_MAX_MS = 120_000;
const FEATURE_ECN = 1; // RTAX_FEATURE_ECN
const PREFERENCES: ReadonlyMap<string, number> = new Map([
  ['medium', 0],
  ['high', 1],
  ['low', 3],
]);

export const LEG_OPTIONS: OptionTable<LegDraft> = new Map<string, Option<LegDraft>>([
  ['via', (walk) => ({ via: gatewayAt(walk) })],
  ['dev', (walk) => ({ device: walk.interface() })],
  ['oif', (walk) => ({ device: walk.interface() })],
  ['onlink', () => ({ onlink: true })],
  ['encap', (walk) => ({ encapsulation: encapsulationAt(walk) })],
  ['realms', (walk) => ({ realms: walk.realms() })],
]);

export const NEXTHOP_OPTIONS: OptionTable<LegDraft> = new Map<string, Option<LegDraft>>([
  ...LEG_OPTIONS,
  ['weight', (walk) => ({ weight: walk.number(1, 256) })],
]);

const metricOption: Option<RouteDraft> = (walk) => ({ metric: walk.number(0, U32_MAX) });
const tosOption: Option<RouteDraft> = (walk) => ({ tos: walk.named('rt_dsfield', 'a TOS', 0, 255) });

export const ROUTE_OPTIONS: OptionTable<RouteDraft> = new Map<string, Option<RouteDraft>>([
  ...LEG_OPTIONS,
  ['src', (walk) => ({ source: walk.address() })],
  [
    'gw',
    (walk) => {
      walk.report(catalog.route_gw(walk.last, {}));
      return { via: gatewayAt(walk) };
    },
  ],
  [
    'or',
    (walk) => {
      walk.report(catalog.route_or(walk.last, {}));
      return { second: walk.address() };
    },
  ],
  ['from', (walk) => ({ from: walk.prefix() })],
  ['table', (walk) => ({ table: walk.named('rt_tables', 'a routing table', 1, U32_MAX) })],
  ['vrf', (walk) => ({ vrf: walk.interface() })],
  ['protocol', (walk) => ({ protocol: walk.named('rt_protos', 'a routing protocol', 0, 255) })],
  ['scope', (walk) => ({ scope: walk.named('rt_scopes', 'a scope', 0, 255) })],
  ['metric', metricOption],
  ['priority', metricOption],
  ['preference', metricOption],
  ['tos', tosOption],
  ['dsfield', tosOption],
  ['expires', (walk) => ({ expires: walk.number(1, U32_MAX) })],
  ['pref', (walk) => ({ preference: preferenceAt(walk) })],
  ['ttl-propagate', (walk) => ({ ttlPropagate: eitherAt(walk, 'enabled', 'disabled') })],
  ['add', () => ({ placement: 'add' })],
  ['prepend', () => ({ placement: 'prepend' })],
  ['append', () => ({ placement: 'append' })],
  ['no_track', () => ({ tracked: false })],
  ['mtu', lockable('mtu', (walk) => walk.number(0, U32_MAX))],
  ['advmss', lockable('advmss', (walk) => walk.number(0, U32_MAX))],
  ['rtt', lockable('rtt', (walk) => timeAt(walk, RTT_UNIT))],
  ['rttvar', lockable('rttvar', (walk) => timeAt(walk, RTTVAR_UNIT))],
  ['rto_min', lockable('rto_min', (walk) => timeAt(walk, 1))],
  ['reordering', lockable('reordering', (walk) => walk.number(0, U32_MAX))],
  ['cwnd', lockable('cwnd', (walk) => walk.number(0, U32_MAX))],
  ['ssthresh', lockable('ssthresh', (walk) => walk.number(0, U32_MAX))],
  ['hoplimit', metricWord('hoplimit', (walk) => walk.number(0, 255))],
  ['window', metricWord('window', (walk) => walk.number(0, U32_MAX))],
  ['initcwnd', metricWord('initcwnd', (walk) => walk.number(0, U32_MAX))],
  ['initrwnd', metricWord('initrwnd', (walk) => walk.number(0, U32_MAX))],
  ['quickack', metricWord('quickack', (walk) => walk.number(0, 1))],
  ['fastopen_no_cookie', metricWord('fastopen_no_cookie', (walk) => walk.number(0, 1))],
  ['features', metricWord('features', featuresAt)],
  ['congctl', congestionOption],
]);

/** A metric; the name is its number's in base/routing.ts. */
function metricWord(name: NumericMetric, read: (walk: WordWalk) => number): Option<RouteDraft> {
  return (walk, { metrics }) => ({
    metrics: { ...metrics, values: { ...metrics.values, [name]: read(walk) } },
  });
}

/** A metric that `lock` keeps the kernel from adjusting. */
function lockable(name: NumericMetric, read: (walk: WordWalk) => number): Option<RouteDraft> {
  const set = metricWord(name, read);
  return (walk, draft) => {
    const lock = walk.skip('lock') ? 1 << METRIC_NUMBERS[name] : 0;
    const { metrics = draft.metrics } = set(walk, draft);
    return { metrics: { ...metrics, locked: metrics.locked | lock } };
  };
}

function congestionOption(walk: WordWalk, { metrics }: RouteDraft): Partial<RouteDraft> {
  const lock = walk.skip('lock') ? 1 << METRIC_NUMBERS.congctl : 0;
  const name = walk.word('a congestion control')?.text ?? null;
  return { metrics: { ...metrics, congestionControl: name, locked: metrics.locked | lock } };
}

/** `[inet|inet6] IP` */
function gatewayAt(walk: WordWalk): IpAddress | null {
  if (!walk.skip('inet')) walk.skip('inet6');
  return walk.address();
}

/** A bare number is in kernel units; with a unit it is kept between 200 ms and 120 s. */
function timeAt(walk: WordWalk, unitsPerMilli: number): number {
  const word = walk.word('a time');
  if (word === null) return 0;
  const match = /^(\d+(?:\.\d+)?)(s|sec|secs|ms|msec|msecs)?$/.exec(word.text);
  if (match === null) {
    walk.refuse(word, 'a time');
    return 0;
  }
  const value = Number(match[1]);
  if (match[2] === undefined) return Math.min(U32_MAX, Math.round(value));
  const milliseconds = match[2].startsWith('s') ? value * 1000 : value;
  return Math.round(Math.min(TIME_MAX_MS, Math.max(TIME_MIN_MS, milliseconds))) * unitsPerMilli;
}

function featuresAt(walk: WordWalk): number {
  const word = walk.word('a feature');
  if (word === null || word.text === 'ecn') return FEATURE_ECN;
  walk.refuse(word, "a feature; there is 'ecn'");
  return 0;
}

function preferenceAt(walk: WordWalk): number | null {
  const word = walk.word('a preference');
  if (word === null) return null;
  const value = PREFERENCES.get(word.text) ?? (/^\d{1,3}$/.test(word.text) ? Number(word.text) : null);
  return value !== null && value <= 255 ? value : walk.refuse(word, "'low', 'medium' or 'high'");
}

function eitherAt(walk: WordWalk, yes: string, no: string): boolean | null {
  const word = walk.word(`'${yes}' or '${no}'`);
  if (word === null || word.text === yes) return true;
  return word.text === no ? false : walk.refuse(word, `'${yes}' or '${no}'`);
}

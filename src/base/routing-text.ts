/** Routes and rules as one line in iproute2's words: what logs and dumps show, and a key, since two that differ in
 *  anything have different lines. */
import { addressBits, familyOf } from './ip.ts';
import {
  type Encapsulation,
  METRIC_NUMBERS,
  type MetricName,
  type NextHop,
  type Prefix,
  type Range,
  type Route,
  type RouteMetrics,
  RTN,
  type Rule,
  type RuleAction,
  TABLE_MAIN,
} from './routing.ts';
import type { InterfaceName } from './units.ts';

/** `10.0.0.0/8`; a single address without its length */
export const prefixText = ({ address, length }: Prefix): string =>
  length === addressBits(familyOf(address)) ? address : `${address}/${length}`;

export function routeText(route: Route<InterfaceName>): string {
  const { family, destination, metric, table, scope, tos, expires, preference, ttlPropagate } = route;
  const type = Object.entries(RTN).find(([, number]) => number === route.type)?.[0] ?? String(route.type);
  const target =
    destination.length > 0
      ? prefixText(destination)
      : `default${family === 'inet6' && route.via === null ? '6' : ''}`;
  return words(
    route.type === RTN.unicast ? null : type,
    target,
    said('from', route.from && prefixText(route.from)),
    ...legWords(route),
    said('src', route.source),
    table === TABLE_MAIN ? null : `table ${table}`,
    said('metric', metric),
    tos === 0 ? null : `tos 0x${tos.toString(16)}`,
    `proto ${route.protocol}`,
    scope === 0 ? null : `scope ${scope}`,
    ...metricWords(route.metrics),
    said('expires', expires),
    said('pref', preference),
    ttlPropagate === null ? null : `ttl-propagate ${ttlPropagate ? 'enabled' : 'disabled'}`,
    ...route.nextHops.flatMap((leg) => ['nexthop', ...legWords(leg), `weight ${leg.weight}`]),
  );
}

const legWords = (leg: Omit<NextHop<InterfaceName>, 'weight'>): readonly (string | null)[] => [
  said('encap', leg.encapsulation && encapsulationText(leg.encapsulation)),
  leg.via === null ? null : `via ${leg.via}`,
  said('dev', leg.device),
  leg.onlink ? 'onlink' : null,
  said('realms', leg.realms && realmsText(leg.realms)),
];

function metricWords({ values, congestionControl, locked }: RouteMetrics): readonly (string | null)[] {
  const all: Readonly<Partial<Record<MetricName, number | string>>> = {
    ...values,
    ...(congestionControl === null ? {} : { congctl: congestionControl }),
  };
  return Object.entries(METRIC_NUMBERS).map(([name, number]) => {
    const value = all[name as MetricName];
    return value === undefined ? null : `${name}${(locked & (1 << number)) === 0 ? '' : ' lock'} ${value}`;
  });
}

function encapsulationText(encapsulation: Encapsulation): string {
  switch (encapsulation.kind) {
    case 'mpls':
      return `mpls ${encapsulation.labels.join('/')}`;
    case 'ila':
      return `ila ${encapsulation.locator}`;
    default: {
      const { kind, id, destination, source, ttl, tos, flags } = encapsulation;
      return words(
        kind,
        said('id', id),
        said('src', source),
        said('dst', destination),
        ttl === 0 ? null : `ttl ${ttl}`,
        tos === 0 ? null : `tos ${tos}`,
        flags === 0 ? null : `flags ${flags}`,
      );
    }
  }
}

export function ruleText(rule: Rule): string {
  const { mark, family } = rule;
  return words(
    rule.invert ? 'not' : null,
    `from ${rule.from === null ? (family === 'inet' ? 'all' : 'all6') : prefixText(rule.from)}`,
    said('to', rule.to && prefixText(rule.to)),
    rule.tos === 0 ? null : `tos 0x${rule.tos.toString(16)}`,
    mark &&
      `fwmark 0x${mark.value.toString(16)}${mark.mask === 0xffff_ffff ? '' : `/0x${mark.mask.toString(16)}`}`,
    said('iif', rule.iif),
    said('oif', rule.oif),
    said('tunnel-id', rule.tunnelId),
    said('uidrange', rule.users && rangeText(rule.users)),
    said('ipproto', rule.ipProtocol),
    said('sport', rule.sourcePorts && rangeText(rule.sourcePorts)),
    said('dport', rule.destinationPorts && rangeText(rule.destinationPorts)),
    `priority ${rule.priority}`,
    `proto ${rule.protocol}`,
    actionText(rule.action),
    said('realms', rule.realms && realmsText(rule.realms)),
    said('suppress_prefixlength', rule.suppressPrefixLength),
    said('suppress_ifgroup', rule.suppressGroup),
  );
}

function actionText(action: RuleAction): string {
  if (action.kind === 'lookup') return `lookup ${action.table}`;
  return action.kind === 'goto' ? `goto ${action.target}` : action.kind;
}

const realmsText = (realms: number): string =>
  realms > 0xffff ? `${realms >>> 16}/${realms & 0xffff}` : String(realms);
const rangeText = ({ low, high }: Range): string => `${low}-${high}`;
const said = (word: string, value: string | number | null): string | null =>
  value === null ? null : `${word} ${value}`;
const words = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null).join(' ');

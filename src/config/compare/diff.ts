/** `vipctl diff A B`: what two configurations do differently, whatever their texts look like. Instances, services and
 *  servers are matched by what they are and not by where they stand. */

import { MICROS_PER_SECOND } from '../../base/units.ts';
import { serviceText } from '../lower/virtual-server.ts';
import type { Config } from '../model/config.ts';
import type { VirtualServer } from '../model/lvs.ts';
import { HIDDEN, isSecret, withoutSecrets } from './secrets.ts';

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed';
  /** from the outermost thing inwards: `vrrp_instance VI_1`, `priority` */
  readonly path: readonly string[];
  /** null where it was added */
  readonly before: unknown;
  /** null where it was removed */
  readonly after: unknown;
}

/** In the order of `a`, then what only `b` has; empty when both mean the same. */
export function diffConfigs(a: Config, b: Config): readonly Change[] {
  const services = ({ virtualServers }: Config) =>
    virtualServers.map((each) => named(serviceName(each), each));
  const lists = ['vrrpScripts', 'trackFiles', 'trackProcesses', 'vrrpInstances', 'vrrpSyncGroups'] as const;
  return [
    ...diffValues(['global'], a.global, b.global),
    ...lists.flatMap((list) => {
      const [before, after] = [a, b].map((config) => config[list].map((each) => named(each.name, each)));
      return diffLists([], WORDS[list] ?? list, before ?? [], after ?? []);
    }),
    ...diffValues(['static'], a.statics, b.statics),
    ...diffLists([], 'virtual_server', services(a), services(b)),
  ];
}

/** What a reload changes besides the kernel's IPVS table: everything but services and their servers, and their checks. */
export const changesBesideIpvs = (a: Config, b: Config): readonly ChangeLine[] =>
  diffConfigs(a, b)
    .filter(
      ({ path }) => !path[0]?.startsWith('virtual_server ') || path.some((part) => part.startsWith('check ')),
    )
    .map(changeLine);

export interface ChangeLine {
  readonly sign: '+' | '~' | '-';
  readonly text: string;
}

/** An entry of a list by what tells it apart. */
interface Named {
  readonly name: string;
  readonly value: unknown;
}

const named = (name: string, value: unknown): Named => ({ name, value });

/** A mark may stand for one service of each family. */
export const serviceName = ({ match }: VirtualServer): string =>
  `${serviceText(match)}${match.kind === 'fwmark' && match.family === 'inet6' ? ' (IPv6)' : ''}`;

/** What differs between two services of one name, in words without the sign. */
export const diffServices = (a: VirtualServer, b: VirtualServer): readonly string[] =>
  diffValues([], a, b).map((change) =>
    lineOf(change).replace(/^([+~-]) /, (_, sign: string) => SIGN_WORDS[sign] ?? ''),
  );

const SIGN_WORDS: Readonly<Record<string, string>> = { '+': 'only B has ', '-': 'only A has ', '~': '' };

/** One line per change, as `~ vrrp_instance VI_1: priority 100 → 150`. */
export function diffText(changes: readonly Change[]): string {
  return changes.map((change) => `${lineOf(change)}\n`).join('');
}

function lineOf(change: Change): string {
  const { sign, text } = changeLine(change);
  return `${sign} ${text}`;
}

function changeLine({ kind, path, before, after }: Change): ChangeLine {
  const [holder, name] = [path.slice(0, -1).join(', '), path.at(-1) ?? ''];
  const where = holder === '' ? name : `${holder}: ${name}`;
  switch (kind) {
    case 'added':
      return { sign: '+', text: where };
    case 'removed':
      return { sign: '-', text: where };
    case 'changed':
      return { sign: '~', text: `${where} ${valueText(name, before)} → ${valueText(name, after)}` };
  }
}

/** Properties whose number is one of microseconds. */
const DURATIONS: ReadonlySet<string> = new Set([
  'advertInterval', 'childWaitTime', 'connectTimeout', 'delay', 'delayAfterBoot', 'delayBeforeRetry', 'delayLoop', 'down', 'forkDelay',
  'garpInterval', 'gnaInterval', 'interval', 'lowerPrioDelay', 'preemptDelay', 'refresh', 'startupDelay', 'tcp', 'tcpFin',
  'terminateDelay', 'timeWindow', 'timeout', 'udp', 'up', 'warmup',
]); // biome-ignore format: a list of words

/** A value for people: durations in seconds. */
function valueText(name: string, value: unknown): string {
  if (typeof value === 'number' && DURATIONS.has(name)) return `${value / MICROS_PER_SECOND} s`;
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : JSON.stringify(value);
}

function diffLists(
  path: readonly string[],
  what: string,
  before: readonly Named[],
  after: readonly Named[],
): readonly Change[] {
  const others = new Map(after.map(({ name, value }) => [name, value]));
  const known = new Set(before.map(({ name }) => name));
  const here = (name: string) => [...path, `${what} ${name}`];
  const changes = before.flatMap(({ name, value }): readonly Change[] =>
    others.has(name)
      ? diffValues(here(name), value, others.get(name))
      : [{ kind: 'removed', path: here(name), before: withoutSecrets(value), after: null }],
  );
  const added = after
    .filter(({ name }) => !known.has(name))
    .map(
      ({ name, value }): Change => ({
        kind: 'added',
        path: here(name),
        before: null,
        after: withoutSecrets(value),
      }),
    );
  return [...changes, ...added];
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function diffValues(path: readonly string[], before: unknown, after: unknown): readonly Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isObject(before) && isObject(after) && before['kind'] === after['kind']) {
    return Object.keys({ ...before, ...after }).flatMap((name) =>
      diffValues([...path, name], before[name], after[name]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after) && [...before, ...after].every(isObject)) {
    return diffEntries(path, before.filter(isObject), after.filter(isObject));
  }
  if (isSecret(path.at(-1) ?? '', before ?? after)) {
    return [{ kind: 'changed', path, before: HIDDEN, after: `another, ${HIDDEN}` }];
  }
  return [{ kind: 'changed', path, before: withoutSecrets(before), after: withoutSecrets(after) }];
}

/** Property of a model → the word of the configuration for one of its entries. */
const WORDS: Readonly<Record<string, string>> = {
  vrrpScripts: 'vrrp_script',
  trackFiles: 'track_file',
  trackProcesses: 'vrrp_track_process',
  vrrpInstances: 'vrrp_instance',
  vrrpSyncGroups: 'vrrp_sync_group',
  realServers: 'real_server',
  virtualAddresses: 'virtual_ipaddress',
  excludedAddresses: 'virtual_ipaddress_excluded',
  peers: 'unicast_peer',
  trackers: 'track',
  trackInterfaces: 'track_interface',
  addresses: 'address',
  routes: 'route',
  rules: 'rule',
  checkers: 'check',
  urls: 'url',
};

/** Entries of a list that have no name: by what tells them apart, and equal ones by their number. */
function diffEntries(path: readonly string[], a: readonly Fields[], b: readonly Fields[]): readonly Change[] {
  const property = path.at(-1) ?? '';
  return diffLists(path.slice(0, -1), WORDS[property] ?? property, numbered(a), numbered(b));
}

function numbered(entries: readonly Fields[]): readonly Named[] {
  const counts = new Map<string, number>();
  return entries.map((entry) => {
    const name = entryName(entry);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return named(count === 1 ? name : `${name} (${count})`, entry);
  });
}

function entryName(entry: Fields): string {
  const { address, port, name: ownName, interface: carrier, path, kind, entry: inner, route } = entry;
  if (isObject(inner)) return entryName(inner); // a static entry and its track_group
  if (isObject(route) && isObject(route['destination'])) {
    const { address: to, length } = route['destination'];
    return `${to}/${length} table ${route['table']}`;
  }
  if (typeof address === 'string') return typeof port === 'number' ? `${address}:${port}` : address;
  const name = [ownName, carrier, path, kind].find((value) => typeof value === 'string');
  return typeof name === 'string' ? name : JSON.stringify(entry);
}

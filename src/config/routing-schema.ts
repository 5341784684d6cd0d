/** The JSON schema of routes, rules and static entries, and of interfaces made for instances. */
import {
  flag,
  i32,
  integer,
  interfaceName,
  ip,
  kind,
  list,
  nullable,
  object,
  oneOf,
  pattern,
  type Schema,
  shared,
  text,
  u32,
  union,
} from './schema-terms.ts';

/** What several of the schemas below refer to. */
export const routingDefinitions = (): Readonly<Record<string, Schema>> => ({
  prefix: prefixSchema,
  range: rangeSchema,
  encapsulation,
});

const prefixSchema = object({ address: ip, length: integer(0, 128) });
const prefix = shared('prefix');
const rangeSchema = object({ low: u32, high: u32 });
const range = shared('range');
const decimal = pattern('^\\d{1,20}$');
const tunnel = {
  id: nullable(decimal),
  destination: nullable(ip),
  source: nullable(ip),
  ttl: integer(0, 255),
  tos: integer(0, 255),
  flags: integer(0, 65_535),
};
const encapsulation = union(
  kind('ip', tunnel),
  kind('ip6', tunnel),
  kind('mpls', { labels: list(integer(0, 0xf_ffff), 1) }),
  kind('ila', { locator: decimal }),
);
const leg = {
  via: nullable(ip),
  device: nullable(interfaceName),
  onlink: flag,
  encapsulation: nullable(shared('encapsulation')),
  realms: nullable(u32),
};

export const virtualRoute = object({
  kind: { const: 'route' },
  route: object({
    family: oneOf('inet', 'inet6'),
    type: integer(0, 255),
    destination: prefix,
    from: nullable(prefix),
    table: u32,
    protocol: integer(0, 255),
    scope: integer(0, 255),
    tos: integer(0, 255),
    metric: nullable(u32),
    source: nullable(ip),
    ...leg,
    expires: nullable(u32),
    metrics: object({
      values: { type: 'object', additionalProperties: u32 },
      congestionControl: nullable(text),
      locked: u32,
    }),
    preference: nullable(integer(0, 255)),
    ttlPropagate: nullable(flag),
    nextHops: list(object({ ...leg, weight: integer(1, 256) })),
  }),
  placement: oneOf('prepend', 'append', 'add'),
  vrf: nullable(interfaceName),
  tracked: flag,
});

export const virtualRule = object({
  kind: { const: 'rule' },
  rule: object({
    family: oneOf('inet', 'inet6'),
    priority: u32,
    action: union(
      kind('lookup', { table: u32 }),
      kind('goto', { target: u32 }),
      ...['l3mdev', 'nop', 'blackhole', 'unreachable', 'prohibit'].map((name) => kind(name)),
    ),
    invert: flag,
    from: nullable(prefix),
    to: nullable(prefix),
    tos: integer(0, 255),
    mark: nullable(object({ value: u32, mask: u32 })),
    realms: nullable(u32),
    suppressPrefixLength: nullable(i32),
    suppressGroup: nullable(i32),
    iif: nullable(interfaceName),
    oif: nullable(interfaceName),
    tunnelId: nullable(decimal),
    users: nullable(range),
    ipProtocol: nullable(integer(0, 255)),
    sourcePorts: nullable(range),
    destinationPorts: nullable(range),
    protocol: integer(0, 255),
  }),
  tracked: flag,
});

const staticEntry = (entry: Schema): Schema => object({ entry, members: list(text) });
export const statics = (virtualAddress: Schema): Schema =>
  object({
    addresses: list(staticEntry(virtualAddress)),
    routes: list(staticEntry(shared('virtualRoute'))),
    rules: list(staticEntry(shared('virtualRule'))),
  });

export const virtualLink = object({
  kind: oneOf('macvlan', 'ipvlan'),
  name: interfaceName,
  parent: interfaceName,
  family: oneOf('inet', 'inet6'),
  mac: nullable(pattern('^[0-9a-f]{2}(:[0-9a-f]{2}){5}$')),
  group: nullable(u32),
  mode: integer(0, 255),
  flags: integer(0, 65_535),
});

/** The part of the model's schema about IPVS as a whole, and about what a pool serves. */
import {
  flag,
  integer,
  interfaceName,
  ip,
  kind,
  list,
  nullable,
  object,
  oneOf,
  text,
  u32,
  union,
} from './schema-terms.ts';

/** as in json-schema.ts */
const micros = integer(0, 4_294_967_295_000_000);
const port = integer(0, 65_535);

export const lvsGlobals = object({
  flush: flag,
  flushOnStop: oneOf('none', 'services', 'all'),
  timeouts: object({ tcp: nullable(micros), tcpFin: nullable(micros), udp: nullable(micros) }),
  logAllCheckFailures: flag,
  ssl: nullable(
    object({
      key: nullable(text),
      certificate: nullable(text),
      ca: nullable(text),
      password: nullable(text),
    }),
  ),
  drift: oneOf('repair', 'warn', 'ignore'),
  shareChecks: flag,
  syncDaemon: nullable(
    object({
      interface: interfaceName,
      instance: nullable(text),
      id: integer(0, 255),
      maxLength: nullable(integer(1, 65_507)),
      port: nullable(integer(1, 65_535)),
      ttl: nullable(integer(1, 255)),
      group: nullable(ip),
    }),
  ),
});

const protocol = oneOf('tcp', 'udp', 'sctp');
const serviceKinds = [
  kind('address', { protocol, address: ip, port }),
  kind('fwmark', { mark: u32, family: oneOf('inet', 'inet6') }),
];

export const poolMatch = union(
  ...serviceKinds,
  kind('group', {
    name: text,
    index: u32,
    protocol: nullable(protocol),
    entries: list(union(...serviceKinds), 1),
  }),
);

/** The part of the model's schema that says how the processes run, and what all instances share. */
import {
  flag,
  IPV4,
  IPV6,
  integer,
  interfaceName,
  list,
  nullable,
  object,
  oneOf,
  pattern,
  text,
} from './schema-terms.ts';

/** as in json-schema.ts */
const micros = integer(0, 4_294_967_295_000_000);

const child = object({
  niceness: nullable(integer(-20, 19)),
  processors: nullable(list(integer(0, 1_023))),
  realtimeLimit: nullable(micros),
  realtimePriority: nullable(integer(1, 99)),
  noSwap: flag,
});

export const processSettings = object({
  childWaitTime: micros,
  usePidDir: flag,
  instance: nullable(text),
  configSaveDir: nullable(text),
  umask: nullable(integer(0, 0o777)),
  dumps: object({ data: nullable(text), statistics: nullable(text), useInstance: flag }),
  reloadFile: nullable(object({ path: nullable(text) })),
  netNamespace: nullable(text),
  ipvsNamespace: nullable(object({ name: nullable(text) })),
  names: object({ parent: nullable(text), vrrp: nullable(text), checkers: nullable(text) }),
  vrrp: child,
  checkers: child,
});

export const vrrpGlobals = object({
  mcastGroup4: pattern(IPV4),
  mcastGroup6: pattern(IPV6),
  startupDelay: micros,
  delayAfterBoot: micros,
  interfaceDelays: list(object({ interface: interfaceName, down: micros, up: micros })),
  logUnknownVrids: flag,
  localIgmp: flag,
  garpInterval: micros,
  gnaInterval: micros,
  garpGroups: list(
    object({
      interfaces: list(interfaceName, 1),
      garpInterval: nullable(micros),
      gnaInterval: nullable(micros),
    }),
  ),
  polledLinks: list(object({ interface: interfaceName, method: nullable(oneOf('mii', 'ethtool', 'ioctl')) })),
  firewall: object({ table: text, priority: integer(-2_147_483_648, 2_147_483_647), counters: flag }),
  dynamicInterfaces: flag,
});

/** The part of the model's schema that says what instances can track: scripts, files, processes, BFD sessions. */
import { flag, integer, ip, list, nullable, object, oneOf, shared, text } from './schema-terms.ts';

/** as in json-schema.ts */
const micros = integer(0, 4_294_967_295_000_000);
const weight = integer(-253, 253);
const trackerWeight = integer(-254, 254);
const command = shared('command');

export const vrrpScript = object({
  name: text,
  command,
  interval: micros,
  timeout: micros,
  weight,
  reverse: flag,
  rise: integer(1, 2_147_483_647),
  fall: integer(1, 2_147_483_647),
  initFail: flag,
});

export const initialValue = nullable(
  object({ value: integer(-2_147_483_648, 2_147_483_647), overwrite: flag }),
);

export const trackFile = object({
  name: text,
  path: text,
  weight: trackerWeight,
  reverse: flag,
  initial: initialValue,
});

export const trackProcess = object({
  name: text,
  command: list(text, 1),
  fullCommand: flag,
  parameters: nullable(oneOf('exact', 'partial', 'initial')),
  weight: trackerWeight,
  reverse: flag,
  quorum: integer(0, 65_535),
  quorumMax: nullable(integer(0, 65_535)),
  terminateDelay: micros,
  forkDelay: micros,
});

const bfdInterval = integer(1_000, 4_294_967_000);

export const bfdInstance = object({
  name: { type: 'string', minLength: 1, maxLength: 31 },
  neighbour: ip,
  source: nullable(ip),
  minRx: bfdInterval,
  minTx: bfdInterval,
  idleTx: integer(1_000_000, 4_294_967_000),
  multiplier: integer(1, 255),
  passive: flag,
  ttl: integer(1, 255),
  maxHops: nullable(integer(0, 255)),
  ttlMin: integer(0, 255),
  multihop: flag,
  weight,
  reverse: flag,
  forVrrp: flag,
  forCheckers: flag,
});

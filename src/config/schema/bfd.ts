/** Keywords of `bfd_instance`. Ranges, defaults and repetition are keepalived's. */
import { type Micros, micros } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import { block, line, type ValueReader } from './row.ts';
import type { WeightReader } from './trackers.ts';
import {
  blockName,
  boolean,
  flag,
  integer,
  ipAddress,
  oneWord,
  parseInteger,
  parseSeconds,
  wordAt,
} from './values.ts';

const NAME_MAX = 31;
/** milliseconds: what 32 bits of microseconds on the wire hold */
const INTERVAL_MAX = 4_294_967;
/** milliseconds: beyond it BFD notices later than most other ways of noticing */
const INTERVAL_SENSIBLE = 10_000;
const WEIGHT_MAX = 253;

/** A name that is too long is reported, and the block ignored. */
const sessionName: ValueReader<string> = (words, report) => {
  const name = blockName(words, report);
  if (name === undefined || name.length <= NAME_MAX) return name;
  report(catalog.bfd_name_long(words.args[0] ?? words.keyword, { name, limit: NAME_MAX }));
  return undefined;
};

/** Milliseconds with up to three decimal places. */
function milliseconds(low: number): ValueReader<Micros> {
  const read = oneWord('milliseconds', (word, { keyword }, report) => {
    // a thousandth of what the same number of seconds is
    const thousandfold = parseSeconds(word, low, INTERVAL_MAX, 3, keyword.text, report);
    if (thousandfold === undefined) return undefined;
    const interval = micros(thousandfold / 1_000);
    if (interval > INTERVAL_SENSIBLE * 1_000) {
      report(catalog.bfd_interval_long(word, { keyword: keyword.text, limit: INTERVAL_SENSIBLE }));
    }
    return interval;
  });
  return Object.assign(read, { range: [low, INTERVAL_MAX] as const });
}

export const bfdWeight: WeightReader = (words, index, report) => {
  const word = words.args[index];
  return word === undefined ? null : (parseInteger(word, -WEIGHT_MAX, WEIGHT_MAX, 'weight', report) ?? null);
};

/** `int [reverse]` */
const ownWeight: ValueReader<{ readonly weight: number; readonly reverse: boolean }> = (words, report) => {
  if (wordAt(words, 0, 'a weight', report) === undefined) return undefined;
  const weight = bfdWeight(words, 0, report);
  return weight === null ? undefined : { weight, reverse: words.args[1]?.text === 'reverse' };
};

const neighbour = line(ipAddress, 'address of the neighbour');

export const bfdInstanceRows = {
  neighbor_ip: neighbour,
  neighbour_ip: { ...neighbour, help: 'the same as neighbor_ip' },
  source_ip: line(ipAddress, 'own address, the kernel chooses unless given'),
  min_rx: line(milliseconds(1), 'milliseconds between the packets that it can take, 10 unless given'),
  min_tx: line(milliseconds(1), 'milliseconds between the packets that it wants to send, 10 unless given'),
  idle_tx: line(milliseconds(1_000), 'the same while the session is not Up, 1000 unless given'),
  multiplier: line(integer(1, 255), 'packets missed before the session is down, 5 unless given'),
  passive: line(flag, 'send nothing before the neighbour was heard', { tier: 3 }),
  ttl: line(integer(1, 255), 'TTL or hop limit of what is sent, 255 unless given', { tier: 3 }),
  hoplimit: line(integer(1, 255), 'the same as ttl', { tier: 3 }),
  max_hops: line(integer(-1, 255), 'hops that a received packet may have used, -1 = any number', { tier: 3 }),
  multihop: line(boolean, 'RFC 5883: port 4784 instead of 3784', { tier: 3 }),
  weight: line(ownWeight, 'change of priority of who tracks it; 0 = down means FAULT', { tier: 3 }),
  vrrp: line(flag, 'for instances and, without checker, for nobody else', { tier: 3 }),
  checker: line(flag, 'for real servers and, without vrrp, for nobody else', { tier: 3 }),
};

export const bfdRows = {
  bfd_instance: block(sessionName, bfdInstanceRows, 'one BFD session with a neighbour'),
};

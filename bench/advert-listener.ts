/** The neighbour of a director: takes the adverts on its interfaces for some seconds and prints how late each was, as
 *  JSON. The time of an advert is the kernel's receive timestamp, so this process may be slow without harm.
 *  Arguments: seconds, interval in ms, the interfaces (eth0 when none is named). */
import { parseIp } from '../src/base/ip.ts';
import { interfaceName, micros, toSeconds } from '../src/base/units.ts';
import { interfaceIndex } from '../src/native/process-knobs.ts';
import { createClock } from '../src/net/adapters/clock.ts';
import { createPacketPort } from '../src/net/adapters/packets.ts';
import { must } from './daemons.ts';
import { type AdvertFigures, quantile } from './figures.ts';

/** VRID is the second octet of every advert. */
const VRID_OFFSET = 1;
const PACKETS_PER_WAKE = 1024;

const [secondsText, intervalText, ...names] = process.argv.slice(2);
const intervalMillis = Number(intervalText);
const lastOf = new Map<string, number>();
const lateness: number[] = [];
const port = createPacketPort(createClock());

for (const name of names.length > 0 ? names : ['eth0']) {
  const at = interfaceName(name);
  const place = {
    interface: at,
    ifIndex: must(interfaceIndex(at)),
    family: 'inet',
    receiveBuffer: null,
  } as const;
  const socket = must(
    port.openVrrp({ ...place, protocol: 'vrrp', group: parseIp('224.0.0.18') }, () => {
      for (const packet of socket.drain(PACKETS_PER_WAKE)) {
        note(`${name} ${packet.payload[VRID_OFFSET]}`, packet.receivedAt);
      }
    }),
  );
}

function note(router: string, receivedAt: number): void {
  const before = lastOf.get(router);
  if (before !== undefined) lateness.push(1000 * toSeconds(micros(receivedAt - before)) - intervalMillis);
  lastOf.set(router, receivedAt);
}

setTimeout(() => {
  lateness.sort((a, b) => a - b);
  const [p50, p99, p999] = [0.5, 0.99, 0.999].map((share) => quantile(lateness, share));
  const figures = {
    lateness: { p50, p99, p999, max: lateness.at(-1) },
    gaps: lateness.length,
  } as AdvertFigures;
  process.stdout.write(JSON.stringify(figures), () => process.exit());
}, 1000 * Number(secondsText));

/** The neighbour of a director: takes the adverts on eth0 for some seconds and prints how late each was, as
 *  JSON. The time of an advert is the kernel's receive timestamp, so this process may be slow without harm.
 *  Arguments: seconds, interval in ms. */
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

const [secondsText, intervalText] = process.argv.slice(2);
const intervalMillis = Number(intervalText);
const eth0 = interfaceName('eth0');
const lastByVrid = new Map<number, number>();
const lateness: number[] = [];

const socket = must(
  createPacketPort(createClock()).openVrrp(
    {
      interface: eth0,
      ifIndex: must(interfaceIndex(eth0)),
      family: 'inet',
      protocol: 'vrrp',
      group: parseIp('224.0.0.18'),
    },
    () => {
      for (const packet of socket.drain(PACKETS_PER_WAKE))
        note(packet.payload[VRID_OFFSET] ?? 0, packet.receivedAt);
    },
  ),
);

function note(vrid: number, receivedAt: number): void {
  const before = lastByVrid.get(vrid);
  if (before !== undefined) lateness.push(1000 * toSeconds(micros(receivedAt - before)) - intervalMillis);
  lastByVrid.set(vrid, receivedAt);
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

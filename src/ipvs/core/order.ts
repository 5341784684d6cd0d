/** The order in which ipvsadm lists services and destinations. It compares by subtracting 32-bit words and
 *  looks at the sign, so distances of 2^31 and more count as negative: 192.168.0.1 comes before 10.0.0.1. A
 *  listing that is to be equal byte for byte has to wrap around the same way, and to merge in the same steps,
 *  since such an order is not transitive and another algorithm would end elsewhere. */
import { type Family, familyOf, type IpAddress, ipBytes } from '../../base/ip.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import type { DestinationConfig, ServiceConfig } from './table.ts';

const PROTOCOL_RANK: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };
const FAMILY_RANK: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };

export const inListingOrder = (services: readonly ServiceConfig[]): readonly ServiceConfig[] =>
  mergeSort(services, compareServices);

export const destinationsInListingOrder = (
  destinations: readonly DestinationConfig[],
): readonly DestinationConfig[] => mergeSort(destinations, compareDestinations);

/** By mark (none counts as 0), family, protocol, address, port. */
function compareServices(a: ServiceConfig, b: ServiceConfig): number {
  const [x, y] = [a.key, b.key];
  const marks = wrapped((x.kind === 'fwmark' ? x.mark : 0) - (y.kind === 'fwmark' ? y.mark : 0));
  if (marks !== 0) return marks;
  if (x.kind === 'fwmark' || y.kind === 'fwmark') {
    if (x.kind === 'fwmark' && y.kind === 'fwmark') return FAMILY_RANK[x.family] - FAMILY_RANK[y.family];
    return 0;
  }
  const families = FAMILY_RANK[familyOf(x.address)] - FAMILY_RANK[familyOf(y.address)];
  if (families !== 0) return families;
  const protocols = PROTOCOL_RANK[x.protocol] - PROTOCOL_RANK[y.protocol];
  return protocols !== 0 ? protocols : compareSockets(x, y);
}

function compareDestinations(a: DestinationConfig, b: DestinationConfig): number {
  const families = FAMILY_RANK[familyOf(a.key.address)] - FAMILY_RANK[familyOf(b.key.address)];
  return families !== 0 ? families : compareSockets(a.key, b.key);
}

interface Socket {
  readonly address: IpAddress;
  readonly port: number;
}

function compareSockets(a: Socket, b: Socket): number {
  const [x, y] = [words(a.address), words(b.address)];
  for (let i = 0; i < x.length; i++) {
    const difference = wrapped((x[i] ?? 0) - (y[i] ?? 0));
    if (difference !== 0) return difference;
  }
  return a.port - b.port;
}

/** To a signed 32-bit number, as C does on assignment to int. */
const wrapped = (difference: number): number => difference | 0;

function words(address: IpAddress): readonly number[] {
  const bytes = ipBytes(address);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i));
}

/** Stable, top-down, the smaller half first: the steps of the C library's qsort. */
function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number): readonly T[] {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const merged: T[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [a, b] = [left[i], right[j]];
    if (a === undefined) return merged.concat(right.slice(j));
    if (b === undefined) return merged.concat(left.slice(i));
    if (compare(a, b) <= 0) {
      merged.push(a);
      i++;
    } else {
      merged.push(b);
      j++;
    }
  }
}

/** The kernel's connection table, /proc/net/ip_vs_conn, and how `ipvsadm -Lc` prints it. One line per connection:
 *      TCP 0A000001 BF68 0A000002 0050 0A000003 1F90 ESTABLISHED     899 sip call-id
 *  protocol, client, virtual and destination socket in hexadecimal (IPv6 as eight groups), state, seconds left and,
 *  for a persistence template with an engine, the engine's name and data. */
import { type IpAddress, ipFromBytes, parseIpv6 } from '../../base/ip.ts';
import { type Port, port } from '../../base/units.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import { type SocketNames, socketName } from './socket-names.ts';

export interface Connection {
  /** as the kernel names it: `TCP`, `UDP`, `SCTP`, `IP` for a template behind a firewall mark */
  readonly protocol: string;
  readonly client: ConnectionSocket;
  readonly virtual: ConnectionSocket;
  readonly destination: ConnectionSocket;
  readonly state: string;
  /** seconds */
  readonly expires: number;
  readonly engine: { readonly name: string; readonly data: string } | null;
}

export interface ConnectionSocket {
  readonly address: IpAddress;
  readonly port: Port;
}

/** One line of the file; null for its title and for a line that makes no sense. */
export function parseConnection(line: string): Connection | null {
  const [protocol, from, fromPort, to, toPort, real, realPort, state, expires, engine, ...data] = line
    .trim()
    .split(/ +/);
  const client = socketOf(from, fromPort);
  const virtual = socketOf(to, toPort);
  const destination = socketOf(real, realPort);
  if (protocol === undefined || client === null || virtual === null || destination === null) return null;
  if (state === undefined || expires === undefined || !/^\d+$/.test(expires)) return null;
  return {
    protocol,
    client,
    virtual,
    destination,
    state,
    expires: Number(expires),
    engine: engine === undefined ? null : { name: engine, data: data.join(' ') },
  };
}

function socketOf(address = '', portText = ''): ConnectionSocket | null {
  const parsed = /^[0-9A-F]{8}$/i.test(address) ? ipv4Of(address) : parseIpv6(address.replace(/[[\]]/g, ''));
  if (parsed === null || !/^[0-9A-F]{4}$/i.test(portText)) return null;
  return { address: parsed, port: port(Number.parseInt(portText, 16)) };
}

const ipv4Of = (hex: string): IpAddress | null =>
  ipFromBytes(Uint8Array.from([0, 2, 4, 6], (at) => Number.parseInt(hex.slice(at, at + 2), 16)));

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['TCP', 'tcp'],
  ['UDP', 'udp'],
  ['SCTP', 'sctp'],
]);

/** What stands above the connections; `engines`: with the persistence engines and their data. */
export function connectionTitles(engines: boolean): string {
  const titles = ['pro', 'expire', 'state', 'source', 'virtual', 'destination'];
  // the original's titles of the two engine columns are narrower than the columns
  const engineTitles = engines ? `${''.padEnd(8)}${'pe name'.padEnd(16)} pe_data` : '';
  return `IPVS connection entries\n${lineOf(titles, null)}${engineTitles}\n`;
}

/** One connection with a newline at its end. */
export function connectionLine(connection: Connection, names: SocketNames, engines: boolean): string {
  const { protocol, expires, state, client, virtual, destination, engine } = connection;
  const name = (socket: ConnectionSocket) => socketName(socket, PROTOCOLS.get(protocol) ?? null, names);
  const cells = [protocol, timeText(expires), state, name(client), name(virtual), name(destination)];
  return `${lineOf(cells, engines && engine !== null ? [engine.name, engine.data] : null)}\n`;
}

const WIDTHS = [3, 6, 11, 18, 18];

function lineOf(cells: readonly string[], engine: readonly [string, string] | null): string {
  const padded = cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0));
  if (engine === null) return padded.join(' ');
  const last = padded.pop() ?? '';
  return [...padded, last.padEnd(16), engine[0].padEnd(18), engine[1]].join(' ');
}

/** Minutes and seconds, `14:59`. */
const timeText = (seconds: number): string =>
  `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;

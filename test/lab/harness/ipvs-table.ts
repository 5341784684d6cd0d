/** The kernel's IPVS table. /proc/net/ip_vs costs one read, so it is what the watch samples; ipvsadm's two
 *  texts, for people (-Ln) and complete (-Sn), cost a process each. IPv4 and firewall marks. */
import type { Host } from './host.ts';

export interface Server {
  /** `192.168.100.8:80` */
  readonly address: string;
  readonly forward: string;
  readonly weight: number;
  /** connections */
  readonly active: number;
  readonly inactive: number;
}

export interface Service {
  /** `TCP 192.168.100.240:80`, or `FWM 7` */
  readonly name: string;
  readonly scheduler: string;
  readonly servers: readonly Server[];
}

export type Table = readonly Service[];

export const readTable = (host: Pick<Host, 'pid' | 'read'>): Table =>
  parseTable(host.read(`/proc/${host.pid}/net/ip_vs`));

export const printTable = (host: Host): Promise<string> => host.run(['ipvsadm', '-Ln']);

/** Every configured property, one line per entry, sorted: the form to compare. */
export async function saveTable(host: Host): Promise<readonly string[]> {
  const text = await host.run(['ipvsadm', '-Sn']);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

/** What a daemon wrote, without the counters that traffic moves. */
export const describeTable = (table: Table): string =>
  table
    .map(({ name, scheduler, servers }) => [`${name} ${scheduler}`, ...servers.map(describeServer)].join(' '))
    .join('; ');

const describeServer = ({ address, forward, weight }: Server): string => `-> ${address} ${forward} ${weight}`;

export const serversOf = (table: Table): readonly Server[] => table.flatMap(({ servers }) => servers);

/** `rs01 8, rs02 9` style questions: is that real server in the table, and with what weight? */
export const weightOf = (table: Table, address: string): number | undefined =>
  serversOf(table).find((server) => server.address.startsWith(`${address}:`))?.weight;

export function parseTable(text: string): Table {
  const services: { service: Omit<Service, 'servers'>; servers: Server[] }[] = [];
  for (const line of text.split('\n').slice(3)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '->') services.at(-1)?.servers.push(parseServer(words));
    else if (words.length >= 3) services.push({ service: parseService(words), servers: [] });
  }
  return services.map(({ service, servers }) => ({ ...service, servers: servers.sort(byAddress) }));
}

const byAddress = (a: Server, b: Server): number => (a.address < b.address ? -1 : 1);

/** `TCP  C0A864F0:0050 rr  persistent 2000 FFFFFFFF`: the persistence is in ticks of an unknown rate, so
 *  it is left out */
function parseService([protocol = '', where = '', scheduler = '']: readonly string[]): Omit<
  Service,
  'servers'
> {
  return {
    name: `${protocol} ${protocol === 'FWM' ? Number.parseInt(where, 16) : endpoint(where)}`,
    scheduler,
  };
}

/** `-> C0A86408:0050 Route 1 0 0` */
function parseServer([, where = '', forward = '', weight, active, inactive]: readonly string[]): Server {
  return {
    address: endpoint(where),
    forward,
    weight: Number(weight),
    active: Number(active),
    inactive: Number(inactive),
  };
}

function endpoint(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const octets = address.match(/../g) ?? [];
  return `${octets.map((octet) => Number.parseInt(octet, 16)).join('.')}:${Number.parseInt(port, 16)}`;
}

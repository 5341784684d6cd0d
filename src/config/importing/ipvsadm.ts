/** `vipctl import` of what `ipvsadm -S` saves: one `-A` or `-a` per line, in short or long options. */
import { type Block, block, type Entry, note, printEntries } from './blocks.ts';

/** Looks a port up by its name; null for an unknown one. Without `-n` ipvsadm saves names. */
export type PortByName = (name: string) => number | null;

interface Service {
  readonly head: string;
  readonly entries: Entry[];
  readonly servers: Block[];
  /** method of the first server, which becomes that of the service */
  method: string | null;
}

const METHODS: ReadonlyMap<string, string> = new Map([
  ['-g', 'DR'], ['--gatewaying', 'DR'], ['-i', 'TUN'], ['--ipip', 'TUN'], ['-m', 'NAT'], ['--masquerading', 'NAT'],
]); // biome-ignore format: one line reads better

/** Long options of ipvsadm(8) → the short ones. */
const SHORT: Readonly<Record<string, string>> = {
  '--add-service': '-A', '--add-server': '-a', '--tcp-service': '-t', '--udp-service': '-u',
  '--sctp-service': '--sctp-service', '--fwmark-service': '-f', '--scheduler': '-s', '--persistent': '-p',
  '--netmask': '-M', '--ops': '-o', '--real-server': '-r', '--weight': '-w', '--u-threshold': '-x',
  '--l-threshold': '-y', '--sched-flags': '-b', '--pe': '--pe', '--ipv6': '-6',
}; // biome-ignore format: one line reads better

export function importIpvsadm(text: string, portByName: PortByName): string {
  const services = new Map<string, Service>();
  const notes: Entry[] = [];
  for (const line of text.split('\n')) {
    const words = line
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0 || words[0]?.startsWith('#')) continue;
    const options = readOptions(words);
    const key = serviceKey(options);
    if (key === null || (!options.has('-A') && !options.has('-a')))
      notes.push(note(`not understood: ${line.trim()}`));
    else if (options.has('-A')) services.set(key, newService(options, portByName));
    else addServer(services.get(key) ?? newService(options, portByName), options, portByName);
  }
  const blocks = [...services.values()].map(({ head, entries, servers, method }) =>
    block(head, [
      ...entries,
      ...(method === null ? [] : [`lb_kind ${method}`]),
      note('no health check: the servers are taken as alive; add TCP_CHECK or another to each'),
      ...servers,
    ]),
  );
  return printEntries([note('from ipvsadm -S'), ...notes, ...blocks]);
}

type Options = ReadonlyMap<string, string>;

const VALUED: ReadonlySet<string> = new Set([
  '-t', '-u', '--sctp-service', '-f', '-s', '-M', '-r', '-w', '-x', '-y', '-b', '--pe', '--tun-type', '--tun-port',
]); // biome-ignore format: one line reads better

/** Option → its word; '' for a switch. `-p` takes a word only if a number follows. */
function readOptions(words: readonly string[]): Options {
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const option = SHORT[word] ?? word;
    const next = words[i + 1] ?? '';
    const takes = VALUED.has(option) || (option === '-p' && /^\d+$/.test(next));
    options.set(option, takes ? next : '');
    if (takes) i++;
  }
  return options;
}

const SERVICES = ['-t', '-u', '--sctp-service', '-f'] as const;

function serviceKey(options: Options): string | null {
  const kind = SERVICES.find((option) => options.has(option));
  return kind === undefined ? null : `${kind} ${options.get(kind)} ${options.has('-6') ? '6' : ''}`;
}

function newService(options: Options, portByName: PortByName): Service {
  const entries: Entry[] = [];
  const mark = options.get('-f');
  const protocol = options.has('-t') ? 'TCP' : options.has('-u') ? 'UDP' : 'SCTP';
  const endpoint = options.get('-t') ?? options.get('-u') ?? options.get('--sctp-service') ?? '';
  if (mark === undefined) entries.push(`protocol ${protocol}`);
  else if (options.has('-6')) entries.push('ip_family inet6');
  const [scheduler, persistence] = [options.get('-s'), options.get('-p')];
  entries.push(`lb_algo ${scheduler ?? 'wlc'}`);
  for (const flag of options.get('-b')?.split(',') ?? []) entries.push(flag);
  if (options.has('-o')) entries.push('ops');
  if (persistence !== undefined)
    entries.push(`persistence_timeout ${persistence === '' ? 300 : persistence}`);
  if (options.has('-M')) entries.push(`persistence_granularity ${options.get('-M')}`);
  if (options.has('--pe')) entries.push(`persistence_engine ${options.get('--pe')}`);
  const head = `virtual_server ${mark === undefined ? endpointWords(endpoint, portByName, entries) : `fwmark ${mark}`}`;
  return { head, entries, servers: [], method: null };
}

function addServer(service: Service, options: Options, portByName: PortByName): void {
  const entries: Entry[] = [];
  const address = endpointWords(options.get('-r') ?? '', portByName, entries);
  const method = methodOf(options);
  service.method ??= method;
  if (options.has('-w')) entries.push(`weight ${options.get('-w')}`);
  if (method !== service.method) entries.push(`lvs_method ${method}`);
  if (Number(options.get('-x') ?? 0) > 0) entries.push(`uthreshold ${options.get('-x')}`);
  if (Number(options.get('-y') ?? 0) > 0) entries.push(`lthreshold ${options.get('-y')}`);
  service.servers.push(block(`real_server ${address}`, entries));
}

/** ipvsadm's own default is direct routing. */
function methodOf(options: Options): string {
  const option = [...METHODS.keys()].find((name) => options.has(name));
  const method = METHODS.get(option ?? '-g') ?? 'DR';
  const type = options.get('--tun-type');
  if (method !== 'TUN' || type === undefined) return method;
  const port = options.has('--tun-port') ? ` port ${options.get('--tun-port')}` : '';
  const checksum = ['nocsum', 'csum', 'remcsum'].find((name) => options.has(`--tun-${name}`));
  return `TUN type ${type}${port}${checksum === undefined ? '' : ` ${checksum}`}`;
}

/** `10.0.0.1:http` → `10.0.0.1 80`, `[2001:db8::1]:80` → `2001:db8::1 80`. */
function endpointWords(endpoint: string, portByName: PortByName, entries: Entry[]): string {
  const match = /^\[?([^\]]*?)\]?(?::([^:\]]+))?$/.exec(endpoint);
  const [address, port] = [match?.[1] ?? endpoint, match?.[2]];
  if (/[g-z]/i.test(address))
    entries.push(note(`'${address}' is a host name: write its address (ipvsadm -S -n does)`));
  if (port === undefined) return address;
  const number = /^\d+$/.test(port) ? Number(port) : portByName(port);
  if (number === null) entries.push(note(`'${port}' is no port that this machine knows: write its number`));
  return `${address} ${number ?? port}`;
}

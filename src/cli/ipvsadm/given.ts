/** What the options of a command line gave, gathered from left to right: of several wrong values the first is told,
 *  as the original does. */
import { type IpAddress, isIpv4, parseIp, parseIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { fwMark, type Port, port } from '../../base/units.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import type { SyncRole } from '../../ipvs/core/daemon.ts';
import { type ServiceKey, serviceFamily } from '../../ipvs/core/table.ts';
import type { IpvsTimeouts } from '../../ports/ipvs-kernel.ts';
import { OPTIONS, type OptionName, type Subject, TUNNELS, type TunnelType } from './option-table.ts';
import { type Complaint, type Lookups, refused } from './order.ts';
import { parseGranularity, parseInetAton, parseNumber, parseSocket, type SocketText } from './values.ts';
import type { Token } from './words.ts';

export interface Given {
  readonly subjects: ReadonlySet<Subject>;
  readonly service: ServiceKey | null;
  readonly scheduler: string;
  readonly engine: string | null;
  /** seconds; 0 = not persistent */
  readonly persistence: number;
  /** judged when the service's family is known */
  readonly netmask: string | null;
  /** judged when the scheduler is known */
  readonly schedulerFlags: string;
  readonly realServer: SocketText | null;
  readonly forwarding: 'nat' | 'dr' | 'tun';
  readonly tunnelType: TunnelType;
  readonly tunnelPort: Port;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly interface: string;
  readonly syncId: number;
  readonly maxLength: number | null;
  readonly group: IpAddress | null;
  readonly groupPort: Port | null;
  readonly ttl: number | null;
}

/** What the options gave, and what could only be told when all of them were known. */
export interface Whole extends Given {
  /** IP_VS_SVC_F_SCHED1..3 */
  readonly flags: number;
  /** of the commands about synchronisation daemons */
  readonly role: SyncRole;
  /** of --set */
  readonly timeouts: Partial<IpvsTimeouts>;
}

const NOTHING: Given = {
  subjects: new Set(),
  service: null,
  scheduler: 'wlc',
  engine: null,
  persistence: 0,
  netmask: null,
  schedulerFlags: '',
  realServer: null,
  forwarding: 'dr',
  tunnelType: 'ipip',
  tunnelPort: port(0),
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  interface: '',
  syncId: 0,
  maxLength: null,
  group: null,
  groupPort: null,
  ttl: null,
};

/** The tokens behind the command, up to one that could not be read; a second command is an error. */
export function gather(tokens: readonly Token[], lookups: Lookups): Result<Given, Complaint> {
  const subjects = new Set<Subject>();
  // one object and one set that grow: -R reads tens of thousands of lines
  const given: Given = { ...NOTHING, subjects };
  for (const token of tokens) {
    if (token.kind === 'misread') break;
    if (token.kind === 'command') return err(refused(`invalid option \`${token.word}'`));
    const { subject } = OPTIONS[token.name];
    if (subject !== null && subjects.has(subject)) {
      return err(refused(`multiple '${subject}' options specified`));
    }
    const gained = READERS[token.name](token.argument ?? '', {
      given,
      lookups,
      bare: token.argument === null,
    });
    if (!gained.ok) return gained;
    if (subject !== null) subjects.add(subject);
    Object.assign(given, gained.value);
  }
  return ok(given);
}

interface Circumstances {
  readonly given: Given;
  readonly lookups: Lookups;
  /** the option stands without its optional argument */
  readonly bare: boolean;
}
type Reader = (text: string, circumstances: Circumstances) => Result<Partial<Given>, Complaint>;

const nothing: Reader = () => ok({});
const set =
  (change: Partial<Given>): Reader =>
  () =>
    ok(change);

/** A number of one field, or the original's words for one that is wrong. */
const number =
  (
    field: 'weight' | 'upperThreshold' | 'lowerThreshold' | 'syncId' | 'maxLength' | 'ttl',
    [low, high]: readonly [number, number],
    what: string,
  ): Reader =>
  (text) => {
    const value = parseNumber(text, low, high);
    return value === null ? err(refused(`illegal ${what} specified`)) : ok({ [field]: value });
  };

const portNumber =
  (field: 'tunnelPort' | 'groupPort', what: string): Reader =>
  (text) => {
    const value = parseNumber(text, 1, 65_535);
    return value === null ? err(refused(`illegal ${what} specified`)) : ok({ [field]: port(value) });
  };

const INT_MAX = 0x7fff_ffff;
/** Persistence and connection timeouts: 31 days in seconds. */
export const TIMEOUT_SECONDS_MAX = 31 * 86_400;
/** What `-p` alone means: six minutes in seconds (IP_VS_TEMPLATE_TIMEOUT). */
const PERSISTENCE_DEFAULT = 360;
/** IP_VS_SCHEDNAME_MAXLEN, IP_VS_PENAME_MAXLEN and IP_VS_IFNAME_MAXLEN of linux/ip_vs.h, without the NUL. */
const KERNEL_NAME_MAX = 15;
/** 65535 less the IP and UDP headers. */
const SYNC_LENGTH_MAX = 65_507;

const READERS: Readonly<Record<OptionName, Reader>> = {
  tcpService: serviceReader('tcp'),
  udpService: serviceReader('udp'),
  sctpService: serviceReader('sctp'),
  fwmarkService: readMark,
  ipv6: (_, { given }) =>
    given.service?.kind === 'fwmark'
      ? ok({ service: { ...given.service, family: 'inet6' } })
      : err(refused('-6 used before -f\n')),
  scheduler: (text) => ok(text === '' ? {} : { scheduler: text.slice(0, KERNEL_NAME_MAX) }),
  engine: (text) => ok(text === '' ? {} : { engine: text.slice(0, KERNEL_NAME_MAX) }),
  persistent: readPersistence,
  netmask: readNetmask,
  realServer: readRealServer,
  gatewaying: set({ forwarding: 'dr' }),
  ipip: set({ forwarding: 'tun' }),
  masquerading: set({ forwarding: 'nat' }),
  tunType: (text) =>
    isTunnelType(text) ? ok({ tunnelType: text }) : err(refused('illegal tunnel type specified')),
  tunPort: portNumber('tunnelPort', 'tunnel port'),
  tunNocsum: nothing,
  tunCsum: nothing,
  tunRemcsum: nothing,
  weight: number('weight', [0, INT_MAX], 'weight'),
  upperThreshold: number('upperThreshold', [0, INT_MAX], 'u_threshold'),
  lowerThreshold: number('lowerThreshold', [0, INT_MAX], 'l_threshold'),
  connection: nothing,
  timeout: nothing,
  daemon: nothing,
  stats: nothing,
  rate: nothing,
  exact: nothing,
  thresholds: nothing,
  persistentConn: nothing,
  tunInfo: nothing,
  nosort: nothing,
  sort: nothing,
  ops: nothing,
  numeric: nothing,
  schedulerFlags: (text) => ok({ schedulerFlags: text }),
  syncId: number('syncId', [0, 255], 'syncid'),
  syncMaxLength: number('maxLength', [1, SYNC_LENGTH_MAX], 'sync-maxlen'),
  mcastInterface: (text) => ok({ interface: text.slice(0, KERNEL_NAME_MAX) }),
  mcastGroup: readGroup,
  mcastPort: portNumber('groupPort', 'mcast-port'),
  mcastTtl: number('ttl', [1, 255], 'mcast-ttl'),
};

function serviceReader(protocol: Protocol): Reader {
  return (text, { lookups }) => {
    const socket = parseSocket(text, protocol, lookups);
    if (!socket.ok) return err(socketComplaint(socket.error, 'virtual'));
    const { address, port: given } = socket.value;
    return ok({ service: { kind: 'address', protocol, address, port: given ?? port(0) } });
  };
}

/** Marks above 2^31 are also read as the negative numbers that a listing and saved rules show them as. */
function readMark(text: string): ReturnType<Reader> {
  const mark = parseNumber(text, -0x8000_0000, 0xffff_ffff);
  if (mark === null || mark === 0) return err(refused(`invalid fwmark value \`${text}' specified`));
  return ok({ service: { kind: 'fwmark', mark: fwMark(mark >>> 0), family: 'inet' } });
}

function readPersistence(text: string, { bare }: Circumstances): ReturnType<Reader> {
  const seconds = bare ? PERSISTENCE_DEFAULT : parseNumber(text, 1, TIMEOUT_SECONDS_MAX);
  return seconds === null
    ? err(refused(`invalid timeout value \`${text}' specified`))
    : ok({ persistence: seconds });
}

function readNetmask(text: string, { given: { service } }: Circumstances): ReturnType<Reader> {
  if (service !== null && serviceFamily(service) === 'inet6' && parseGranularity(text, 'inet6') === null) {
    return err(refused('illegal ipv6 netmask specified'));
  }
  return parseInetAton(text) === null
    ? err(refused('illegal virtual server persistent mask specified'))
    : ok({ netmask: text });
}

/** Behind a mark, and before the service is named, port names are TCP's. */
function readRealServer(text: string, { given, lookups }: Circumstances): ReturnType<Reader> {
  const protocol = given.service?.kind === 'address' ? given.service.protocol : 'tcp';
  const socket = parseSocket(text, protocol, lookups);
  return socket.ok ? ok({ realServer: socket.value }) : err(socketComplaint(socket.error, 'real'));
}

const socketComplaint = (
  error: Extract<ReturnType<typeof parseSocket>, { readonly ok: false }>['error'],
  server: 'virtual' | 'real',
): Complaint =>
  error === 'illegal'
    ? refused(`illegal ${server} server address[:port] specified`)
    : { kind: 'unresolved', host: error.unresolved };

function readGroup(text: string): ReturnType<Reader> {
  const group = text.includes(':') ? parseIp(text) : parseIpv4(text);
  if (group === null || !isMulticast(group)) {
    return err(refused(`invalid ${text.includes(':') ? 'IPv6' : 'IPv4'} mcast-group \`${text}'`));
  }
  return ok({ group });
}

/** 224.0.0.0/4 and ff00::/8 */
const isMulticast = (address: IpAddress): boolean =>
  isIpv4(address) ? /^(22[4-9]|23\d)\./.test(address) : /^ff[0-9a-f]{2}:/.test(address);

const isTunnelType = (text: string): text is TunnelType => Object.hasOwn(TUNNELS, text);

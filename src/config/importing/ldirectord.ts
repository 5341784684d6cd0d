/** `vipctl import` of an ldirectord.cf: global settings, then `virtual=` with indented settings of its own. */

import { type Block, block, type Entry, note, printEntries, quoted } from './blocks.ts';
import type { PortByName } from './ipvsadm.ts';

/** Settings of a service over those of the file. */
type Settings = ReadonlyMap<string, string>;

interface Virtual {
  readonly endpoint: string;
  readonly settings: Map<string, string>;
  readonly reals: string[];
}

const METHODS: Readonly<Record<string, string>> = { gate: 'DR', masq: 'NAT', ipip: 'TUN' };

/** Settings of ldirectord itself, without a counterpart. */
const WITHOUT_COUNTERPART: ReadonlySet<string> = new Set([
  'autoreload', 'logfile', 'supervised', 'fork', 'callback', 'execute', 'cleanstop', 'maintenancedir', 'smtp',
  'emailalertfreq', 'emailalertstatus', 'fallbackcommand', 'monitorfile', 'readdquiescent', 'login', 'passwd',
  'database', 'secret', 'load', 'failurecount', 'negotiatetimeout', 'checkintervalseconds', 'httpmethod',
]); // biome-ignore format: one line reads better

export function importLdirectord(text: string, portByName: PortByName): string {
  const globals = new Map<string, string>();
  const virtuals: Virtual[] = [];
  const notes: Entry[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/(^|\s)#.*$/, '').trimEnd();
    const setting = /^\s*([\w-]+)\s*=\s*(.*)$/.exec(line);
    if (setting === null) {
      if (line.trim() !== '') notes.push(note(`not understood: ${line.trim()}`));
      continue;
    }
    const [, name = '', value = ''] = setting;
    const current = /^\s/.test(line) ? virtuals.at(-1) : undefined;
    if (name === 'virtual' || name === 'virtual6')
      virtuals.push({ endpoint: value, settings: new Map(), reals: [] });
    else if (name === 'real' || name === 'real6') (current ?? virtuals.at(-1))?.reals.push(value);
    else (current?.settings ?? globals).set(name, value);
  }
  const numbered = (endpoint: string): string =>
    endpoint.replace(/:([a-z][\w-]*)/gi, (whole, name: string) => {
      const port = portByName(name);
      return port === null ? whole : `:${port}`;
    });
  const blocks = virtuals.map(({ endpoint, settings, reals }) =>
    virtualBlock({ endpoint: numbered(endpoint), settings, reals: reals.map(numbered) }, globals),
  );
  return printEntries([note('from ldirectord.cf'), ...notes, ...globalBlock(globals), ...blocks]);
}

function globalBlock(globals: Settings): readonly Entry[] {
  const mail = globals.get('emailalert');
  const from = globals.get('emailalertfrom');
  const entries: Entry[] = [
    ...(mail === undefined ? [] : [block('notification_email', mail.split(/[\s,]+/).map(unquoted))]),
    ...(from === undefined ? [] : [`notification_email_from ${quoted(unquoted(from))}`]),
    ...[...globals.keys()]
      .filter((name) => WITHOUT_COUNTERPART.has(name))
      .map((name) => note(`${name} has no counterpart`)),
  ];
  return entries.length === 0 ? [] : [block('global_defs', entries)];
}

const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/, '$1');

function virtualBlock({ endpoint, settings, reals }: Virtual, globals: Settings): Block {
  const of = (name: string): string | undefined => {
    const value = settings.get(name) ?? globals.get(name);
    return value === undefined ? undefined : unquoted(value);
  };
  const method = methodOf(reals[0] ?? '');
  const isMark = /^\d+$/.test(endpoint.trim());
  const entries: Entry[] = [
    ...(isMark ? [] : [`protocol ${(of('protocol') ?? 'tcp').toUpperCase()}`]),
    `delay_loop ${of('checkinterval') ?? '10'}`,
    `lb_algo ${of('scheduler') ?? 'wrr'}`,
    `lb_kind ${method}`,
  ];
  const [persistent, netmask, fallback] = [of('persistent'), of('netmask'), of('fallback')];
  if (persistent !== undefined) entries.push(`persistence_timeout ${persistent}`);
  if (netmask !== undefined && netmask !== '255.255.255.255')
    entries.push(`persistence_granularity ${netmask}`);
  if (of('virtualhost') !== undefined) entries.push(`virtualhost ${of('virtualhost')}`);
  if (fallback !== undefined)
    entries.push(`sorry_server ${endpointWords(fallback.split(/\s+/)[0] ?? '', '80')}`);
  for (const name of settings.keys())
    if (WITHOUT_COUNTERPART.has(name)) entries.push(note(`${name} has no counterpart`));
  const servicePort = /:(\w+)$/.exec(endpoint)?.[1] ?? '';
  entries.push(...reals.flatMap((real) => realBlocks(real, servicePort, method, of)));
  return block(
    `virtual_server ${isMark ? `fwmark ${endpoint.trim()}` : endpointWords(endpoint, '')}`,
    entries,
  );
}

/** `10.0.0.2:80 gate 5 "request", "receive"` */
function realWords(real: string) {
  const [endpoint = '', ...rest] = real.trim().split(/\s+/);
  const method = rest.find((word) => word in METHODS) ?? 'gate';
  const weight = rest.find((word) => /^\d+$/.test(word));
  const [request, receive] = [...real.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
  return { endpoint, method, weight, request, receive };
}

const methodOf = (real: string): string => METHODS[realWords(real).method] ?? 'DR';

type SettingOf = (name: string) => string | undefined;

/** One block per address of a range `10.0.0.2->10.0.0.5:80`. */
function realBlocks(real: string, servicePort: string, method: string, of: SettingOf): readonly Block[] {
  const words = realWords(real);
  return addressesOf(words.endpoint).map((endpoint) => {
    const entries: Entry[] = [];
    if (methodOf(real) !== method) entries.push(`lvs_method ${methodOf(real)}`);
    if (words.weight !== undefined) entries.push(`weight ${words.weight}`);
    // quiescent=yes keeps a dead server in the table with weight 0
    if ((of('quiescent') ?? 'no') === 'yes') entries.push('inhibit_on_failure');
    entries.push(...checkOf({ request: words.request, receive: words.receive }, of));
    return block(`real_server ${endpointWords(endpoint, servicePort)}`, entries);
  });
}

/** A range of at most this many servers is written out. */
const RANGE_MAX = 256;

function addressesOf(endpoint: string): readonly string[] {
  const range = /^(\d+\.\d+\.\d+\.)(\d+)->?(?:\1)?(\d+)(:\w+)?$/.exec(endpoint);
  if (range === null) return [endpoint];
  const [, network = '', first = '', last = '', port = ''] = range;
  const count = Math.min(Number(last) - Number(first) + 1, RANGE_MAX);
  return Array.from({ length: Math.max(1, count) }, (_, i) => `${network}${Number(first) + i}${port}`);
}

function checkOf(
  own: { readonly request: string | undefined; readonly receive: string | undefined },
  of: SettingOf,
): readonly Entry[] {
  const type = of('checktype') ?? 'negotiate';
  const service = of('service') ?? 'none';
  const common = commonOf(of);
  if (type === 'off' || type === 'on')
    return [note(`checktype=${type}: not checked, taken as ${type === 'on' ? 'alive' : 'dead'}`)];
  if (type === 'ping') return [block('PING_CHECK', common)];
  if (type.startsWith('external')) return externalCheck(of, common);
  if (type === 'negotiate' && (service === 'http' || service === 'https')) {
    return httpCheck(service, own, of, common);
  }
  const entries = [block('TCP_CHECK', common)];
  return type === 'connect' ? entries : [note(`service=${service} is only connected to`), ...entries];
}

/** Time-outs and retries that every check has. */
function commonOf(of: SettingOf): readonly string[] {
  const [timeout, count, port] = [of('checktimeout'), of('checkcount'), of('checkport')];
  return [
    ...(port === undefined ? [] : [`connect_port ${port}`]),
    ...(timeout === undefined ? [] : [`connect_timeout ${timeout}`]),
    ...(count === undefined ? [] : [`retry ${Math.max(0, Number(count) - 1)}`]),
  ];
}

function externalCheck(of: SettingOf, common: readonly string[]): readonly Entry[] {
  const command = of('checkcommand');
  if (command === undefined) return [note('checktype=external without checkcommand')];
  const fitting = common.filter((line) => line.startsWith('retry'));
  const timeout = of('checktimeout');
  return [
    note('ldirectord gave the command the address and port of service and server as arguments: add them'),
    block('MISC_CHECK', [
      `misc_path "${command.replaceAll('"', '')}"`,
      ...(timeout === undefined ? [] : [`misc_timeout ${timeout}`]),
      ...fitting,
    ]),
  ];
}

function httpCheck(
  service: 'http' | 'https',
  own: { readonly request: string | undefined; readonly receive: string | undefined },
  of: SettingOf,
  common: readonly string[],
): readonly Entry[] {
  const request = own.request ?? of('request') ?? '/';
  const receive = own.receive ?? of('receive');
  const path = request.startsWith('/') ? request : `/${request}`;
  const url: Entry[] = [`path ${quoted(path)}`, 'status_code 200'];
  if (receive !== undefined) {
    url.push(`regex ${escaped(receive)}`);
  }
  return [block(service === 'http' ? 'HTTP_GET' : 'SSL_GET', [block('url', url), ...common])];
}

/** ldirectord's patterns are Perl's, as `regex` has them; a backslash or quote in its word is written with a backslash. */
const escaped = (pattern: string): string => `"${pattern.replace(/["\\]/g, '\\$&')}"`;

function endpointWords(endpoint: string, port: string): string {
  const match = /^\[?([^\]]*?)\]?(?::(\w+))?$/.exec(endpoint.trim());
  return `${match?.[1] ?? endpoint} ${match?.[2] ?? port}`.trim();
}

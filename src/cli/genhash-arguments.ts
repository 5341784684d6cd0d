/** The arguments of genhash, their meaning, and the original's words for those it does not understand. */
import { parseArgs } from 'node:util';
import { parseIp } from '../base/ip.ts';
import { err, ok, type Result } from '../base/result.ts';
import { fwMark, port, seconds } from '../base/units.ts';
import type { HttpExchange } from '../checks/probes/http-exchange.ts';
import type { HttpProtocol } from '../config/model/lvs.ts';

const OPTIONS = {
  'use-ssl': { type: 'boolean', short: 'S' },
  'use-sni': { type: 'boolean', short: 'I' },
  server: { type: 'string', short: 's' },
  port: { type: 'string', short: 'p' },
  url: { type: 'string', short: 'u' },
  'use-virtualhost': { type: 'string', short: 'V' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  fwmark: { type: 'string', short: 'm' },
  protocol: { type: 'string', short: 'P' },
  timeout: { type: 'string', short: 't' },
} as const;

export const GENHASH_USAGE = `Usage: genhash COMMAND [OPTIONS]
Commands:
   -s server-address -p port -u url
   -S -s server-address -p port -u url
   -h

Options:
Either long or short options are allowed.
   --use-ssl         -S       Use SSL connection to remote server.
   --use-sni         -I       Use SNI during SSL handshake (uses virtualhost setting; see -V).
   --server          -s       Use the specified remote server address.
   --port            -p       Use the specified remote server port.
   --url             -u       Use the specified remote server url.
   --use-virtualhost -V       Use the specified virtualhost in GET query.
   --verbose         -v       Use verbose mode output.
   --help            -h       Display this short inlined help screen.
   --fwmark          -m       Use the specified FW mark.
   --protocol        -P       Use the specified HTTP protocol - '1.0', 1.0c', '1.1'.
                                1.0c means 1.0 with 'Connection: close'
   --timeout         -t       Timeout in seconds
`;

/** The original's; `-t` replaces it. */
const TIMEOUT_DEFAULT = '5';
/** Also the largest that fits any timer when multiplied. */
const TIMEOUT_MAX = 86_400;

export interface GenhashOrder {
  readonly exchange: HttpExchange;
  readonly verbose: boolean;
}

/** `error`: what to say before the usage; empty when the usage alone was asked for or says enough. */
export function parseGenhashArguments(argv: readonly string[]): Result<GenhashOrder, string> {
  const { values, positionals, tokens } = parseArgs({
    args: argv.map(unabbreviated),
    options: OPTIONS,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const known = Object.hasOwn(OPTIONS, token.name) ? OPTIONS[token.name as keyof typeof OPTIONS] : null;
    if (known === null) return err(`Unknown option ${token.rawName}`);
    if (known.type === 'string' && token.value === undefined) {
      return err(`Missing parameter for option ${token.rawName}`);
    }
  }
  const text = (name: keyof typeof OPTIONS): string | null => {
    const value = values[name];
    return typeof value === 'string' ? value : null;
  };
  if (values.help === true) return err('');
  if (positionals.length > 0) return err(`Unexpected argument(s): ${positionals.join(' ')}`);
  const exchange = exchangeOf(text, { ssl: values['use-ssl'] === true, sni: values['use-sni'] === true });
  return exchange.ok ? ok({ exchange: exchange.value, verbose: values.verbose === true }) : exchange;
}

/** `--ser` is `--server`, as getopt_long has it, when only one option begins so. */
function unabbreviated(argument: string): string {
  const [, name, value = ''] = /^--([a-z-]+)(=.*)?$/s.exec(argument) ?? [];
  if (name === undefined || Object.hasOwn(OPTIONS, name)) return argument;
  const [match, rival] = Object.keys(OPTIONS).filter((option) => option.startsWith(name));
  return match === undefined || rival !== undefined ? argument : `--${match}${value}`;
}

function exchangeOf(
  text: (name: keyof typeof OPTIONS) => string | null,
  { ssl, sni }: { readonly ssl: boolean; readonly sni: boolean },
): Result<HttpExchange, string> {
  const [server, portText, path, virtualHost] = [
    text('server'),
    text('port'),
    text('url'),
    text('use-virtualhost'),
  ];
  const address = server === null ? null : parseIp(server);
  if (server !== null && address === null) return err(`server should be an IP, not ${server}`);
  const portNumber = portText === null ? null : integer(portText, 1, 65_535);
  if (portText !== null && portNumber === null) return err(`invalid port number '${portText}'`);
  const protocolText = text('protocol') ?? '1.0';
  const protocol = protocolOf(protocolText);
  if (protocol === null) return err(`invalid HTTP protocol version '${protocolText}'`);
  const timeoutText = text('timeout') ?? TIMEOUT_DEFAULT;
  const timeout = integer(timeoutText, 1, TIMEOUT_MAX);
  if (timeout === null) return err(`invalid timeout '${timeoutText}'`);
  const markText = text('fwmark');
  const mark = markText === null ? null : integer(markText, 0, 0xffff_ffff);
  if (markText !== null && mark === null) return err(`invalid fwmark '${markText}'`);
  if (address === null || portNumber === null || path === null) return err('');
  return ok({
    target: {
      address,
      port: port(portNumber),
      bindAddress: null,
      bindPort: null,
      bindInterface: null,
      forwardedTo: null,
      fwmark: mark === null ? null : fwMark(mark),
      timeout: seconds(timeout),
    },
    tls: ssl ? { sni: sni ? virtualHost : null, fullClose: false } : null,
    protocol,
    path,
    virtualHost,
  });
}

const protocolOf = (text: string): HttpProtocol | null => {
  switch (text) {
    case '1.0':
    case '1.0c':
    case '1.0C':
    case '1.1':
      return text;
    default:
      return null;
  }
};

const integer = (text: string, low: number, high: number): number | null => {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= low && value <= high ? value : null;
};

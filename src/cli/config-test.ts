/** `vipd -t -f FILE`: prints what is wrong with a configuration and exits as keepalived does (grammar.md section 9). */
import { writeFileSync } from 'node:fs';
import { GRAVITY, type Severity } from '../config/diagnostics/diagnostic.ts';
import { coloured, diagnosticsToJson, plain, renderDiagnostics } from '../config/diagnostics/render.ts';
import { documentSchema } from '../config/document/schema.ts';
import { type LoadedConfig, loadConfigFile } from '../config/load.ts';

export interface ConfigTestArgs {
  readonly file: string;
  /** -i */
  readonly configId?: string;
  /** -e */
  readonly strictIncludes?: boolean;
  /** --strict */
  readonly strict?: boolean;
  readonly colour?: boolean;
  /** `-t=FILE`: messages go there instead of to standard error */
  readonly logFile?: string;
  /** json: one array of diagnostics for tools */
  readonly format?: 'text' | 'json';
}

/** Prints what is wrong and returns the exit status. */
export async function runConfigTest(args: ConfigTestArgs): Promise<number> {
  const { file, logFile, format, colour, ...options } = args;
  const loaded = await loadConfigFile(file, options);
  const text =
    format === 'json'
      ? `${JSON.stringify(diagnosticsToJson(loaded.diagnostics))}\n`
      : `${renderDiagnostics(loaded.diagnostics, colour === true ? coloured : plain)}${closingLine(file, loaded)}\n`;
  if (logFile === undefined) (format === 'json' ? process.stdout : process.stderr).write(text);
  else writeFileSync(logFile, text);
  return loaded.exitCode;
}

/** `vipd --schema`: the JSON schema of the model on standard output. */
export function printSchema(): number {
  process.stdout.write(`${JSON.stringify(documentSchema(), null, 2)}\n`);
  return 0;
}

/** `web.conf: 1 vrrp_instance, 1 virtual_server with 2 real servers; no errors, 5 warnings` */
function closingLine(file: string, { config, diagnostics, refused }: LoadedConfig): string {
  if (config === null) return `${file}: not read`;
  const servers = config.virtualServers.reduce((sum, service) => sum + service.realServers.length, 0);
  const contents = [
    countOf(config.vrrpInstances.length, 'vrrp_instance'),
    `${countOf(config.virtualServers.length, 'virtual_server')} with ${countOf(servers, 'real server')}`,
  ];
  const severities = diagnostics.map(({ gravity }) => GRAVITY[gravity].severity);
  const count = (wanted: Severity): number => severities.filter((severity) => severity === wanted).length;
  const complaints = [countOf(count('error'), 'error'), countOf(count('warning'), 'warning')];
  const verdict = refused ? '; vipd would not start with it' : '';
  return `${file}: ${contents.join(', ')}; ${complaints.join(', ')}${verdict}`;
}

const countOf = (count: number, what: string): string =>
  `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;

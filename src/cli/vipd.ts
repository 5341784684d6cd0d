/** The vipd program: argv to one action. */

import { VERSION } from '../base/version.ts';
import { defaultConfigFile } from '../daemon/config-file.ts';
import { type DaemonOptions, helpText, parseOptions, signalNumber } from '../daemon/options.ts';

/** The exit status, or null when the daemon now runs on the event loop. */
export async function main(argv: readonly string[]): Promise<number | null> {
  const parsed = parseOptions(argv);
  if (!parsed.ok) {
    process.stderr.write(`vipd: ${parsed.error}\nTry 'vipd --help'.\n`);
    return 1;
  }
  const options = parsed.value;
  switch (options.action) {
    case 'help':
      process.stderr.write(helpText());
      return 0;
    case 'version':
      process.stderr.write(`vipd ${VERSION} (Node ${process.versions.node})\n`);
      return 0;
    case 'signum':
      return printSignal(options.signalName ?? '');
    case 'schema':
      return (await import('./config-test.ts')).printSchema();
    case 'test':
      return testConfig(options);
    case 'run':
      if (!options.foreground) return (await import('../daemon/background.ts')).runInBackground(argv);
      return (await import('../daemon/run.ts')).runDaemon(options, VERSION);
  }
}

async function testConfig(options: DaemonOptions): Promise<number> {
  const { configFile, configId, strictIncludes, strict, testLog, log, json } = options;
  const { runConfigTest } = await import('./config-test.ts');
  return runConfigTest({
    file: configFile ?? defaultConfigFile(),
    format: json ? 'json' : log.format,
    strictIncludes,
    strict,
    colour: testLog === null && wantsColour(process.stderr, process.env),
    ...(configId === null ? {} : { configId }),
    ...(testLog === null ? {} : { logFile: testLog }),
  });
}

/** Colours are for terminals, and NO_COLOR (no-color.org) turns them off. */
const wantsColour = (stream: { readonly isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean =>
  stream.isTTY === true && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';

function printSignal(name: string): number {
  const number = signalNumber(name);
  process.stdout.write(number === null ? '' : `${number}\n`);
  if (number === null) process.stderr.write(`vipd: unknown signal name '${name}': STOP RELOAD DATA STATS\n`);
  return number === null ? 1 : 0;
}

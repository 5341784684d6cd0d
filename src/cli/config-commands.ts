/** The commands of vipctl that look at configuration files and at no daemon: config, explain, fmt. What each needs is read
 *  when it is called. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type Diagnostic, GRAVITY } from '../config/diagnostics/diagnostic.ts';
import type { Terminal } from './vipctl.ts';

/** Adds them to `program`; each action ends with the exit status. */
export function addConfigCommands(
  program: Command,
  terminal: Terminal,
  finish: (exitStatus: number) => void,
): void {
  program
    .command('explain <keyword>')
    .description('tell what a keyword of the configuration does, with an example')
    .action(async (keyword: string) => finish(await explainKeyword(keyword, terminal)));
  program
    .command('config')
    .description('print the effective configuration: every value, and the line that it comes from')
    .option('-f, --file <path>', 'configuration file (default: the one that vipd would read)')
    .option('-i, --config-id <id>', 'id for @ID lines')
    .option('--json', 'the model and its origins as JSON')
    .option('--secrets', 'with passwords and keys, which are hidden otherwise')
    .action(async (options: ConfigOptions) => finish(await printConfig(options, terminal)));
  program
    .command('fmt <files...>')
    .description('print configuration files in one layout, comments kept')
    .option('-w, --write', 'write the files instead of printing them')
    .option('--check', 'print the names of files that would change, and exit with 1 if there are any')
    .action(async (files: readonly string[], options: FormatOptions) =>
      finish(await format(files, options, terminal)),
    );
}

async function explainKeyword(keyword: string, terminal: Terminal): Promise<number> {
  const { explain, nearestKeyword } = await import('../config/reference/explain.ts');
  const text = explain(keyword);
  if (text !== null) {
    terminal.stdout(text);
    return 0;
  }
  const near = nearestKeyword(keyword);
  const help = near === null ? '' : `; did you mean '${near}'?`;
  terminal.stderr(`vipctl: no keyword '${keyword}'${help}\n`);
  return 1;
}

interface ConfigOptions {
  readonly file?: string;
  readonly configId?: string;
  readonly json?: true;
  readonly secrets?: true;
}

async function printConfig(options: ConfigOptions, terminal: Terminal): Promise<number> {
  const { isDocument, loadConfigFile, loadTree } = await import('../config/load.ts');
  const { originsOf } = await import('../config/reference/origins.ts');
  const { effectiveJson, effectiveText } = await import('../config/reference/effective.ts');
  const { defaultConfigFile } = await import('../daemon/config-file.ts');
  const { renderDiagnostics } = await import('../config/diagnostics/render.ts');
  const file = options.file ?? defaultConfigFile();
  const load = { host: null, ...(options.configId === undefined ? {} : { configId: options.configId }) };
  const { config, diagnostics } = await loadConfigFile(file, load);
  terminal.stderr(renderDiagnostics(diagnostics.filter(isError)));
  if (config === null) return 1;
  const statements = isDocument(file) ? [] : loadTree(file, load).statements;
  const origins = originsOf(statements, config);
  const openness = options.secrets === true ? 'with_secrets' : 'without_secrets';
  const json = () => `${JSON.stringify(effectiveJson(config, origins, openness), null, 2)}\n`;
  terminal.stdout(options.json === true ? json() : effectiveText(config, origins, openness));
  return diagnostics.some(isError) ? 1 : 0;
}

interface FormatOptions {
  readonly write?: true;
  readonly check?: true;
}

async function format(files: readonly string[], options: FormatOptions, terminal: Terminal): Promise<number> {
  const { formatConfig } = await import('../config/printing/format.ts');
  const { readConfigFile } = await import('../config/load/files.ts');
  let status = 0;
  for (const file of files) {
    const text = readConfigFile(file);
    if (!text.ok) {
      const { fileProblemText } = await import('../config/syntax/files.ts');
      terminal.stderr(`vipctl: cannot use '${file}': ${fileProblemText(text.error)}\n`);
      status = 1;
      continue;
    }
    const formatted = formatConfig(text.value);
    if (options.check === true) {
      if (formatted === text.value) continue;
      terminal.stdout(`${file}\n`);
      status = 1;
    } else if (options.write !== true) terminal.stdout(formatted);
    else if (!writeBack(file, formatted, text.value, terminal)) status = 1;
  }
  return status;
}

/** The bytes that were not UTF-8 were read as latin1 and go back as they came; an unchanged file is not touched. */
function writeBack(file: string, formatted: string, before: string, terminal: Terminal): boolean {
  if (formatted === before) return true;
  try {
    const bytes = readFileSync(file);
    const encoding = bytes.toString('utf8') === before ? 'utf8' : 'latin1';
    writeFileSync(file, formatted, encoding);
    return true;
  } catch (error) {
    terminal.stderr(
      `vipctl: cannot write '${file}': ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return false;
  }
}

const isError = ({ gravity }: Diagnostic): boolean => GRAVITY[gravity].severity === 'error';

/** The commands of vipctl that hold two configurations against each other: diff and parity. Exit status as of diff(1):
 *  0 nothing differs, 1 something does, 2 a file cannot be used. */
import type { Command } from 'commander';
import type { Finding } from '../config/compare/parity.ts';
import type { Config } from '../config/model/config.ts';
import type { Origins } from '../config/reference/origins.ts';
import type { Terminal } from './vipctl.ts';

const CANNOT = 2;

export function addCompareCommands(
  program: Command,
  terminal: Terminal,
  finish: (exitStatus: number) => void,
): void {
  program
    .command('diff <a> <b>')
    .description('tell what two configurations do differently, whatever their texts look like')
    .option('--json', 'the changes as JSON')
    .action(async (a: string, b: string, options: { json?: true }) =>
      finish(await diff(a, b, options, terminal)),
    );
  program
    .command('parity <a> <b>')
    .description('compare the files of the two directors of a pair: what would break at failover')
    .option('--id-a <id>', 'config id (@ID lines) of the first file')
    .option('--id-b <id>', 'config id of the second file')
    .option('--json', 'the findings as JSON')
    .action(async (a: string, b: string, options: ParityOptions) =>
      finish(await parity(a, b, options, terminal)),
    );
}

/** The model of a file that need not be meant for this machine; null after saying why there is none. */
async function modelOf(
  file: string,
  configId: string | undefined,
  terminal: Terminal,
): Promise<Config | null> {
  const { loadConfigFile } = await import('../config/load.ts');
  const { renderDiagnostics } = await import('../config/diagnostics/render.ts');
  const { GRAVITY } = await import('../config/diagnostics/diagnostic.ts');
  const { config, diagnostics } = await loadConfigFile(file, {
    host: null,
    ...(configId === undefined ? {} : { configId }),
  });
  const errors = diagnostics.filter(({ gravity }) => GRAVITY[gravity].severity === 'error');
  terminal.stderr(renderDiagnostics(errors));
  return config;
}

async function diff(a: string, b: string, { json }: { json?: true }, terminal: Terminal): Promise<number> {
  const { diffConfigs, diffText } = await import('../config/compare/diff.ts');
  const [before, after] = [await modelOf(a, undefined, terminal), await modelOf(b, undefined, terminal)];
  if (before === null || after === null) return CANNOT;
  const changes = diffConfigs(before, after);
  terminal.stdout(json === true ? `${JSON.stringify(changes, null, 2)}\n` : diffText(changes));
  return changes.length === 0 ? 0 : 1;
}

interface ParityOptions {
  readonly idA?: string;
  readonly idB?: string;
  readonly json?: true;
}

async function parity(a: string, b: string, options: ParityOptions, terminal: Terminal): Promise<number> {
  const { findDisparities } = await import('../config/compare/parity.ts');
  const [first, second] = [await modelOf(a, options.idA, terminal), await modelOf(b, options.idB, terminal)];
  if (first === null || second === null) return CANNOT;
  const findings = findDisparities(first, second);
  if (options.json === true) terminal.stdout(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const lines = { a: await linesOf(a, first, options.idA), b: await linesOf(b, second, options.idB) };
    terminal.stdout(findings.map((finding) => findingText(finding, lines)).join(''));
  }
  return findings.length === 0 ? 0 : 1;
}

/** `breaks: …`, the lines of both files, and what follows. */
function findingText(
  { gravity, text, why, a, b }: Finding,
  lines: { readonly a: LineOf; readonly b: LineOf },
): string {
  const places = [['A', a, lines.a] as const, ['B', b, lines.b] as const].flatMap(([who, pointer, lineOf]) =>
    pointer === null ? [] : [`  ${who}: ${lineOf(pointer)}`],
  );
  return `${[`${gravity}: ${text}`, ...places, `  ${why}`].join('\n')}\n`;
}

/** Where the value at a pointer was written: `a.conf:12 priority 100`. */
type LineOf = (pointer: string) => string;

async function linesOf(file: string, config: Config, configId: string | undefined): Promise<LineOf> {
  const { isDocument, loadTree } = await import('../config/load.ts');
  const { nearestOrigin, originsOf } = await import('../config/reference/origins.ts');
  const { createPositions } = await import('../config/syntax/source.ts');
  const positionOf = createPositions();
  const load = { host: null, ...(configId === undefined ? {} : { configId }) };
  const origins: Origins = isDocument(file) ? new Map() : originsOf(loadTree(file, load).statements, config);
  return (pointer) => {
    const statement = nearestOrigin(pointer, origins);
    if (statement === undefined) return `${file} ${pointer}`;
    if (statement === null) return `${file} (default)`;
    const { keyword, args } = statement;
    return `${file}:${positionOf(keyword).line} ${[keyword, ...args].map(({ text }) => text).join(' ')}`;
  };
}

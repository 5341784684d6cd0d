/** Text → model: the whole way as one pure function over a port for files. load.ts adds the real files; editors,
 *  tests and the fuzzer use this. */

import { createEffects } from './check/effects.ts';
import { createHostWants, type HostFacts } from './check/host.ts';
import { createTraps } from './check/traps.ts';
import { type Diagnostic, exitCodeOf, GRAVITY, type Report, refusesToRun } from './diagnostics/diagnostic.ts';
import { withSecretsHidden } from './diagnostics/secrets.ts';
import { withBlankNamed } from './diagnostics/strange-blank.ts';
import { createLowering } from './lower/lower.ts';
import type { Config } from './model/config.ts';
import { createGrammar } from './schema/grammar.ts';
import { builtInNames } from './schema/iproute-names.ts';
import type { ConfigFiles } from './syntax/files.ts';
import { createParser } from './syntax/parser.ts';
import { type Portion, readConfigFiles } from './syntax/reader.ts';
import type { SourceFile } from './syntax/source.ts';
import type { Statement } from './syntax/tree.ts';

/** Diagnostics that are kept; beyond them only what keeps a daemon from starting, and at most as many again. */
const DIAGNOSTICS_MAX = 10_000;

export interface ParseOptions {
  /** -i: compared with `@ID` lines */
  readonly configId: string;
  /** router_id where the file gives none */
  readonly hostName: string;
  readonly environment: (name: string) => string | undefined;
  /** -e: every include must succeed */
  readonly strictIncludes: boolean;
  /** of ${_RANDOM} until the text gives a random_seed */
  readonly randomSeed: number;
  /** the machine that will run it; null checks the text alone */
  readonly host: HostFacts | null;
}

export interface LoadedConfig {
  /** null only when the main file could not be read */
  readonly config: Config | null;
  readonly diagnostics: readonly Diagnostic[];
  /** the daemon must not start (grammar.md section 9) */
  readonly refused: boolean;
  /** what `-t` exits with (grammar.md section 9) */
  readonly exitCode: number;
  readonly sources: readonly SourceFile[];
  /** lines of all files and those that were made from them (see ReadResult.lines): what the time of reading is measured by */
  readonly linesRead: number;
}

/** Never throws, whatever the files hold. Two kinds of file are read a second time, as a whole: those with a brace too
 *  few or too many, and those that give defaults behind the services they are for. */
export function parseConfig(path: string, files: ConfigFiles, options: ParseOptions): LoadedConfig {
  const first = parseIn('section', path, files, options);
  return first.complete ? first : parseIn('whole', path, files, options);
}

/** In sections, words and statements are short-lived and only the model stays. */
function parseIn(
  portion: Portion,
  path: string,
  files: ConfigFiles,
  options: ParseOptions,
): LoadedConfig & { readonly complete: boolean } {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => {
    const limit = GRAVITY[diagnostic.gravity].refuses ? 2 * DIAGNOSTICS_MAX : DIAGNOSTICS_MAX;
    if (diagnostics.length < limit) diagnostics.push(withSecretsHidden(withBlankNamed(diagnostic)));
  };
  const parser = createParser(createGrammar(), report);
  const lowering = createLowering(
    { hostName: options.hostName, names: options.host?.iprouteNames ?? builtInNames },
    portion,
    report,
  );
  const effects = createEffects(report);
  const traps = createTraps(report);
  const wants = options.host === null ? null : createHostWants(options.host, report);
  let inOrder = true;
  const { sources, lines } = readConfigFiles(path, files, options, report, portion, (pieces) => {
    const statements = parser.parse(pieces);
    visit(statements, (statement, block) => {
      effects.visit(statement);
      traps.visit(statement);
      wants?.visit(statement, block);
    });
    for (const statement of statements) {
      inOrder = lowering.add(statement) && inOrder;
    }
  });
  effects.finish();
  const config = lowering.finish();
  traps.finish(config);
  wants?.check(config);
  return {
    config: sources.length === 0 ? null : config,
    diagnostics,
    refused: refusesToRun(diagnostics),
    exitCode: exitCodeOf(diagnostics),
    sources,
    linesRead: lines,
    complete: inOrder && parser.isBalanced(),
  };
}

function visit(
  block: readonly Statement[],
  act: (statement: Statement, block: readonly Statement[]) => void,
): void {
  for (const statement of block) {
    act(statement, block);
    if (statement.body.kind === 'block') visit(statement.body.statements, act);
  }
}

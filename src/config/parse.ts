/** Text → model: the whole way as one pure function over a port for files. load.ts adds the real files; editors,
 *  tests and the fuzzer use this. */

import { checkHost, type HostFacts } from './check/host.ts';
import { type Diagnostic, exitCodeOf, GRAVITY, type Report, refusesToRun } from './diagnostics/diagnostic.ts';
import { lower } from './lower/lower.ts';
import type { Config } from './model/config.ts';
import { createGrammar } from './schema/grammar.ts';
import type { ConfigFiles } from './syntax/files.ts';
import { parseTree } from './syntax/parser.ts';
import { readConfigFiles } from './syntax/reader.ts';
import type { SourceFile } from './syntax/source.ts';

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
}

/** Never throws, whatever the files hold. */
export function parseConfig(path: string, files: ConfigFiles, options: ParseOptions): LoadedConfig {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => {
    const limit = GRAVITY[diagnostic.gravity].refuses ? 2 * DIAGNOSTICS_MAX : DIAGNOSTICS_MAX;
    if (diagnostics.length < limit) diagnostics.push(diagnostic);
  };
  const { pieces, sources } = readConfigFiles(path, files, options, report);
  const tree = parseTree(pieces, createGrammar(), report);
  const config = lower(tree, options.hostName, report);
  if (options.host !== null) checkHost(tree, config, options.host, report);
  return {
    config: sources.length === 0 ? null : config,
    diagnostics,
    refused: refusesToRun(diagnostics),
    exitCode: exitCodeOf(diagnostics),
    sources,
  };
}

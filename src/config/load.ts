/** The effectful end of the configuration: from a path to a checked model, with real files and the facts of this
 *  machine. The parts that touch the system lie in load/; parse.ts is the same without them. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { HostFacts } from './check/host.ts';
import { catalog } from './diagnostics/catalog.ts';
import { type Diagnostic, exitCodeOf, GRAVITY, refusesToRun } from './diagnostics/diagnostic.ts';
import { realFiles } from './load/files.ts';
import { createHostFacts } from './load/host-facts.ts';
import { withKeyFiles } from './load/key-files.ts';
import { schemaViolations } from './load/validate.ts';
import { type LoadedConfig, type ParseOptions, parseConfig } from './parse.ts';
import { type ConfigTree, type PiecesAndModel, readPieces, readTree } from './read-tree.ts';

export type { LoadedConfig } from './parse.ts';

export interface LoadOptions {
  /** -i; the host name up to its first dot unless given */
  readonly configId?: string;
  /** -e */
  readonly strictIncludes?: boolean;
  /** --strict: a warning refuses the configuration too */
  readonly strict?: boolean;
  /** null: the text alone is checked, as for a file of another machine */
  readonly host?: HostFacts | null;
}

export function loadConfig(path: string, options: LoadOptions = {}): LoadedConfig {
  const loaded = parseConfig(resolve(path), realFiles, parseOptions(options));
  return judged(loaded.config === null ? loaded : checkedModel(withSecrets(loaded, options)), options);
}

const judged = (loaded: LoadedConfig, { strict }: LoadOptions): LoadedConfig =>
  strict === true ? refusedByWarnings(loaded) : loaded;

/** JSON and YAML are known by their names. */
export const isDocument = (path: string): boolean => /\.(json|ya?ml)$/.test(path);

/** A configuration in any form: text, or by its name JSON or YAML. */
export async function loadConfigFile(path: string, options: LoadOptions = {}): Promise<LoadedConfig> {
  if (!isDocument(path)) return loadConfig(path, options);
  const { loadDocument } = await import('./load/document.ts');
  return judged(withSecrets(loadDocument(resolve(path), parseOptions(options)), options), options);
}

/** The statements of a file and of all that it includes, for tools that ask where something is written. */
export const loadTree = (path: string, options: LoadOptions = {}): ConfigTree =>
  readTree(resolve(path), realFiles, parseOptions(options));

/** The pieces of a file and of all that it includes, and what becomes of them. */
export function loadPieces(path: string, options: LoadOptions = {}): PiecesAndModel {
  const parsing = parseOptions(options);
  return readPieces(resolve(path), realFiles, parsing);
}

function parseOptions(options: LoadOptions): ParseOptions {
  const host = hostname();
  return {
    configId: options.configId ?? host.split('.')[0] ?? host,
    hostName: host,
    environment: (name) => process.env[name],
    strictIncludes: options.strictIncludes ?? false,
    randomSeed: Math.floor(Math.random() * 2 ** 32),
    host: options.host === undefined ? createHostFacts() : options.host,
  };
}

/** Exit status of a configuration that only --strict refuses: that of a complaint. */
const EXIT_COMPLAINT = 5;

function refusedByWarnings(loaded: LoadedConfig): LoadedConfig {
  if (loaded.diagnostics.every(({ gravity }) => GRAVITY[gravity].severity === 'hint')) return loaded;
  return { ...loaded, refused: true, exitCode: loaded.exitCode === 0 ? EXIT_COMPLAINT : loaded.exitCode };
}

/** With the keys of auth_hmac that lie in files of this machine. */
function withSecrets(loaded: LoadedConfig, { host }: LoadOptions): LoadedConfig {
  if (loaded.config === null || host === null) return loaded;
  const found: Diagnostic[] = [];
  const config = withKeyFiles(loaded.config, (diagnostic) => found.push(diagnostic));
  if (found.length === 0) return { ...loaded, config };
  const diagnostics = [...loaded.diagnostics, ...found];
  return {
    ...loaded,
    config,
    diagnostics,
    refused: refusesToRun(diagnostics),
    exitCode: exitCodeOf(diagnostics),
  };
}

/** The model must fit its own schema; if it does not, vipd is wrong and says so instead of running with it. */
function checkedModel(loaded: LoadedConfig): LoadedConfig {
  const violations = schemaViolations(loaded.config);
  if (violations.length === 0) return loaded;
  const defects = violations.map((violation) => catalog.defect(null, { violation }));
  const diagnostics = [...loaded.diagnostics, ...defects];
  return { ...loaded, diagnostics, refused: true, exitCode: exitCodeOf(diagnostics) };
}

/** The effectful end of the configuration: from a path to a checked model, with real files and the facts of this
 *  machine. The parts that touch the system lie in load/; parse.ts is the same without them. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { catalog } from './diagnostics/catalog.ts';
import { type Diagnostic, exitCodeOf, GRAVITY, refusesToRun } from './diagnostics/diagnostic.ts';
import { realFiles } from './load/files.ts';
import { createHostFacts } from './load/host-facts.ts';
import { withKeyFiles } from './load/key-files.ts';
import { schemaViolations } from './load/validate.ts';
import type { Config } from './model/config.ts';
import { type LoadedConfig, parseConfig } from './parse.ts';

export type { LoadedConfig } from './parse.ts';

export interface LoadOptions {
  /** -i; the host name up to its first dot unless given */
  readonly configId?: string;
  /** -e */
  readonly strictIncludes?: boolean;
  /** --strict: a warning refuses the configuration too */
  readonly strict?: boolean;
}

export function loadConfig(path: string, options: LoadOptions = {}): LoadedConfig {
  const host = hostname();
  const loaded = parseConfig(resolve(path), realFiles, {
    configId: options.configId ?? host.split('.')[0] ?? host,
    hostName: host,
    environment: (name) => process.env[name],
    strictIncludes: options.strictIncludes ?? false,
    randomSeed: Math.floor(Math.random() * 2 ** 32),
    host: createHostFacts(),
  });
  const checked = loaded.config === null ? loaded : checkedModel(withSecrets(loaded, loaded.config));
  return options.strict === true ? refusedByWarnings(checked) : checked;
}

/** Exit status of a configuration that only --strict refuses: that of a complaint. */
const EXIT_COMPLAINT = 5;

function refusedByWarnings(loaded: LoadedConfig): LoadedConfig {
  if (loaded.diagnostics.every(({ gravity }) => GRAVITY[gravity].severity === 'hint')) return loaded;
  return { ...loaded, refused: true, exitCode: loaded.exitCode === 0 ? EXIT_COMPLAINT : loaded.exitCode };
}

/** With the keys of auth_hmac that lie in files. */
function withSecrets(loaded: LoadedConfig, config: Config): LoadedConfig {
  const found: Diagnostic[] = [];
  const complete = withKeyFiles(config, (diagnostic) => found.push(diagnostic));
  if (found.length === 0) return { ...loaded, config: complete };
  const diagnostics = [...loaded.diagnostics, ...found];
  const refused = refusesToRun(diagnostics);
  return { ...loaded, config: complete, diagnostics, refused, exitCode: exitCodeOf(diagnostics) };
}

/** The model must fit its own schema; if it does not, vipd is wrong and says so instead of running with it. */
function checkedModel(loaded: LoadedConfig): LoadedConfig {
  const violations = schemaViolations(loaded.config);
  if (violations.length === 0) return loaded;
  const defects = violations.map((violation) => catalog.defect(null, { violation }));
  const diagnostics = [...loaded.diagnostics, ...defects];
  return { ...loaded, diagnostics, refused: true, exitCode: exitCodeOf(diagnostics) };
}

/** `config_save_dir`: after each accepted reading the configuration is kept as one file, without includes, macros and
 *  comments, so that somebody can see later what a daemon ran with (grammar.md section 8). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { LoadOptions } from '../config/load.ts';
import { daemonLog } from './log-events.ts';

export interface SavedConfig {
  readonly directory: string;
  /** the main file */
  readonly file: string;
  readonly load: LoadOptions;
  /** how many readings this process has accepted, from 1 */
  readonly reading: number;
}

/** Writes `DIRECTORY/keepalived.conf.PID.N`; only its owner may read it, since it may hold passwords. */
export async function saveConfig({ directory, file, load, reading }: SavedConfig, log: Log): Promise<void> {
  const { isDocument, loadPieces } = await import('../config/load.ts');
  const { importKeepalived } = await import('../config/importing/keepalived.ts');
  if (isDocument(file)) return; // it is one file already
  const path = join(directory, `keepalived.conf.${process.pid}.${reading}`);
  try {
    const { pieces, loaded } = loadPieces(file, load);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(path, importKeepalived(pieces, { ...loaded, diagnostics: [] }), { mode: 0o600 });
    log(daemonLog.configSaved({ path }));
  } catch (error) {
    log(daemonLog.configNotSaved({ path, reason: error instanceof Error ? error.message : String(error) }));
  }
}

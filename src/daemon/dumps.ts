/** SIGUSR1 and SIGUSR2: the dump files of keepalived, written from what the children tell. */
import type { Log } from '../base/log.ts';
import type { Config } from '../config/model/config.ts';
import { printCheckData, printParentData, printStats, printVrrpData } from '../observe/dump.ts';
import { type DUMP_NAMES, dumpPath, writeDump } from '../observe/dump-file.ts';
import { identitySuffix } from './core/identity.ts';
import { daemonLog } from './log-events.ts';
import type { Parent } from './parent.ts';

/** Every process's data; a file appears only for what the configuration has. */
export async function writeDataDumps(parent: Parent, log: Log): Promise<void> {
  const { config } = parent;
  const [vrrp, checks] = await Promise.all([parent.childStatus('vrrp'), parent.childStatus('checkers')]);
  write('parent', printParentData(config), config, log);
  if (config.vrrpInstances.length > 0) write('vrrp', printVrrpData(config, vrrp), config, log);
  if (config.virtualServers.length > 0) write('checkers', printCheckData(config, checks), config, log);
}

/** -d: what the data dumps would say before anything runs, line by line. */
export function logConfiguration(config: Config, log: Log): void {
  const texts = [
    printParentData(config),
    ...(config.vrrpInstances.length > 0 ? [printVrrpData(config, null)] : []),
    ...(config.virtualServers.length > 0 ? [printCheckData(config, null)] : []),
  ];
  for (const text of texts)
    for (const line of text.trimEnd().split('\n')) log(daemonLog.configLine({ line }));
}

export async function writeStatistics(parent: Parent, log: Log): Promise<void> {
  const vrrp = await parent.childStatus('vrrp');
  if (vrrp !== null) write('statistics', printStats(vrrp), parent.config, log);
}

function write(dump: keyof typeof DUMP_NAMES, text: string, { global }: Config, log: Log): void {
  const { dumps, ...identity } = global.process;
  const path = dumpPath(dump, dumps, identitySuffix(identity), process.env['TMPDIR']);
  const written = writeDump(path, text);
  log(
    written.ok
      ? daemonLog.dumped({ path })
      : daemonLog.dumpFailed({ path, reason: `${written.error.code} (${written.error.detail})` }),
  );
}

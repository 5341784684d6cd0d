/** The two daemons under the same flags, and the moment at which their table is complete in the kernel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../src/base/result.ts';
import { type SystemError, systemErrorText } from '../src/base/system-error.ts';
import { ipvsKernel } from '../src/ipvs/shell/kernel.ts';
import { ipvsSession } from '../src/ipvs/shell/session.ts';
import { onService } from '../src/ipvs/wire/requests.ts';
import { IPVS_COMMAND, IPVS_FAMILY } from '../src/ipvs/wire/tables.ts';
import { NETLINK } from '../src/native/constants.ts';
import { openNetlinkSession } from '../src/net/adapters/netlink-socket.ts';
import { resolveFamily } from '../src/net/netlink/generic.ts';
import { now, until } from '../test/lab/harness/clock.ts';
import { type Program, startProgram } from '../test/lab/harness/program.ts';
import { SERVERS_PER_SERVICE, SERVICES, serviceKey, WRITES } from './large-config.ts';

export type DaemonName = 'vipd' | 'keepalived';
export const DAEMONS: readonly DaemonName[] = ['vipd', 'keepalived'];

const COMPLETE_MS_MAX = 60_000;
const PARENT_PID = '/run/bench-parent.pid';
const CHECKERS_PID = '/run/bench-checkers.pid';

/** The program's file: of the checkout whose dist/ this runs from, or the installed keepalived. */
export const programOf = (name: DaemonName): string =>
  name === 'vipd' ? join(__dirname, '../../bin/vipd') : 'keepalived';

/** Only the checkers half, in the foreground, logging to its output: `-n -l -C`. */
export const startCheckersHalf = (name: DaemonName, file: string, flags: readonly string[] = []): Program =>
  startProgram([
    programOf(name),
    '-n',
    '-l',
    '-C',
    '-f',
    file,
    '-p',
    PARENT_PID,
    '-c',
    CHECKERS_PID,
    ...flags,
  ]);

export const checkersPid = (): Promise<number> =>
  until('the pid of the checkers', COMPLETE_MS_MAX, () => {
    try {
      return Number.parseInt(readFileSync(CHECKERS_PID, 'utf8'), 10) || false;
    } catch {
      return false;
    }
  });

/** What the bench itself asks the kernel. */
export interface Observer {
  /** Milliseconds from `since` until the table is complete; rejects when it never is. */
  complete(since: number): Promise<number>;
  empty(): void;
}

export function observeKernel(): Observer {
  const netlink = must(openNetlinkSession(NETLINK.GENERIC));
  const session = ipvsSession(netlink, must(resolveFamily(netlink, IPVS_FAMILY.name)).id);
  const kernel = must(ipvsKernel(netlink));
  // Both daemons write service by service in the order of the file, so a look at the last one, a single cheap
  // question, tells the moment. Only afterwards everything is counted.
  const lastService = onService(IPVS_COMMAND.getDestination, serviceKey(SERVICES - 1));
  const lastIsThere = (): boolean =>
    must(session.dump(lastService, 'look at the last service')).length === SERVERS_PER_SERVICE;
  return {
    async complete(since) {
      const took = await until('the last service', COMPLETE_MS_MAX, () => lastIsThere() && now() - since);
      const { table } = must(kernel.read());
      const entries = [...table.values()].reduce((sum, { destinations }) => sum + 1 + destinations.size, 0);
      if (entries !== WRITES)
        throw new Error(`${entries} of ${WRITES} entries when the last service was complete`);
      return took;
    },
    empty: () => must(kernel.flush()),
  };
}

export function must<T>(result: Result<T, SystemError>): T {
  if (!result.ok) throw new Error(systemErrorText(result.error));
  return result.value;
}

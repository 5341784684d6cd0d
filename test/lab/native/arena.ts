/** Two lab hosts on this machine's own kernel, joined by a cable: the built daemon on one, the independent sender on the other.
 *
 *      vipd 10.0.0.1  eth0 ───────── eth0  10.0.0.2 sender.mjs
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonStatus } from '../../../src/control/api.ts';
import type { VrrpInstanceStatus } from '../../../src/vrrp/core/status.ts';
import { makePlace, type Place, VIPCTL, VIPD } from '../../process/vipd.ts';
import { type Ms, now, pause } from '../harness/clock.ts';
import { openHost } from '../harness/host.ts';
import type { Program } from '../harness/program.ts';
import { type Sender, startSender } from './sender.ts';

const DAEMON_ADDRESS = '10.0.0.1';
export const SENDER_ADDRESS = '10.0.0.2';

export interface RouterStatus extends VrrpInstanceStatus {
  readonly strayPackets: number;
}

export interface Arena {
  readonly sender: Sender;
  /** what the daemon wrote so far */
  readonly log: () => readonly string[];
  /** through `vipctl status --json` */
  readonly status: () => Promise<RouterStatus>;
  /** Asks again and again; resolves with the first status that passes `test`. */
  readonly statusWhere: (what: string, test: (status: RouterStatus) => boolean) => Promise<RouterStatus>;
  /** resident memory of the vrrp process, kilobytes */
  readonly residentKilobytes: () => number;
  readonly close: () => Promise<void>;
}

/** How long a test waits for what must come: several times the protocol's longest time. */
export const PATIENCE_MS: Ms = 20_000;
const POLL_INTERVAL_MS = 100;
const STATUS_DEGRADED = 1;
/** An interrupted run leaves no daemon behind. */
const ENDS_WITH_THE_TEST = ['setpriv', '--pdeathsig', 'TERM'];

/** With one vrrp_instance on eth0. Whoever opens it closes it. */
export async function openArena(config: string): Promise<Arena> {
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await furnish(config, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function furnish(config: string, undo: (() => unknown)[], close: Arena['close']): Promise<Arena> {
  const [here, there] = await Promise.all([
    openHost('vipd', DAEMON_ADDRESS),
    openHost('sender', SENDER_ADDRESS),
  ]);
  undo.push(here.close, there.close);
  const cable = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', `${there.pid}`];
  await here.run(['ip', 'link', 'add', 'eth0', ...cable]);
  for (const host of [here, there]) {
    await host.run(['ip', 'addr', 'add', `${host.address}/24`, 'dev', 'eth0']);
    await host.run(['ip', 'link', 'set', 'eth0', 'up']);
  }
  const place = makePlace(config);
  undo.push(() => place.remove());
  const sender = await startSender(there, 'eth0');
  undo.push(() => sender.close());
  const flags = ['-n', '-l', '-D', '-P', ...place.arguments];
  const daemon = here.start([...ENDS_WITH_THE_TEST, VIPD, ...flags]);
  undo.push(() => daemon.stop());
  await daemon.line(/Startup complete/, PATIENCE_MS);
  const statusWhere: Arena['statusWhere'] = (what, test) => pollStatus(place, daemon, what, test);
  return {
    sender,
    log: () => daemon.lines.map(({ text }) => text),
    status: () => readStatus(place),
    statusWhere,
    residentKilobytes: () => residentKilobytes(join(place.folder, 'vrrp.pid')),
    close,
  };
}

async function readStatus(place: Place): Promise<RouterStatus> {
  const argv = ['status', '--json', '--socket', place.socket];
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(VIPCTL, argv, { timeout: PATIENCE_MS }, (error, printed) => {
      // status 1 says that something is wrong with the director, as a sender of wrong adverts makes it be
      if (error === null || error.code === STATUS_DEGRADED) resolve(printed);
      else reject(error);
    });
  });
  const { vrrp }: DaemonStatus = JSON.parse(stdout);
  const instance = vrrp?.instances[0];
  if (vrrp === null || instance === undefined) throw new Error(`no vrrp_instance in the status: ${stdout}`);
  return { ...instance, strayPackets: vrrp.strayPackets };
}

async function pollStatus(
  place: Place,
  daemon: Program,
  what: string,
  test: (status: RouterStatus) => boolean,
): Promise<RouterStatus> {
  const deadline = now() + PATIENCE_MS;
  for (;;) {
    const status = await readStatus(place);
    if (test(status)) return status;
    if (now() > deadline) {
      const tail = daemon.lines.slice(-10).map(({ text }) => text);
      throw new Error(
        `not so within ${PATIENCE_MS / 1000} s: ${what}\n${JSON.stringify(status)}\n${tail.join('\n')}`,
      );
    }
    await pause(POLL_INTERVAL_MS);
  }
}

function residentKilobytes(pidFile: string): number {
  const pid = readFileSync(pidFile, 'utf8').trim();
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  if (found === null) throw new Error(`no VmRSS of process ${pid}`);
  return Number(found[1]);
}

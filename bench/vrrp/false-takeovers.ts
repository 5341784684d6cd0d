/** Two routers at adverts every 10 ms, with 5,000 TCP checks each second beside them on the backup's host and a reload of
 *  both every 10 s, for ten minutes: how often the backup takes over from a master that is alive. */
import { join } from 'node:path';
import { now, pause } from '../../test/lab/harness/clock.ts';
import { openPair, type Pair } from '../../test/lab/native/pair.ts';
import type { Router } from '../../test/lab/native/router.ts';
import { checkConfig, startWebServer } from '../check-load.ts';
import { connectionsOpened } from '../process-usage.ts';
import { type FalseTakeovers, say } from './figures.ts';
import { FAST } from './takeover.ts';

const RELOAD_EVERY_MS = 10_000;
/** each of the 1,000 servers five times a second */
const DELAY_LOOP = 0.2;
const CHECKS_SETTLE_MS = 5_000;

export async function measureFalseTakeovers(minutes: number): Promise<FalseTakeovers> {
  const pair = await openPair(FAST, { higher: 'vipd', lower: 'vipd' });
  try {
    await pair.higher.start();
    await pair.mastered('higher', 20);
    await pair.lower.start();
    await startChecks(pair.lower);
    const opened = connectionsOpened(pair.lower.host.pid);
    const started = now();
    const reloads = await reloadUntil(pair, started + minutes * 60_000);
    const seconds = (now() - started) / 1000;
    const checksPerSecond = (connectionsOpened(pair.lower.host.pid) - opened) / seconds;
    const adverts = pair.wire.adverts();
    const takeovers = adverts.filter(({ by }, i) => by === 'lower' && adverts[i - 1]?.by !== 'lower').length;
    say(
      `${minutes} minutes at 10 ms adverts, ${checksPerSecond.toFixed(0)} checks/s, ${reloads} reloads: ${takeovers} takeovers`,
    );
    return { minutes, takeovers, reloads, checksPerSecond, adverts: adverts.length };
  } finally {
    pair.close();
  }
}

async function startChecks({ host }: Router): Promise<void> {
  host.write('/run/bench-checks.conf', checkConfig('tcp', DELAY_LOOP));
  await startWebServer(host);
  host.start(['node', join(__dirname, 'check-process.cjs'), '/run/bench-checks.conf']);
  await pause(CHECKS_SETTLE_MS);
}

async function reloadUntil({ higher, lower }: Pair, end: number): Promise<number> {
  let reloads = 0;
  for (; now() < end; reloads++) {
    await pause(Math.min(RELOAD_EVERY_MS, end - now()));
    for (const { host } of [higher, lower]) {
      process.kill(Number.parseInt(host.read('/run/lab/parent.pid'), 10), 'SIGHUP');
    }
  }
  return reloads;
}

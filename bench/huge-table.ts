/** 40,000 real servers: a start on the right table, a reload of the same file, a reload with ten changed weights. Writes are
 *  counted on netlink and times taken from what the daemon says or the kernel has, none from the daemon's own figures. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { serviceKeyText } from '../src/ipvs/core/table.ts';
import { createIpvsKernel } from '../src/ipvs/shell/kernel.ts';
import { now, until } from '../test/lab/harness/clock.ts';
import { type DaemonName, must, startCheckersHalf } from './daemons.ts';
import type { HugeTable } from './figures.ts';
import { largeConfig, SERVERS_PER_SERVICE, serviceKey } from './large-config.ts';
import { captureWrites } from './write-capture.ts';

export const HUGE_SERVICES = 4_000;
export const HUGE_SERVERS = HUGE_SERVICES * SERVERS_PER_SERVICE;
const CHANGED = 10;
const CONFIG = '/run/bench-huge.conf';
const MS_MAX = 120_000;

/** The changed ones are spread over the file, the last service among them. */
const isChanged = (service: number): boolean =>
  (HUGE_SERVICES - 1 - service) % (HUGE_SERVICES / CHANGED) === 0;
const config = (weight: number): string =>
  largeConfig({ services: HUGE_SERVICES, weightOf: (service) => (isChanged(service) ? weight : 1) });

export async function measureHugeTable(name: DaemonName): Promise<HugeTable> {
  const kernel = must(createIpvsKernel());
  must(kernel.flush());
  writeFileSync(CONFIG, config(1));
  const last = serviceKey(HUGE_SERVICES - 1);
  const lastWeights = (): readonly number[] => {
    const { table } = must(kernel.readService(last));
    return [...(table.get(serviceKeyText(last))?.destinations.values() ?? [])].map(({ weight }) => weight);
  };
  const isWritten = (): boolean => {
    const listed = kernel.readService(last);
    return listed.ok && lastWeights().length === SERVERS_PER_SERVICE;
  };
  const first = startCheckersHalf(name, CONFIG, ['-I']);
  await until('the last service', MS_MAX, isWritten);
  await first.stop();

  const capture = await captureWrites();
  const startedAt = now();
  const daemon = startCheckersHalf(name, CONFIG, ['-I']);
  const settled =
    name === 'vipd' ? /Startup complete/ : /Gained quorum|Starting Healthcheck child|Startup complete/;
  const restart = (await daemon.line(settled, MS_MAX, startedAt)).at - startedAt;
  await capture.quiet();
  const restartWrites = await capture.stop();

  const unchanged = await captureWrites();
  const sameAt = now();
  execFileSync('touch', [CONFIG]);
  daemon.signal('SIGHUP');
  const reload = name === 'vipd' ? (await daemon.line(/Reload complete/, MS_MAX, sameAt)).at - sameAt : null;
  await unchanged.quiet();
  const reloadWrites = await unchanged.stop();

  const changed = await captureWrites();
  writeFileSync(CONFIG, config(3));
  const changedAt = now();
  daemon.signal('SIGHUP');
  await until('the changed weight', MS_MAX, () => lastWeights().includes(3));
  const change = now() - changedAt;
  await changed.quiet();
  const changeWrites = await changed.stop();
  await daemon.stop();
  must(kernel.flush());
  kernel.close();
  return { restart, restartWrites, reload, reloadWrites, change, changeWrites };
}

/** The part that needs true timers: a director and its neighbour in two network namespaces of this machine.
 *  The director's vrrp process sends adverts while a checkers process beside it does 1,000 TCP checks each
 *  second; the neighbour tells how late they come. vipd and keepalived, turn by turn. Writes its figures as
 *  JSON into the file named by its argument. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../test/lab/harness/clock.ts';
import { type Host, openHost } from '../test/lab/harness/host.ts';
import { runProgram } from '../test/lab/harness/program.ts';
import { checkConfig, startWebServer } from './check-load.ts';
import { type DaemonName, programOf } from './daemons.ts';
import type { AdvertFigures, HostFigures } from './figures.ts';
import { connectionsOpened } from './process-usage.ts';

interface Play {
  readonly intervalMillis: number;
  readonly instances: number;
}

/** 100 instances, so that 20 seconds give enough gaps for a 99.9th percentile. */
const PLAYS: readonly Play[] = [
  { intervalMillis: 1000, instances: 100 },
  { intervalMillis: 10, instances: 1 },
];
const LISTEN_SECONDS = 20;
/** until the masters are elected and the first gratuitous ARPs are out */
const ELECT_MS = 12_000;
const CHECKS_SETTLE_MS = 5_000;

const vrrpConfig = ({ intervalMillis, instances }: Play): string =>
  Array.from({ length: instances }, (_, i) =>
    [
      `vrrp_instance VI_${i + 1} {`,
      '    state MASTER',
      '    interface eth0',
      `    virtual_router_id ${i + 1}`,
      '    priority 100',
      ...(intervalMillis < 1000 ? ['    version 3'] : []),
      `    advert_int ${intervalMillis / 1000}`,
      `    virtual_ipaddress {\n        10.9.1.${i + 1}/16\n    }`,
      '}',
      '',
    ].join('\n'),
  ).join('');

const bundle = (name: string): readonly string[] => ['node', join(__dirname, `${name}.cjs`)];

async function listen(director: Host, peer: Host, name: DaemonName, play: Play): Promise<AdvertFigures> {
  const file = '/run/bench-vrrp.conf';
  director.write(file, vrrpConfig(play));
  const pids = ['-p', '/run/bench-parent.pid', '-r', '/run/bench-vrrp.pid'];
  const daemon = director.start([programOf(name), '-n', '-l', '-P', '-f', file, ...pids]);
  await pause(ELECT_MS);
  const printed = await peer.run([
    ...bundle('advert-listener'),
    `${LISTEN_SECONDS}`,
    `${play.intervalMillis}`,
  ]);
  await daemon.stop();
  const figures = JSON.parse(printed) as AdvertFigures;
  const { p50, p99, p999, max } = figures.lateness;
  const words = [p50, p99, p999, max].map((ms) => ms.toFixed(2)).join(' / ');
  const what = `adverts each ${play.intervalMillis} ms: ${name}`;
  process.stdout.write(`bench: ${what} late by ${words} ms (p50 / p99 / p99.9 / max of ${figures.gaps})\n`);
  return figures;
}

async function main(resultFile: string): Promise<void> {
  const director = await openHost('bench-director', '10.9.0.1');
  const peer = await openHost('bench-peer', '10.9.0.2');
  try {
    await runProgram([
      'ip',
      'link',
      'add',
      'eth0',
      'netns',
      `${director.pid}`,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      `${peer.pid}`,
    ]);
    for (const host of [director, peer]) {
      await host.run(['ip', 'addr', 'add', `${host.address}/16`, 'dev', 'eth0']);
      await host.run(['ip', 'link', 'set', 'eth0', 'up']);
    }
    director.write('/run/bench-checks.conf', checkConfig('tcp'));
    await startWebServer(director);
    director.start([...bundle('check-process'), '/run/bench-checks.conf']);
    await pause(CHECKS_SETTLE_MS);
    const opened = connectionsOpened(director.pid);
    const started = Date.now();
    const adverts: Record<string, { vipd: AdvertFigures; other: AdvertFigures }> = {};
    for (const play of PLAYS) {
      const vipd = await listen(director, peer, 'vipd', play);
      const other = await listen(director, peer, 'keepalived', play);
      adverts[play.intervalMillis] = { vipd, other };
    }
    const checksPerSecond = (1000 * (connectionsOpened(director.pid) - opened)) / (Date.now() - started);
    const figures: HostFigures = { checksPerSecond, adverts };
    writeFileSync(resultFile, JSON.stringify(figures));
  } finally {
    director.close();
    peer.close();
  }
}

void main(process.argv[2] ?? '/dev/stdout').then(() => process.exit());

/** A director with 1,000 instances at adverts each second, on 50 networks: what its vrrp process costs, and how late its
 *  adverts reach the neighbour. */
import { join } from 'node:path';
import { pause, until } from '../../test/lab/harness/clock.ts';
import type { DaemonKind } from '../../test/lab/harness/daemon.ts';
import { startDaemon } from '../../test/lab/harness/daemon.ts';
import { type Host, openHost } from '../../test/lab/harness/host.ts';
import type { AdvertFigures } from '../figures.ts';
import { cpuMillis, residentMegabytes } from '../process-usage.ts';
import { type Comparison, type ManyInstances, say } from './figures.ts';

/** each a cable of its own to the neighbour */
const NETWORKS = 50;
const INSTANCES_PER_NETWORK = 20;
const LISTEN_SECONDS = 20;
/** until the masters are elected, the first announcements and their repetition (garp_master_delay, 5 s) are out */
const SETTLE_MS = 20_000;
const START_MS_MAX = 60_000;

const networks = Array.from({ length: NETWORKS }, (_, i) => i + 1);
const instances = networks.flatMap((network) =>
  Array.from({ length: INSTANCES_PER_NETWORK }, (_, i) => ({ network, vrid: i + 1 })),
);
const CONFIG = instances
  .map(({ network, vrid }) =>
    [
      `vrrp_instance VI_${network}_${vrid} {`,
      '    state MASTER',
      `    interface eth${network}`,
      `    virtual_router_id ${vrid}`,
      '    priority 100',
      '    advert_int 1',
      `    virtual_ipaddress {\n        10.${network}.1.${vrid}/16\n    }`,
      '}',
      '',
    ].join('\n'),
  )
  .join('');

export async function measureManyInstances(): Promise<Comparison<ManyInstances>> {
  const director = await openHost('bench-director', '');
  const peer = await openHost('bench-peer', '');
  try {
    await connect(director, peer);
    const vipd = await measure('vipd', director, peer);
    return { vipd, other: await measure('keepalived', director, peer) };
  } finally {
    director.close();
    peer.close();
  }
}

async function connect(director: Host, peer: Host): Promise<void> {
  const cables = networks.map(
    (network) => `link add eth${network} type veth peer name eth${network} netns ${peer.pid}`,
  );
  await director.run(['ip', '-batch', '-'], [...cables, ''].join('\n'));
  for (const [i, host] of [director, peer].entries()) {
    const ends = networks.flatMap((network) => [
      `addr add 10.${network}.0.${i + 1}/16 dev eth${network}`,
      `link set eth${network} up`,
    ]);
    await host.run(['ip', '-batch', '-'], [...ends, ''].join('\n'));
  }
}

async function measure(kind: DaemonKind, director: Host, peer: Host): Promise<ManyInstances> {
  const daemon = startDaemon(kind, director, CONFIG, ['-P']);
  await until('all instances as master', START_MS_MAX, () => {
    const masters = daemon.lines.filter(({ text }) => text.includes('Entering MASTER STATE'));
    return masters.length >= instances.length;
  });
  await pause(SETTLE_MS);
  const pid = await daemon.pidOf('vrrp');
  const cpu = cpuMillis(pid);
  const listener = ['node', join(__dirname, 'advert-listener.cjs'), `${LISTEN_SECONDS}`, '1000'];
  const printed = await peer.run([...listener, ...networks.map((network) => `eth${network}`)]);
  const cpuShare = (cpuMillis(pid) - cpu) / (LISTEN_SECONDS * 1000);
  const megabytes = residentMegabytes(pid);
  await daemon.stop();
  const { lateness, gaps } = JSON.parse(printed) as AdvertFigures;
  const late = `${lateness.p50.toFixed(2)} / ${lateness.p999.toFixed(2)} ms (median / p99.9 of ${gaps})`;
  say(
    `1,000 instances: ${kind} ${(100 * cpuShare).toFixed(1)} % CPU, ${megabytes.toFixed(0)} MB, adverts late by ${late}`,
  );
  return { cpuShare, megabytes, lateness, gaps };
}

/** NAT and TUN forwarding, each through a master with both real servers behind it. DR is the other scenarios' business. */

import { startClient } from '../harness/client.ts';
import { now, until } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { runProgram } from '../harness/program.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface ForwardingScenarios {
  readonly nat: {
    readonly table: readonly string[];
    readonly answered: readonly string[];
    /** the addresses that the first real server sees its clients come from */
    readonly peers: readonly string[];
  };
  readonly tun: {
    readonly table: readonly string[];
    readonly answered: readonly string[];
    /** packets that came out of the first real server's tunnel */
    readonly tunnelled: number;
  };
}

/** With NAT the answers must pass the director, so it offers a second address that moves with the VIP: the servers' way back. */
const GATEWAY = '192.168.100.241';
/** NAT alone can serve another port than the real servers'. */
const NAT_PORT = 8080;

playScenarios({ nat: playNat, tun: playTun });

async function playNat(stage: Stage): Promise<ForwardingScenarios['nat']> {
  const { lvs01, rs01, rs02 } = stage;
  for (const host of [rs01, rs02]) {
    await host.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
    await host.run(['ip', 'route', 'add', `${stage.client.address}/32`, 'via', GATEWAY]);
    await webServer(host, `${host.name}\n`).start();
  }
  const config = quickConfig(FIRST, [bothServers(stage, 'NAT', NAT_PORT)], { addresses: [GATEWAY] });
  stage.follow(startDaemon(daemonUnderTest(), lvs01, config));
  await stage.watch.soleHolder(lvs01, PATIENCE_MS);
  const tcpdump = rs01.start([
    'tcpdump',
    '-i',
    'eth0',
    '-lnn',
    '--immediate-mode',
    'tcp dst port 80 and tcp[tcpflags] == tcp-syn',
  ]);
  await tcpdump.line(/listening on/, PATIENCE_MS);
  const answered = await askBoth(stage, NAT_PORT);
  const table = await saveTable(lvs01);
  await tcpdump.line(/IP /, PATIENCE_MS);
  const sources = tcpdump.lines.flatMap(
    ({ text }) => /IP (\d+\.\d+\.\d+\.\d+)\.\d+ > (\S+): /.exec(text)?.slice(1, 3).join(' > ') ?? [],
  );
  return { table, answered, peers: [...new Set(sources)].filter((pair) => !pair.startsWith(lvs01.address)) };
}

async function playTun(stage: Stage): Promise<ForwardingScenarios['tun']> {
  const { lvs01, rs01, rs02 } = stage;
  await runProgram(['modprobe', 'ipip']); // gives every host a tunl0
  for (const host of [rs01, rs02]) {
    await host.run(['ip', 'link', 'set', 'tunl0', 'up']);
    await host.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.tunl0.rp_filter=0']);
    await webServer(host, `${host.name}\n`).start();
  }
  stage.follow(startDaemon(daemonUnderTest(), lvs01, quickConfig(FIRST, [bothServers(stage, 'TUN')])));
  await stage.watch.soleHolder(lvs01, PATIENCE_MS);
  const answered = await askBoth(stage, 80);
  const table = await saveTable(lvs01);
  const statistics = await rs01.run(['ip', '-json', '-s', 'link', 'show', 'tunl0']);
  return { table, answered, tunnelled: JSON.parse(statistics)[0].stats64.rx.packets };
}

/** Names of the real servers that answered the client through the VIP: waits for both. */
async function askBoth(stage: Stage, port: number): Promise<readonly string[]> {
  const client = startClient(stage.client, { kind: 'http', address: VIP, port, path: '/' });
  await client.answered(PATIENCE_MS, now());
  await until(
    'answers from both real servers',
    PATIENCE_MS,
    () => Object.keys(client.shares(0)).length === 2,
  );
  await client.stop();
  return Object.keys(client.shares(0)).sort();
}

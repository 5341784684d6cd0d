/** NAT and TUN forwarding, each through a master with both real servers behind it. DR is the other
 *  scenarios' business. */
import { startClient } from '../harness/client.ts';
import { now, until } from '../harness/clock.ts';
import { daemonUnderTest, programOf, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { runProgram } from '../harness/program.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { bothServers, PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

interface NatSteps {
  readonly table: readonly string[];
  readonly answeredBy: readonly string[];
  /** `client > server` of the requests that reached the first real server, checks left out */
  readonly requests: readonly string[];
}

interface TunSteps {
  readonly table: readonly string[];
  readonly answeredBy: readonly string[];
  /** packets that came out of each real server's tunnel */
  readonly tunnelled: readonly number[];
}

export interface ForwardingScenarios {
  readonly nat: NatSteps;
  readonly tun: TunSteps;
}

/** With NAT the answers must pass the director, so it offers a second address that moves with the VIP: the
 *  servers' way back. */
const GATEWAY = '192.168.100.241';
/** NAT alone can serve another port than the real servers'. */
const NAT_PORT = 8080;

playScenarios<ForwardingScenarios>({ nat: playNat, tun: playTun });

async function playNat(stage: Stage, note: Note<NatSteps>): Promise<void> {
  const { lvs01, rs01, rs02 } = stage;
  for (const host of [rs01, rs02]) {
    await host.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
    await host.run(['ip', 'route', 'add', `${stage.client.address}/32`, 'via', GATEWAY]);
    await webServer(host, `${host.name}\n`).start();
  }
  const config = quickConfig(FIRST, [bothServers(stage, 'NAT', NAT_PORT)], { addresses: [GATEWAY] });
  stage.follow(startDaemon(daemonUnderTest(), lvs01, config));
  await stage.watch.soleHolder(lvs01, PATIENCE_MS);
  note('table', await saveTable(lvs01));

  const syns = 'tcp dst port 80 and tcp[tcpflags] == tcp-syn';
  const tcpdump = rs01.start(['tcpdump', '-i', 'eth0', '-lnn', '--immediate-mode', syns]);
  await tcpdump.line(/listening on/, PATIENCE_MS);
  note('answeredBy', await askBoth(stage, NAT_PORT));

  const pairs = tcpdump.lines.flatMap(({ text }) => {
    const [, client, server] = /IP ([\d.]+)\.\d+ > (\S+): /.exec(text) ?? [];
    return client === undefined || client === lvs01.address ? [] : [`${client} > ${server}`];
  });
  note('requests', [...new Set(pairs)]);
}

async function playTun(stage: Stage, note: Note<TunSteps>): Promise<void> {
  const { lvs01, rs01, rs02 } = stage;
  await runProgram(['modprobe', 'ipip']); // gives every host a tunl0
  // one real server as the seed documents set it up, by hand; the other by vipctl, from a strict start
  await rs02.run(['ip', 'link', 'set', 'tunl0', 'up']);
  await rs02.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.tunl0.rp_filter=0']);
  await rs01.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  await rs01.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1', 'net.ipv4.conf.all.arp_ignore=0']);
  await rs01.run([programOf('vipctl'), 'realserver', 'setup', '--vip', VIP, '--mode', 'tun']);
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  stage.follow(startDaemon(daemonUnderTest(), lvs01, quickConfig(FIRST, [bothServers(stage, 'TUN')])));
  await stage.watch.soleHolder(lvs01, PATIENCE_MS);
  note('table', await saveTable(lvs01));
  note('answeredBy', await askBoth(stage, 80));
  note('tunnelled', [await tunnelled(rs01), await tunnelled(rs02)]);
}

async function tunnelled(host: Host): Promise<number> {
  const statistics = await host.run(['ip', '-json', '-s', 'link', 'show', 'tunl0']);
  return JSON.parse(statistics)[0].stats64.rx.packets;
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

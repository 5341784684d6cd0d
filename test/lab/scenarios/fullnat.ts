/** lb_kind FULLNAT: a real server in another network, which has no route to the client, answers through the director; with
 *  NAT it cannot. */
import { startClient } from '../harness/client.ts';
import { now, pause } from '../harness/clock.ts';
import { startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { runProgram } from '../harness/program.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface Kernel {
  readonly table: readonly string[];
  /** table nat of the packet filter, vipd's lines */
  readonly rules: readonly string[];
  /** net.ipv4.vs.conntrack */
  readonly conntrack: string;
}

interface FullNatSteps {
  readonly nat: { readonly answers: number };
  readonly fullnat: Kernel & {
    readonly answeredBy: readonly string[];
    /** sources of the requests that reached the real server */
    readonly sources: readonly string[];
  };
  readonly reloaded: Kernel;
  readonly stopped: Kernel;
}

export interface FullNatScenarios {
  readonly fullnat: FullNatSteps;
}

/** The network of the real servers; the director has an address in it, and they have nothing else. */
const OWN = '10.9.0.1';
const SERVER = '10.9.0.8';

playScenarios<FullNatScenarios>({ fullnat: playFullNat });

async function playFullNat(stage: Stage, note: Note<FullNatSteps>): Promise<void> {
  const { lvs01, rs01 } = stage;
  // nobody can load modules from inside a lab host
  await runProgram(['modprobe', '-a', 'iptable_nat', 'xt_conntrack', 'xt_MASQUERADE']);
  await rs01.run(
    ['ip', '-batch', '-'],
    `addr del ${VIP}/32 dev lo\naddr flush dev eth0\naddr add ${SERVER}/24 dev eth0\n`,
  );
  await lvs01.run(['ip', '-batch', '-'], `addr add ${VIP}/32 dev eth0\naddr add ${OWN}/24 dev eth0\n`);
  await webServer(rs01, 'rs01\n').start();

  const nat = stage.follow(startDaemon('vipd', lvs01, config('NAT'), ['-C']));
  await nat.line(/success/, PATIENCE_MS);
  const client = startClient(stage.client, { kind: 'http', address: VIP, port: 80, path: '/' });
  await pause(3000); // in which no answer may come
  note('nat', { answers: client.since(0).filter(({ who }) => who !== null).length });

  const syns = 'tcp dst port 80 and tcp[tcpflags] == tcp-syn';
  nat.reload(config('FULLNAT'));
  await client.answered(PATIENCE_MS, now());
  const tcpdump = rs01.start(['tcpdump', '-i', 'eth0', '-lnn', '--immediate-mode', syns]);
  await tcpdump.line(/ > /, PATIENCE_MS);
  await client.stop();
  const sources = tcpdump.lines.flatMap(({ text }) => /IP ([\d.]+)\.\d+ > /.exec(text)?.[1] ?? []);
  note('fullnat', {
    ...(await kernelOf(lvs01)),
    answeredBy: Object.keys(client.shares(0)),
    sources: [...new Set(sources)],
  });

  nat.reload(config('NAT'));
  await nat.line(/removed the rules/, PATIENCE_MS);
  note('reloaded', await kernelOf(lvs01));
  nat.reload(config('FULLNAT'));
  await nat.line(/wrote 1 rule/, PATIENCE_MS, now() - 1);
  await nat.stop();
  note('stopped', await kernelOf(lvs01));
}

const config = (method: 'NAT' | 'FULLNAT'): string => `
virtual_server ${VIP} 80 {
    delay_loop 1
    lb_algo rr
    lb_kind ${method}
    protocol TCP
    real_server ${SERVER} 80 {
        TCP_CHECK {
            connect_timeout 2
            warmup 0
        }
    }
}
`;

async function kernelOf(host: Host): Promise<Kernel> {
  const rules = await host.run(['sh', '-c', 'iptables-legacy -t nat -S']);
  return {
    table: await saveTable(host),
    rules: rules.split('\n').filter((line) => line.includes('VIPD')),
    conntrack: (await host.run(['sysctl', '-n', 'net.ipv4.vs.conntrack'])).trim(),
  };
}

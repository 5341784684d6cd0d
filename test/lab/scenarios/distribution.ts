/** Real traffic through services of every kind: how each scheduler shares requests out between a server of weight 1 and one
 *  of weight 3, and that packets with a mark, of IPv6 and in tunnels of each type arrive. */
import { startClient } from '../harness/client.ts';
import { until } from '../harness/clock.ts';
import { startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { runProgram } from '../harness/program.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

/** Requests answered by each server. */
export type Shares = Readonly<Record<string, number>>;

/** Those of the lab's kernel; it has no twos. */
export const PLAYED = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'mh',
  'sed',
  'nq',
  'fo',
  'ovf',
] as const;
export type Played = (typeof PLAYED)[number];

/** Requests that a busy machine keeps up with: what piles up would never be answered in time. */
const CALM = { intervalMs: 60, timeoutMs: 5_000 } as const;
/** Requests of each client. */
export const REQUESTS = 24;

interface Distributed {
  readonly schedulers: Readonly<Record<Played, Shares>>;
  readonly persistent: Shares;
  /** with a mark that the packet filter sets */
  readonly marked: Shares;
  readonly sorry: Shares;
  /** the service of another protocol is in the table */
  readonly sctp: readonly string[];
}

interface Forwarded {
  readonly ipv6: Shares;
  readonly gre: Shares;
  readonly gue: Shares;
}

export interface DistributionScenarios {
  readonly distribution: Distributed;
  readonly forwarded: Forwarded;
}

playScenarios<DistributionScenarios>({ distribution: playDistribution, forwarded: playForwarded });

const MARKED = '192.168.100.242';
const PORT_FIRST = 8001;
const PERSISTENT_PORT = 8100;
const SORRY_PORT = 8101;
const SCTP_PORT = 8102;

async function playDistribution(stage: Stage, note: Note<Distributed>): Promise<void> {
  const { lvs01, lvs02, rs01, rs02, client } = stage;
  await runProgram(['modprobe', '-a', 'iptable_mangle', 'xt_mark']);
  await lvs01.run(['ip', '-batch', '-'], `addr add ${VIP}/32 dev eth0\naddr add ${MARKED}/32 dev eth0\n`);
  for (const host of [rs01, rs02, lvs02]) {
    // answers of NAT must pass the director
    await host.run(['ip', 'route', 'add', `${client.address}/32`, 'via', lvs01.address]);
    await webServer(host, `${host.name}\n`).start();
  }
  for (const host of [rs01, rs02]) await host.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  const mark = ['-d', MARKED, '-p', 'tcp', '--dport', '80', '-j', 'MARK', '--set-mark', '7'];
  await lvs01.run(['iptables-legacy', '-t', 'mangle', '-A', 'PREROUTING', ...mark]);

  const daemon = stage.follow(startDaemon('vipd', lvs01, natConfig(stage), ['-C']));
  await daemon.line(/Startup complete/, PATIENCE_MS);
  const schedulers: [Played, Shares][] = [];
  for (const [i, name] of PLAYED.entries()) {
    schedulers.push([name, await sharesOf(client, VIP, PORT_FIRST + i)]);
  }
  note('schedulers', Object.fromEntries(schedulers) as Record<Played, Shares>);
  note('persistent', await sharesOf(client, VIP, PERSISTENT_PORT));
  note('marked', await sharesOf(client, MARKED, 80));
  note('sorry', await sharesOf(client, VIP, SORRY_PORT));
  note(
    'sctp',
    (await saveTable(lvs01)).filter((line) => line.includes(`:${SCTP_PORT}`)),
  );
}

function natConfig({ rs01, rs02, lvs02 }: Stage): string {
  const both = pool([rs01, rs02], 80, (host) => `weight ${host === rs01 ? 1 : 3}`);
  const nobody = pool([rs01], 81, () => 'TCP_CHECK {\n connect_timeout 1\n warmup 0\n retry 0\n}\nalpha');
  return [
    ...PLAYED.map((name, i) =>
      service(`${VIP} ${PORT_FIRST + i}`, `lb_algo ${name}\nlb_kind NAT\nprotocol TCP`, both),
    ),
    service(
      `${VIP} ${PERSISTENT_PORT}`,
      'lb_algo rr\nlb_kind NAT\nprotocol TCP\npersistence_timeout 30',
      both,
    ),
    service('fwmark 7', 'lb_algo rr\nlb_kind NAT', both),
    service(
      `${VIP} ${SORRY_PORT}`,
      `lb_algo rr\nlb_kind NAT\nprotocol TCP\nsorry_server ${lvs02.address} 80`,
      nobody,
    ),
    service(`${VIP} ${SCTP_PORT}`, 'lb_algo rr\nlb_kind NAT\nprotocol SCTP', both),
  ].join('');
}

const service = (head: string, words: string, servers: string): string =>
  `virtual_server ${head} {\n${words}\n${servers}}\n`;

const pool = (hosts: readonly Host[], port: number, words: (host: Host) => string): string =>
  hosts.map((host) => `real_server ${host.address} ${port} {\n${words(host)}\n}\n`).join('');

const VIP6 = '2001:db8::f0';
const GUE_PORT = 6080;

async function playForwarded(stage: Stage, note: Note<Forwarded>): Promise<void> {
  const { lvs01, rs01, rs02, client } = stage;
  await runProgram(['modprobe', '-a', 'ip_gre', 'ipip', 'fou']);
  await lvs01.run(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'eth0']);
  for (const host of [lvs01, rs01, rs02, client]) {
    await host.run(['ip', '-6', 'addr', 'add', `${v6(host)}/64`, 'dev', 'eth0', 'nodad']);
  }
  await lvs01.run(['ip', '-6', 'addr', 'add', `${VIP6}/128`, 'dev', 'eth0', 'nodad']);
  for (const host of [rs01, rs02]) {
    await host.run(['ip', '-6', 'addr', 'add', `${VIP6}/128`, 'dev', 'lo', 'nodad']);
    await host.run(['ip', 'link', 'set', 'tunl0', 'up']);
    await host.run(['ip', 'link', 'set', 'gre0', 'up']);
    await host.run(['ip', 'fou', 'add', 'port', `${GUE_PORT}`, 'gue']);
    const settings = ['all', 'tunl0', 'gre0'].map((name) => `net.ipv4.conf.${name}.rp_filter=0`);
    await host.run(['sysctl', '-qw', ...settings]);
    await webServer(host, `${host.name}\n`).start();
  }
  const servers = (port: number): string => pool([rs01, rs02], port, () => 'weight 1');
  const servers6 = [rs01, rs02].map((host) => `real_server ${v6(host)} 80 {\n}\n`).join('');
  const daemon = stage.follow(
    startDaemon('vipd', lvs01, service(`${VIP6} 80`, 'lb_algo rr\nlb_kind DR\nprotocol TCP', servers6), [
      '-C',
    ]),
  );
  await daemon.line(/Startup complete/, PATIENCE_MS);
  note('ipv6', await sharesOf(client, VIP6, 80));
  for (const [step, type] of [
    ['gre', 'type gre'],
    ['gue', `type gue port ${GUE_PORT}`],
  ] as const) {
    daemon.reload(service(`${VIP} 80`, `lb_algo rr\nlb_kind TUN ${type}\nprotocol TCP`, servers(80)));
    await until(`${step} in the table`, PATIENCE_MS, async () =>
      (await saveTable(lvs01)).some((line) => line.includes(`--tun-type ${step}`)),
    );
    note(step, await sharesOf(client, VIP, 80));
  }
}

const v6 = ({ address }: Host): string => `2001:db8::${address.split('.').at(-1)}`;

/** Who answered the first requests of a client. */
async function sharesOf(host: Host, address: string, port: number): Promise<Shares> {
  const client = startClient(host, { kind: 'http', address, port, path: '/' }, CALM);
  const answered = () => client.answers.flatMap(({ who }) => (who === null ? [] : who));
  await until(`${REQUESTS} answers of ${address}:${port}`, PATIENCE_MS, () => answered().length >= REQUESTS);
  await client.stop();
  const counts: Record<string, number> = {};
  for (const who of answered().slice(0, REQUESTS)) counts[who] = (counts[who] ?? 0) + 1;
  return counts;
}

/** check_via forwarding: a real server that answers its own address but not the service's is found; a plain TCP_CHECK of the
 *  same servers sees nothing. */
import { until } from '../harness/clock.ts';
import { startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { saveTable } from '../harness/ipvs-table.ts';
import { runProgram } from '../harness/program.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

/** Last octets of the real servers of each service. */
export interface Pools {
  /** checked along the path */
  readonly forwarded: readonly string[];
  /** checked by a connection to each server */
  readonly plain: readonly string[];
}

interface CheckViaSteps {
  readonly dr: { readonly healthy: Pools; readonly withoutVip: Pools; readonly back: Pools };
  /** the director holds the address no more, as a VRRP backup */
  readonly backup: { readonly withoutVip: Pools; readonly back: Pools };
  readonly tun: { readonly healthy: Pools; readonly withoutTunnel: Pools };
  /** accept_local of the director's interface: before, while it checks, after the stop; and its table then */
  readonly setting: readonly string[];
  readonly left: readonly string[];
}

export interface CheckViaScenarios {
  readonly via: CheckViaSteps;
}

playScenarios<CheckViaScenarios>({ via: playVia });

async function playVia(stage: Stage, note: Note<CheckViaSteps>): Promise<void> {
  const { lvs01, rs01, rs02 } = stage;
  for (const host of [rs01, rs02]) await webServer(host, `${host.name}\n`).start();
  await lvs01.run(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'eth0']);
  const setting = [await acceptLocal(lvs01)];
  const daemon = stage.follow(startDaemon('vipd', lvs01, config(stage, 'DR'), ['-C']));
  await daemon.line(/Startup complete/, PATIENCE_MS);

  const healthy = await pools(lvs01, ['8', '9']);
  await rs01.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  const withoutVip = await pools(lvs01, ['9']);
  await rs01.run(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'lo']);
  note('dr', { healthy, withoutVip, back: await pools(lvs01, ['8', '9']) });
  setting.push(await acceptLocal(lvs01));

  await lvs01.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'eth0']);
  await rs02.run(['ip', 'addr', 'del', `${VIP}/32`, 'dev', 'lo']);
  const backup = await pools(lvs01, ['8']);
  await rs02.run(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'lo']);
  note('backup', { withoutVip: backup, back: await pools(lvs01, ['8', '9']) });
  await lvs01.run(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'eth0']);

  await runProgram(['modprobe', 'ipip']); // gives every host a tunl0
  for (const host of [rs01, rs02]) {
    await host.run(['ip', 'link', 'set', 'tunl0', 'up']);
    await host.run(['sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.tunl0.rp_filter=0']);
  }
  daemon.reload(config(stage, 'TUN'));
  await until('the tunnels in the table', PATIENCE_MS, async () =>
    (await saveTable(lvs01)).some((line) => line.includes('--tun-type')),
  );
  const tunnels = await pools(lvs01, ['8', '9']);
  await rs02.run(['ip', 'link', 'set', 'tunl0', 'down']);
  note('tun', { healthy: tunnels, withoutTunnel: await pools(lvs01, ['8']) });
  await daemon.stop();
  note('setting', [...setting, await acceptLocal(lvs01)]);
  note('left', await saveTable(lvs01));
}

const config = ({ rs01, rs02 }: Stage, method: 'DR' | 'TUN'): string =>
  [
    service(80, method, [rs01, rs02], 'check_via forwarding'),
    service(8080, method, [rs01, rs02], 'connect_port 80'),
  ].join('');

const service = (port: number, method: string, servers: readonly Host[], words: string): string => `
virtual_server ${VIP} ${port} {
    delay_loop 1
    lb_algo rr
    lb_kind ${method}
    protocol TCP
${servers.map(({ address }) => server(address, port, words)).join('\n')}
}
`;

const server = (address: string, port: number, words: string): string => `    real_server ${address} ${port} {
        TCP_CHECK {
            ${words}
            connect_timeout 1
            retry 1
            delay_before_retry 1
            warmup 0
        }
    }`;

/** Waits until the service that is checked along the path has these servers. */
async function pools(host: Host, wanted: readonly string[]): Promise<Pools> {
  return until(`${wanted.join(' and ')} behind ${VIP}:80`, PATIENCE_MS, async () => {
    const table = await saveTable(host);
    const of = (port: number): readonly string[] =>
      table.flatMap((line) => line.match(`-a -t ${VIP}:${port} -r 192\\.168\\.100\\.(\\d+):`)?.[1] ?? []);
    return of(80).join() === wanted.join() && { forwarded: of(80), plain: of(8080) };
  });
}

const acceptLocal = async (host: Host): Promise<string> =>
  (await host.run(['sysctl', '-n', 'net.ipv4.conf.eth0.accept_local'])).trim();

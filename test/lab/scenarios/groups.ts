/** virtual_server_group for vipd and for keepalived, one after the other on one director: the same file gives the same table,
 *  and each real server is checked once however many services it is in. */
import { pause, until } from '../harness/clock.ts';
import { type DaemonKind, editConfig, startDaemon, vipctl } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { webServer } from '../harness/web-server.ts';

export interface GroupsSeen {
  /** `ipvsadm -Ln` without its head: at first, after a reload that takes an entry and gives two, with one server stopped */
  readonly tables: readonly (readonly string[])[];
  /** the table after the stop */
  readonly left: readonly string[];
  /** lines of the FIFO */
  readonly fifo: readonly string[];
  /** connections that the checked server saw in CHECKED_SECONDS, one check each second */
  readonly checks: number;
  /** the groups in the dump of SIGUSR1, and where the services name them */
  readonly dump: readonly string[];
}

export interface PlanSeen {
  readonly reload: readonly string[];
}

type GroupsSteps = Readonly<Record<DaemonKind, GroupsSeen>> & { readonly plan: PlanSeen };

export interface GroupsScenarios {
  readonly groups: GroupsSteps;
}

export const CHECKED_SECONDS = 5;

/** Where the daemons' dumps go: a folder of each host's own. */
const DUMPS = '/run';
process.env['TMPDIR'] = DUMPS;

playScenarios<GroupsScenarios>({ groups: playGroups });

async function playGroups(stage: Stage, note: Note<GroupsSteps>): Promise<void> {
  for (const host of [stage.rs01, stage.rs02]) {
    await webServer(host, `${host.name}\n`).start();
    await host.run(['ip', '-6', 'addr', 'add', `${v6(host)}/64`, 'dev', 'eth0', 'nodad']);
  }
  await stage.lvs01.run(['ip', '-6', 'addr', 'add', '2001:db8::101/64', 'dev', 'eth0', 'nodad']);
  for (const kind of ['vipd', 'keepalived'] as const) note(kind, await play(kind, stage));
  note('plan', await playPlan(stage));
}

const v6 = ({ address }: Host): string => `2001:db8::${address.split('.').at(-1)}`;

async function play(kind: DaemonKind, stage: Stage): Promise<GroupsSeen> {
  const { lvs01, rs01 } = stage;
  await lvs01.run(['rm', '-f', '/run/fifo']);
  await lvs01.run(['mkfifo', '/run/fifo']);
  const reader = lvs01.start(['sh', '-c', 'exec cat <> /run/fifo']);
  let daemon = stage.follow(startDaemon(kind, lvs01, config(stage, FIRST), ['-C']));
  const tables = [await settled(lvs01, SERVICES)];
  const checks = await checksSeen(rs01);
  if (kind === 'vipd') daemon.reload(config(stage, SECOND));
  else {
    // its reload leaves the service of an entry that went in the table, without servers
    await daemon.stop();
    daemon = stage.follow(startDaemon(kind, lvs01, config(stage, SECOND), ['-C']));
  }
  tables.push(await settled(lvs01, SERVICES + 1));
  daemon.signal('SIGUSR1');
  const dump = await dumped(lvs01);
  await rs01.run(['ip', 'link', 'set', 'eth0', 'down']);
  await until('the FIFO tells of rs01', PATIENCE_MS, () =>
    reader.lines.some(({ text }) => /RS .*DOWN/.test(text)),
  );
  tables.push(await settled(lvs01, SERVICES + 1));
  await rs01.run(['ip', '-batch', '-'], `link set eth0 up\naddr replace ${v6(rs01)}/64 dev eth0 nodad\n`);
  await until('the FIFO tells of rs01 again', PATIENCE_MS, () => /UP/.test(reader.lines.at(-1)?.text ?? ''));
  await daemon.stop();
  await reader.stop();
  const fifo = reader.lines.map(({ text }) => text.replace('\0', '')).filter((text) => text !== '');
  return { tables, left: await table(lvs01), fifo, checks, dump };
}

/** Five of WEB, two of V6, two of DNS, two of MARKS. The second file takes a line of WEB away and gives it one of two. */
const SERVICES = 11;
const FIRST = ['192.168.100.230 80', '192.168.100.241-243 80', '192.168.100.244 8080'];
const SECOND = ['192.168.100.230 80', '192.168.100.241-243 80', '192.168.100.248/31 80'];

const config = ({ rs01, rs02 }: Stage, web: readonly string[]): string => `
global_defs {
    lvs_notify_fifo /run/fifo
}
virtual_server_group WEB {
${web.map((line) => `    ${line}`).join('\n')}
}
virtual_server_group V6 {
    2001:db8::fe-ff 80
}
virtual_server_group DNS {
    192.168.100.250 53
    fwmark 5
}
virtual_server_group MARKS {
    fwmark 7
    fwmark 8
}
virtual_server group WEB {
    delay_loop 1
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    persistence_timeout 30
    real_server ${rs01.address} 80 {
        weight 2
${check}
    }
    real_server ${rs02.address} 80 {
        weight 3
    }
}
virtual_server group V6 {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    real_server ${v6(rs01)} 80 {
    }
    real_server ${v6(rs02)} 80 {
    }
}
virtual_server group DNS {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol UDP
    ops
    real_server ${rs01.address} 53 {
    }
}
virtual_server group MARKS {
    delay_loop 1
    lb_algo sh
    sh-port
    lb_kind TUN
    real_server ${rs01.address} {
    }
    real_server ${rs02.address} {
        weight 4
    }
}
`;

const check = `        TCP_CHECK {
            connect_timeout 1
            connect_port 80
            retry 0
            delay_before_retry 1
            warmup 0
        }`;

/** The table once it has so many services and is the same at two looks. */
async function settled(host: Host, services: number): Promise<readonly string[]> {
  let before = '';
  await until(`a table of ${services} services`, PATIENCE_MS, async () => {
    const now = (await table(host)).join('\n');
    const isSame = now === before;
    before = now;
    return isSame && (now.match(/^(TCP|UDP|FWM)/gm) ?? []).length === services;
  });
  return before.split('\n');
}

const table = async (host: Host): Promise<readonly string[]> =>
  (await host.run(['ipvsadm', '-Ln']))
    .split('\n')
    .slice(3)
    .filter((line) => line !== '');

async function checksSeen(host: Host): Promise<number> {
  const syns = 'tcp dst port 80 and tcp[tcpflags] == tcp-syn';
  const tcpdump = host.start(['tcpdump', '-i', 'eth0', '-lnn', '--immediate-mode', syns]);
  await tcpdump.line(/listening on/, PATIENCE_MS);
  await pause(CHECKED_SECONDS * 1000); // a rate is taken over it
  await tcpdump.stop();
  return tcpdump.lines.filter(({ text }) => / > 192\.168\.100\.8\.80: /.test(text)).length;
}

/** What the dump of SIGUSR1 says of groups; both daemons write it to the same place. */
async function dumped(host: Host): Promise<readonly string[]> {
  const file = `${DUMPS}/keepalived_check.data`;
  const text = await until('the dump', PATIENCE_MS, async () => {
    const read = await host.run(['sh', '-c', `cat ${file} 2>/dev/null || true`]);
    return read.includes('Health checkers') && read;
  });
  await host.run(['rm', '-f', file]);
  return text
    .split('\n')
    .filter((line) => /Virtual [Ss]erver [Gg]roup|VS GROUP|^ {3}(VIP|FWMARK)|\]:\d+ ->/.test(line));
}

async function playPlan(stage: Stage): Promise<PlanSeen> {
  const { lvs01 } = stage;
  const daemon = stage.follow(startDaemon('vipd', lvs01, config(stage, FIRST), ['-C']));
  await settled(lvs01, SERVICES);
  editConfig(lvs01, config(stage, SECOND));
  const { lines } = await vipctl(lvs01, 'plan');
  await daemon.stop();
  return { reload: lines };
}

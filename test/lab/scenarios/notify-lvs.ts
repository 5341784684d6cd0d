/** The same file and the same fates of real servers for vipd and for keepalived, one after the other on one director: what their
 *  FIFO, scripts and mails tell of services and servers. */
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../harness/clock.ts';
import { checkout, type DaemonKind, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import type { Line, Program } from '../harness/program.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { PATIENCE_MS } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';
import { webServer } from '../harness/web-server.ts';

export interface LvsTold {
  /** FIFO lines of each service and of its servers, in order, without the NUL that 2.4 writes behind each (Q11) */
  readonly fifo: Readonly<Record<string, readonly string[]>>;
  /** arguments of each run, by script */
  readonly scripts: Readonly<Record<string, readonly string[]>>;
  /** subject and body of every mail, by what it is about */
  readonly mails: Readonly<Record<string, readonly string[]>>;
}

type NotifySteps = Readonly<Record<DaemonKind, LvsTold>>;

export interface NotifyLvsScenarios {
  readonly notify: NotifySteps;
}

playScenarios<NotifyLvsScenarios>({ notify: playNotify });

const SMTP_PORT = 2525;
const TOLD = '#!/bin/sh\nname=$1\nshift\necho "$*" >> /run/out/"$name"\n';

async function playNotify(stage: Stage, note: Note<NotifySteps>): Promise<void> {
  for (const kind of ['vipd', 'keepalived'] as const) note(kind, await play(kind, stage));
}

async function play(kind: DaemonKind, stage: Stage): Promise<LvsTold> {
  const { lvs01, rs01, rs02 } = stage;
  const webs = [rs01, rs02].map((host) => webServer(host, `${host.name}\n`));
  for (const web of webs) await web.start();
  await lvs01.run(['rm', '-rf', '/run/out', '/run/fifo']);
  lvs01.write('/run/told', TOLD);
  chmodSync(lvs01.path('/run/told'), 0o755);
  lvs01.write('/run/out/.made', '');
  await lvs01.run(['mkfifo', '/run/fifo']);
  const reader = lvs01.start(['sh', '-c', 'exec cat <> /run/fifo']);
  const program = join(checkout(), 'test/lab/native/relay.mjs');
  const relay = lvs01.start([process.execPath, program, String(SMTP_PORT)]);
  await relay.line(/ready/, PATIENCE_MS);
  const tells = waiter(reader);

  const [first, second] = [service(VIP, 80, rs01, rs02), alphaService(VIP, 81, rs01)];
  const daemon = stage.follow(startDaemon(kind, lvs01, GLOBAL + first + second, FLAGS[kind]));
  await tells(`VS [${VIP}]:tcp:80 UP`);
  await tells(`VS [${VIP}]:tcp:81 DOWN`);
  await tells(`VS [${VIP}]:tcp:81 UP`);
  await webs[0]?.stop();
  await tells(`VS [${VIP}]:tcp:80 DOWN`);
  await tells(`VS [${VIP}]:tcp:81 DOWN`);
  await webs[0]?.start();
  await tells(`VS [${VIP}]:tcp:80 UP`);
  await tells(`VS [${VIP}]:tcp:81 UP`);
  await webs[1]?.stop();
  await tells(`RS [${rs02.address}]:tcp:80 [${VIP}]:tcp:80 DOWN`);
  await relay.line(new RegExp(`Realserver \\[${rs02.address}\\].* - DOWN`), PATIENCE_MS);
  daemon.reload(GLOBAL + first);
  await tells(`VS [${VIP}]:tcp:81 DOWN`);
  await relay.line(/Removing/, PATIENCE_MS);
  // a stop ends scripts that still run
  await until('the scripts of the removal run', PATIENCE_MS, () => {
    const { 'b.down': server, 'b.quorum-down': quorum } = scriptRuns(lvs01);
    return server?.length === 2 && quorum?.length === 3;
  });
  await daemon.stop();
  await tells(`VS [${VIP}]:tcp:80 DOWN`);
  await until('scripts of the stop run', PATIENCE_MS, () => scriptRuns(lvs01)['a.quorum-down']?.length === 2);
  await webs[0]?.stop();
  for (const helper of [reader, relay]) await helper.stop();
  return { fifo: byService(reader.lines), scripts: scriptRuns(lvs01), mails: mailsOf(relay.lines) };
}

const FLAGS: Readonly<Record<DaemonKind, readonly string[]>> = {
  vipd: ['-C', '--control-socket', '/run/lab/vipd.sock'],
  keepalived: ['-C'],
};

const GLOBAL = `
global_defs {
    router_id LVS01
    script_user root
    enable_script_security
    notification_email {
        ops@example.com
    }
    notification_email_from lvs01@example.com
    smtp_server 127.0.0.1 ${SMTP_PORT}
    smtp_alert true
    lvs_notify_fifo /run/fifo
}
`;

/** Two servers; without the first the quorum is lost, without the second it stays. Told at the stop too. */
const service = (address: string, port: number, rs01: Host, rs02: Host): string => `
virtual_server ${address} ${port} {
    delay_loop 1
    lb_algo rr
    lb_kind DR
    protocol TCP
    quorum 3
    hysteresis 1
    omega
    quorum_up "/run/told a.quorum-up 'of a'"
    quorum_down "/run/told a.quorum-down 'of a'"
    real_server ${rs01.address} ${port} {
        weight 3
        notify_up "/run/told a.up one"
        notify_down "/run/told a.down one"
        TCP_CHECK {
            connect_timeout 2
            retry 1
            delay_before_retry 1
        }
    }
    real_server ${rs02.address} ${port} {
        notify_up "/run/told a.up two"
        notify_down "/run/told a.down two"
        HTTP_GET {
            url {
                path /
                status_code 200
            }
            connect_timeout 2
            retry 1
            delay_before_retry 1
        }
    }
}
`;

/** Out until its check has passed, with a sorry server; not told at the stop. */
const alphaService = (address: string, port: number, rs01: Host): string => `
virtual_server ${address} ${port} {
    delay_loop 1
    lb_algo rr
    lb_kind NAT
    protocol TCP
    alpha
    sorry_server ${rs01.address} 82
    quorum_up "/run/told b.quorum-up"
    quorum_down "/run/told b.quorum-down"
    real_server ${rs01.address} 80 {
        notify_up "/run/told b.up"
        notify_down "/run/told b.down"
        TCP_CHECK {
            connect_timeout 2
            retry 1
            delay_before_retry 1
        }
    }
}
`;

/** Waits for lines in any order, each behind an earlier one of the same text. */
function waiter(reader: Program): (line: string) => Promise<unknown> {
  const used = new Map<string, number>();
  return (line) => {
    const wanted = (used.get(line) ?? 0) + 1;
    used.set(line, wanted);
    const count = (): number => reader.lines.filter(({ text }) => text.replace('\0', '') === line).length;
    return until(`${line} in the FIFO, ${wanted} times`, PATIENCE_MS, () => count() >= wanted);
  };
}

function group(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, readonly string[]>> {
  const groups: Record<string, string[]> = {};
  for (const [key, text] of pairs) groups[key] = [...(groups[key] ?? []), text];
  return groups;
}

const byService = (lines: readonly Line[]): LvsTold['fifo'] =>
  group(
    lines
      .map(({ text }) => text.replace('\0', ''))
      .filter((text) => text !== '')
      .map((text) => [text.split(' ').at(-2) ?? '', text]),
  );

function scriptRuns(host: Host): LvsTold['scripts'] {
  const names = readdirSync(host.path('/run/out')).filter((name) => !name.startsWith('.'));
  return Object.fromEntries(
    names.toSorted().map((name) => [name, host.read(`/run/out/${name}`).split('\n').slice(0, -1)]),
  );
}

function mailsOf(lines: readonly Line[]): LvsTold['mails'] {
  const mails = lines.flatMap(({ text }) => {
    const { lines: said = [] }: { lines?: readonly string[] } = JSON.parse(text);
    if (!said.includes('.')) return [];
    const subject = said.find((line) => line.startsWith('Subject: ')) ?? '';
    const body = said.find((line) => line.startsWith('=> ')) ?? '';
    const about = subject.slice('Subject: '.length, subject.lastIndexOf(' - '));
    return [[about, `${subject} | ${body}`] as const];
  });
  return group(mails);
}

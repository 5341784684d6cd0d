/** One course of events, played to either daemon with the same file on the machine's own kernel: what its scripts, its
 *  FIFO and its mails tell of it.
 *
 *      daemon 10.0.0.1  eth0 ───────── eth0  10.0.0.2 sender.mjs
 *             10.0.2.1  eth1 ── its peer here (tracked)     10.0.3.1  eth2, 10.0.4.1  eth3 ── their peers here
 */
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pause, until } from '../harness/clock.ts';
import { type DaemonKind, startDaemon } from '../harness/daemon.ts';
import { type Host, openHost } from '../harness/host.ts';
import type { Line, Program } from '../harness/program.ts';
import { PATIENCE_MS } from './arena.ts';
import { type Packet, type Sender, startSender } from './sender.ts';

export interface Told {
  /** FIFO lines of each instance and of the group, in order */
  readonly fifo: Readonly<Record<string, readonly string[]>>;
  /** arguments of each run, by `INSTANCE.script` */
  readonly scripts: Readonly<Record<string, readonly string[]>>;
  /** headers and body of every mail without its date, in order of arrival, by what it is about */
  readonly mails: Readonly<Record<string, readonly string[]>>;
}

const SMTP_PORT = 2525;

const GLOBAL = `
global_defs {
    router_id LVS01
    script_user root
    enable_script_security
    notification_email {
        ops@example.com
        two@example.com
    }
    notification_email_from lvs01@example.com
    smtp_server 127.0.0.1 ${SMTP_PORT}
    smtp_connect_timeout 5
    vrrp_notify_fifo /run/fifo
    vrrp_notify_priority_changes true
}
`;

const instance = (name: string, number: number, device: string, more: string): string => `
vrrp_instance ${name} {
    state BACKUP
    interface ${device}
    virtual_router_id ${50 + number}
    priority 100
    advert_int 1
    virtual_ipaddress {
        10.0.${number}.240
    }
    notify "/run/told ${name}.any"
    notify_master "/run/told ${name}.master 'two words'"
    notify_backup "/run/told ${name}.backup"
    notify_fault "/run/told ${name}.fault"
    notify_stop "/run/told ${name}.stop"
    ${more}
}
`;

const FIRST = instance(
  'VI_1',
  1,
  'eth0',
  `smtp_alert
    notify_master_rx_lower_pri "/run/told VI_1.lower"
    track_interface {
        eth1 weight -5
    }`,
);
const DELETED = instance('VI_2', 2, 'eth2', 'notify_deleted "/run/told VI_2.deleted"');
const REMOVED = instance('VI_3', 3, 'eth2', '');
const GROUP = `
vrrp_sync_group G {
    group {
        VI_4
        VI_5
    }
    notify "/run/told G.any"
    notify_master "/run/told G.master"
    notify_fault "/run/told G.fault"
    notify_stop "/run/told G.stop"
    smtp_alert
}
`;
const GROUPED = instance('VI_4', 4, 'eth2', '') + instance('VI_5', 5, 'eth3', '') + GROUP;

const advert = (priority: number): Packet => ({
  version: 2,
  type: 1,
  vrid: 51,
  priority,
  addresses: ['10.0.1.240'],
  interval: 1,
  auth: { type: 0, password: '' },
  ttl: 255,
});

/** The script takes its output file's name from its first word, so that runs side by side do not mix. */
const TOLD = '#!/bin/sh\nname=$1\nshift\necho "$*" >> /run/out/"$name"\n';

export async function playCourse(kind: DaemonKind): Promise<Told> {
  const undo: (() => unknown)[] = [];
  try {
    const [here, there] = await Promise.all([
      openHost('director', '10.0.0.1'),
      openHost('sender', '10.0.0.2'),
    ]);
    undo.push(here.close, there.close);
    await cable(here, there);
    here.write('/run/told', TOLD);
    chmodSync(here.path('/run/told'), 0o755);
    here.write('/run/out/.made', '');
    await here.run(['mkfifo', '/run/fifo']);
    // open for writing too, or the end of file at keepalived's reload (Q23) would be the reader's end
    const reader = here.start(['sh', '-c', 'exec cat <> /run/fifo']);
    const relay = here.start([process.execPath, join(import.meta.dirname, 'relay.mjs'), String(SMTP_PORT)]);
    await relay.line(/ready/, PATIENCE_MS);
    const sender = await startSender(there, 'eth0');
    undo.push(() => sender.close());
    await play(kind, { here, there, sender, reader, relay });
    await relay.stop();
    return { fifo: byInstance(reader.lines), scripts: scriptRuns(here), mails: mailsOf(relay.lines) };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function cable(here: Host, there: Host): Promise<void> {
  const link = (name: string, ...peer: readonly string[]) =>
    here.run(['ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', ...peer]);
  await link('eth0', 'eth0', 'netns', `${there.pid}`);
  await link('eth1', 'far1');
  await link('eth2', 'far2');
  await link('eth3', 'far3');
  for (const name of ['eth0', 'eth1', 'far1', 'eth2', 'far2', 'eth3', 'far3'])
    await here.run(['ip', 'link', 'set', name, 'up']);
  await there.run(['ip', 'link', 'set', 'eth0', 'up']);
  await there.run(['ip', 'addr', 'add', `${there.address}/24`, 'dev', 'eth0']);
  for (const [name, address] of [
    ['eth0', here.address],
    ['eth1', '10.0.2.1'],
    ['eth2', '10.0.3.1'],
    ['eth3', '10.0.4.1'],
  ] as const) {
    await here.run(['ip', 'addr', 'add', `${address}/24`, 'dev', name]);
  }
}

interface Stage {
  readonly here: Host;
  readonly there: Host;
  readonly sender: Sender;
  readonly reader: Program;
  readonly relay: Program;
}

/** Each step waits for the line that it causes. */
async function play(kind: DaemonKind, { here, there, sender, reader, relay }: Stage): Promise<void> {
  let seen = 0;
  const tells = async (line: string): Promise<void> => {
    await reader.line(/^/, PATIENCE_MS);
    const found = (): number => reader.lines.findIndex(({ text }, i) => i >= seen && text === line);
    for (let waited = 0; found() < 0; waited += 20) {
      if (waited > PATIENCE_MS) throw new Error(`${kind} did not tell ${line}: ${textOf(reader.lines)}`);
      await pause(20);
    }
    seen = found() + 1;
  };
  const mailed = (subject: RegExp, times: number): Promise<unknown> =>
    until(`${times} mails with ${subject}`, PATIENCE_MS, () => {
      return relay.lines.filter(({ text }) => subject.test(text)).length >= times;
    });
  const daemon = startDaemon(kind, here, GLOBAL + FIRST + GROUPED + DELETED + REMOVED, controlFlags(kind));
  await tells('INSTANCE "VI_1" BACKUP 100');
  await tells('INSTANCE "VI_1" MASTER 100');
  await sender.send([advert(90)]);
  await tells('INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100');
  await here.run(['ip', 'link', 'set', 'far1', 'down']);
  await tells('INSTANCE "VI_1" MASTER_PRIORITY 95');
  await here.run(['ip', 'link', 'set', 'far1', 'up']);
  await tells('INSTANCE "VI_1" MASTER_PRIORITY 100');
  sender.repeat('better', 500, [advert(150)]);
  await tells('INSTANCE "VI_1" BACKUP 100');
  sender.end('better');
  await tells('INSTANCE "VI_1" MASTER 100');
  await there.run(['ip', 'link', 'set', 'eth0', 'down']);
  await tells('INSTANCE "VI_1" FAULT 100');
  await there.run(['ip', 'link', 'set', 'eth0', 'up']);
  await tells('INSTANCE "VI_1" BACKUP 100');
  await tells('INSTANCE "VI_1" MASTER 100');
  await here.run(['ip', 'link', 'set', 'far3', 'down']);
  await tells('GROUP "G" FAULT 0');
  await here.run(['ip', 'link', 'set', 'far3', 'up']);
  await tells('GROUP "G" BACKUP 0');
  await tells('GROUP "G" MASTER 0');
  // keepalived's reload cuts off a mail that is on its way
  await mailed(/Group G - Entering MASTER/, 2);
  daemon.reload(GLOBAL + FIRST + GROUPED);
  await daemon.line(/Reload complete|VRRP sockpool/, PATIENCE_MS);
  await relay.line(/VI_1 - Entering MASTER state.*/, PATIENCE_MS);
  await pause(SETTLE_MS);
  await daemon.stop();
  for (const last of ['INSTANCE "VI_1" STOP 100', 'GROUP "G" STOP 0'])
    await until(last, PATIENCE_MS, () => reader.lines.some(({ text }) => text === last));
  await mailed(/ - Stopping/, FAREWELLS[kind]);
  await reader.stop();
}

/** Mails about the stop that are waited for: keepalived writes them, and ends before they could leave. */
const FAREWELLS: Readonly<Record<DaemonKind, number>> = { vipd: 2, keepalived: 0 };

/** Scripts that were started before a stop have ended by then, in either daemon. */
const SETTLE_MS = 1_000;

const controlFlags = (kind: DaemonKind): readonly string[] =>
  kind === 'vipd' ? ['--control-socket', '/run/lab/vipd.sock'] : [];

const textOf = (lines: readonly Line[]): string => lines.map(({ text }) => text).join(' | ');

function byInstance(lines: readonly Line[]): Told['fifo'] {
  const told: Record<string, string[]> = {};
  for (const { text } of lines) {
    const name = text.split('"')[1] ?? '';
    told[name] = [...(told[name] ?? []), text];
  }
  return told;
}

function scriptRuns(here: Host): Told['scripts'] {
  const names = readdirSync(here.path('/run/out')).filter((name) => !name.startsWith('.'));
  return Object.fromEntries(
    names.toSorted().map((name) => [name, here.read(`/run/out/${name}`).trimEnd().split('\n')]),
  );
}

function mailsOf(lines: readonly Line[]): Told['mails'] {
  const told: Record<string, string[]> = {};
  for (const { text } of lines) {
    const { lines: said = [] }: { lines?: readonly string[] } = JSON.parse(text);
    const end = said.indexOf('.');
    if (end < 0) continue;
    const message = said.slice(said.indexOf('DATA') + 1, end).filter((line) => !line.startsWith('Date:'));
    const subject = message.find((line) => line.startsWith('Subject: ')) ?? '';
    const about = subject.split(' - ')[0] ?? '';
    told[about] = [...(told[about] ?? []), message.join('\n')];
  }
  return told;
}

/** The built daemon with real scripts, a real FIFO and a mail relay on loopback. Needs root. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { DaemonStatus } from '../../src/control/api.ts';
import { type SmtpSink, startSmtpSink } from '../notify/shell/fakes.ts';
import { makePlace, type Place, type RunningDaemon, startDaemon, VIPCTL } from './vipd.ts';

const places: Place[] = [];
const daemons: RunningDaemon[] = [];
let sink: SmtpSink | null = null;

afterEach(async () => {
  for (const daemon of daemons.splice(0)) await stop(daemon);
  for (const made of places.splice(0)) made.remove();
  await sink?.close();
  sink = null;
});

const PATIENCE = { timeout: 10_000 };

/** A folder with the script `told`, which writes its arguments down in `out`, and a configuration made for it. */
function place(config: (folder: string) => string): Place {
  const made = makePlace('');
  places.push(made);
  script(made, 'told', `echo "$@" >> ${join(made.folder, 'out')}`);
  made.writeConfig(config(made.folder));
  return made;
}

function script(made: Place, name: string, body: string): void {
  writeFileSync(join(made.folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(made.folder, name), 0o755);
}

async function start(made: Place): Promise<RunningDaemon> {
  const daemon = startDaemon(made);
  daemons.push(daemon);
  await daemon.said(/Startup complete/);
  return daemon;
}

async function stop(daemon: RunningDaemon): Promise<number | string> {
  daemon.process.kill('SIGTERM');
  return daemon.ended;
}

const told = (made: Place): readonly string[] =>
  existsSync(join(made.folder, 'out'))
    ? readFileSync(join(made.folder, 'out'), 'utf8').trim().split('\n')
    : [];

/** Asynchronous, so that a relay in this process can answer meanwhile. */
function vipctl(made: Place, ...argv: string[]): Promise<{ status: number | null; output: string }> {
  const run = spawn(VIPCTL, [...argv, '--socket', made.socket], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  run.stdout.on('data', (chunk) => (output += chunk));
  run.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve) => run.on('close', (status) => resolve({ status, output })));
}

async function notifyStatus(made: Place): Promise<DaemonStatus['notify']> {
  const { output } = await vipctl(made, 'status', '--json');
  const status: DaemonStatus = JSON.parse(output);
  return status.notify;
}

/** An instance that waits in FAULT for its interface: told at start, at stop, and on demand. */
const waiting = (folder: string, global: string, instance: string): string => `
global_defs {
    router_id LVS01
    script_user root
    ${global}
}
vrrp_instance VI_1 {
    interface vipdtest9
    virtual_router_id 51
    priority 100
    virtual_ipaddress {
        192.0.2.240
    }
    ${instance.replaceAll('TOLD', join(folder, 'told'))}
}
`;

test('a life is told in order: startup script, state, on demand, stop, shutdown script', async () => {
  const made = place((folder) =>
    waiting(
      folder,
      `startup_script "${folder}/told first"\n shutdown_script "${folder}/told last"`,
      'notify TOLD\n notify_stop "TOLD stop"',
    ),
  );
  const daemon = await start(made);
  await expect.poll(() => told(made), PATIENCE).toEqual(['first', 'INSTANCE VI_1 FAULT 100']);
  expect(await vipctl(made, 'notify', 'replay', 'VI_1')).toEqual({
    status: 0,
    output: 'Told again: 1 object.\n',
  });
  await expect.poll(() => told(made).length, PATIENCE).toBe(3);
  expect((await vipctl(made, 'notify', 'replay', 'VI_9')).status).toBe(1);
  expect(await stop(daemon)).toBe(0);
  const [first, fault, again, ...end] = told(made);
  expect([first, fault, again]).toEqual(['first', 'INSTANCE VI_1 FAULT 100', 'INSTANCE VI_1 FAULT 100']);
  expect(end.slice(0, 2).toSorted()).toEqual(['INSTANCE VI_1 STOP 100', 'stop']);
  expect(end.slice(2)).toEqual(['last']);
});

test('a child that dies is started again and tells its state again; the FIFO and its reader live on', async () => {
  const made = place((folder) =>
    waiting(folder, `vrrp_notify_fifo ${folder}/fifo\n vrrp_notify_fifo_script ${folder}/reader`, ''),
  );
  script(made, 'reader', `while read -r line; do echo "$line" >> ${join(made.folder, 'out')}; done < "$1"`);
  const daemon = await start(made);
  const line = 'INSTANCE "VI_1" FAULT 100';
  await expect.poll(() => told(made), PATIENCE).toEqual([line]);
  process.kill(Number(readFileSync(join(made.folder, 'vrrp.pid'), 'utf8')), 'SIGKILL');
  await expect.poll(() => told(made), PATIENCE).toEqual([line, line]);
  const { fifos } = await notifyStatus(made);
  expect(fifos).toMatchObject([
    { problem: null, written: 2, dropped: 0, reader: { running: true, restarts: 0 } },
  ]);
  expect(await stop(daemon)).toBe(0);
  expect(told(made).at(-1)).toBe('INSTANCE "VI_1" STOP 100');
  expect(existsSync(join(made.folder, 'fifo'))).toBe(false);
});

describe('a script in trouble', () => {
  test('that fails is a problem of the status, with its exit status', async () => {
    const made = place((folder) => waiting(folder, '', `notify ${folder}/bad`));
    script(made, 'bad', 'exit 3');
    const daemon = await start(made);
    await daemon.said(/Notify script \S+\/bad for instance VI_1 FAULT exited with status 3/);
    const { status, output } = await vipctl(made, 'status');
    expect(status).toBe(1);
    expect(output).toMatch(/the script \S+\/bad for instance VI_1 FAULT exited with status 3/);
  });

  test('that hangs is ended after notify_timeout, with everything that it started', async () => {
    const made = place((folder) => waiting(folder, 'notify_timeout 1', `notify ${folder}/hangs`));
    script(made, 'hangs', `sleep 600 & echo $! > ${join(made.folder, 'pid')}; wait`);
    const daemon = await start(made);
    await daemon.said(/hangs for instance VI_1 FAULT took too long and was ended/);
    const pid = readFileSync(join(made.folder, 'pid'), 'utf8').trim();
    await expect.poll(() => existsSync(`/proc/${pid}`), PATIENCE).toBe(false);
  });

  test('that hangs at a stop does not hold it up: the script of STOP still has its turn', async () => {
    const made = place((folder) =>
      waiting(folder, '', `notify_fault ${folder}/hangs\n notify_stop "TOLD stop"`),
    );
    script(made, 'hangs', 'exec sleep 600');
    const daemon = await start(made);
    await expect.poll(async () => (await notifyStatus(made)).objects[0]?.running, PATIENCE).toBe('FAULT');
    expect(await stop(daemon)).toBe(0);
    expect(told(made)).toEqual(['stop']);
  });

  test('that others could change is not run under enable_script_security, and that is told', async () => {
    const made = place((folder) => waiting(folder, 'enable_script_security', 'notify TOLD'));
    chmodSync(join(made.folder, 'told'), 0o777);
    const daemon = await start(made);
    await daemon.said(/Notify script \S+ for instance VI_1 FAULT was not started: unsafe as root/);
    expect(told(made)).toEqual([]);
  });
});

test('mail goes out with smtp_alert: the state at start, the farewell at stop', async () => {
  sink = await startSmtpSink();
  const { port } = sink;
  const made = place((folder) =>
    waiting(
      folder,
      `notification_email {\n ops@example.com\n}\n smtp_server 127.0.0.1 ${port}\n smtp_helo_name lvs01`,
      'smtp_alert',
    ),
  );
  const daemon = await start(made);
  await daemon.said(/SMTP alert successfully sent/);
  expect(await stop(daemon)).toBe(0);
  await sink.finished(2);
  const subjects = sink.conversations.flatMap((lines) => lines.filter((line) => line.startsWith('Subject')));
  expect(subjects).toEqual([
    'Subject: [LVS01] VRRP Instance VI_1 - Entering FAULT state',
    'Subject: [LVS01] VRRP Instance VI_1 - Stopping',
  ]);
  expect(sink.conversations[0]).toContain('HELO lvs01');
});

test('with fifo_write_vrrp_states_on_reload a reload repeats the lines, and runs no script', async () => {
  const made = place((folder) =>
    waiting(folder, `vrrp_notify_fifo ${folder}/fifo\n fifo_write_vrrp_states_on_reload`, 'notify TOLD'),
  );
  spawnSync('mkfifo', [join(made.folder, 'fifo')]);
  const daemon = await start(made);
  await expect.poll(() => told(made).length, PATIENCE).toBe(1);
  daemon.process.kill('SIGHUP');
  await daemon.said(/Reload complete/);
  await expect.poll(async () => (await notifyStatus(made)).fifos[0]?.written, PATIENCE).toBe(2);
  expect(told(made)).toHaveLength(1);
  expect(await stop(daemon)).toBe(0);
  expect(existsSync(join(made.folder, 'fifo'))).toBe(true);
});

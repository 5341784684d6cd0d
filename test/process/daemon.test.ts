import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { AF, SOCK } from '../../src/native/constants.ts';
import { openDatagramSocket } from '../../src/native/datagram-socket.ts';
import { unixSockaddr } from '../../src/native/sockaddr.ts';
import {
  makePlace,
  type Place,
  type RunningDaemon,
  runToEnd,
  startDaemon,
  VIPCTL,
  VIPD,
  WAITING_CONFIG,
} from './vipd.ts';

const places: Place[] = [];
const daemons: RunningDaemon[] = [];

function place(config = WAITING_CONFIG): Place {
  const made = makePlace(config);
  places.push(made);
  return made;
}

function start(...args: Parameters<typeof startDaemon>): RunningDaemon {
  const daemon = startDaemon(...args);
  daemons.push(daemon);
  return daemon;
}

async function stop(daemon: RunningDaemon): Promise<number | string> {
  daemon.process.kill('SIGTERM');
  return daemon.ended;
}

afterEach(async () => {
  for (const daemon of daemons.splice(0)) await stop(daemon);
  for (const made of places.splice(0)) made.remove();
});

describe('a daemon that must not start says why', () => {
  test('a missing file: exit status 6', () => {
    const { folder } = place();
    const { status, output } = runToEnd('-n', '-l', '-f', join(folder, 'nowhere.conf'));
    expect(output).toContain('nowhere.conf');
    expect(status).toBe(6);
  });

  test('a directory instead of a file: exit status 6', () => {
    const { folder } = place();
    mkdirSync(join(folder, 'dir.conf'));
    const { status, output } = runToEnd('-n', '-l', '-f', join(folder, 'dir.conf'));
    expect(output).toMatch(/dir\.conf.*directory/);
    expect(status).toBe(6);
  });

  test('two instances with one VRID: exit status 2, and both places are told', () => {
    const made = place(WAITING_CONFIG + WAITING_CONFIG.replace('VI_1', 'VI_2'));
    const { status, output } = runToEnd('-n', '-l', ...made.arguments);
    expect(output).toMatch(/vipd\.conf:\d+:\d+: .*51/);
    expect(status).toBe(2);
  });

  test('an unknown option: exit status 1', () => {
    const { status, output } = runToEnd('--no-such-option');
    expect(output).toContain('--no-such-option');
    expect(status).toBe(1);
  });
});

test('a second daemon on the same pid file is refused and told which pid holds it', async () => {
  const made = place();
  const first = start(made);
  await first.said(/Startup complete/);
  const second = runToEnd('-n', '-l', ...made.arguments);
  expect(second.output).toContain(`already running as pid ${first.process.pid}`);
  expect(second.status).toBe(1);
  expect(existsSync(made.pidFile)).toBe(true);
  expect(await stop(first)).toBe(0);
  expect(existsSync(made.pidFile)).toBe(false);
});

test('a pid file left behind by a crash is no obstacle', async () => {
  const made = place();
  const first = start(made);
  await first.said(/Startup complete/);
  first.process.kill('SIGKILL');
  await first.ended;
  expect(readFileSync(made.pidFile, 'utf8')).toBe(`${first.process.pid}\n`);
  const second = start(made);
  await second.said(/Startup complete/);
  expect(readFileSync(made.pidFile, 'utf8')).toBe(`${second.process.pid}\n`);
});

test('without -n the command returns when the daemon in the background is ready, and TERM ends that one', async () => {
  const made = place();
  const { status } = runToEnd(...made.arguments);
  expect(status).toBe(0);
  const pid = Number(readFileSync(made.pidFile, 'utf8'));
  const answer = spawnSync(VIPCTL, ['status', '--json', '--socket', made.socket], { encoding: 'utf8' });
  expect(JSON.parse(answer.stdout)).toMatchObject({ pid });
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => existsSync(made.pidFile), { timeout: 10_000 }).toBe(false);
});

test('an instance whose interface is missing waits in FAULT and says so; the socket is private', async () => {
  const made = place();
  await start(made).said(/Startup complete/);
  const { stdout } = spawnSync(VIPCTL, ['status', '--json', '--socket', made.socket], { encoding: 'utf8' });
  const { vrrp } = JSON.parse(stdout);
  expect(vrrp.instances[0]).toMatchObject({ name: 'VI_1', state: 'FAULT' });
  expect(vrrp.instances[0].reason).toContain('vipdtest9');
  expect(statSync(made.socket).mode & 0o777).toBe(0o600);
});

describe('reload', () => {
  const reload = (made: Place) =>
    spawnSync(VIPCTL, ['reload', '--socket', made.socket], { encoding: 'utf8' });

  test('a file with an error changes nothing and is reported with its place', async () => {
    const made = place();
    const daemon = start(made);
    await daemon.said(/Startup complete/);
    made.writeConfig(WAITING_CONFIG.replace('priority 100', 'priotity 100'));
    daemon.process.kill('SIGHUP');
    await daemon.said(/Reload refused/);
    expect(daemon.output()).toMatch(/vipd\.conf:5:5: .*priotity.*did you mean 'priority'/i);
    const refused = reload(made);
    expect(refused.status).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain('priotity');
  });

  test('a changed priority is planned, and in force after HUP; the same file again changes nothing', async () => {
    const made = place();
    const daemon = start(made);
    await daemon.said(/Startup complete/);
    const plan = () => spawnSync(VIPCTL, ['plan', '--socket', made.socket], { encoding: 'utf8' });
    made.writeConfig(WAITING_CONFIG.replace('priority 100', 'priority 150'));
    expect(plan()).toMatchObject({
      status: 2,
      stdout: '~ vrrp_instance VI_1: priority 100 → 150\n0 to add, 1 to change, 0 to remove.\n',
    });
    daemon.process.kill('SIGHUP');
    await daemon.said(/Reload complete/);
    expect(plan()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Nothing to do/) });
    const { stdout } = spawnSync(VIPCTL, ['status', '--json', '--socket', made.socket], { encoding: 'utf8' });
    expect(JSON.parse(stdout).vrrp.instances[0].basePriority).toBe(150);
    daemon.process.kill('SIGHUP');
    await daemon.said(/means the same as before/);
  });
});

test('the service manager hears READY, RELOADING and STOPPING', async () => {
  const made = place();
  const path = join(made.folder, 'notify');
  const address = unixSockaddr(path);
  const socket = openDatagramSocket({ domain: AF.UNIX, type: SOCK.DGRAM, protocol: 0 }, 'notify socket');
  if (!socket.ok || address === null) throw new Error('no notify socket');
  expect(socket.value.bind(address).ok).toBe(true);
  let text = '';
  const heard = (): string => {
    for (const { data } of socket.value.receive(16).messages) text += `${Buffer.from(data)}\n`;
    return text;
  };
  const daemon = start(made, [], { NOTIFY_SOCKET: path });
  await daemon.said(/Startup complete/);
  await expect.poll(heard, { timeout: 5_000 }).toMatch(new RegExp(`READY=1\nMAINPID=${daemon.process.pid}`));
  made.writeConfig(WAITING_CONFIG.replace('priority 100', 'priority 150'));
  daemon.process.kill('SIGHUP');
  await daemon.said(/Reload complete/);
  await expect.poll(heard, { timeout: 5_000 }).toMatch(/RELOADING=1\nMONOTONIC_USEC=\d+\nREADY=1/);
  await stop(daemon);
  expect(heard()).toMatch(/STOPPING=1\n$/);
  socket.value.close();
});

test('a child that is killed is started again, and the daemon goes on', async () => {
  const made = place();
  const daemon = start(made);
  await daemon.said(/Startup complete/);
  const pid = Number(readFileSync(join(made.folder, 'vrrp.pid'), 'utf8'));
  process.kill(pid, 'SIGKILL');
  await daemon.said(/vrrp child was ended by SIGKILL: Respawning[\s\S]*Starting vrrp child process, pid=\d+/);
  expect(Number(readFileSync(join(made.folder, 'vrrp.pid'), 'utf8'))).not.toBe(pid);
});

test('an order outlives the process that obeyed it', async () => {
  const made = place();
  const daemon = start(made);
  await daemon.said(/Startup complete/);
  const vipctl = (...argv: string[]): string =>
    spawnSync(VIPCTL, [...argv, '--socket', made.socket], { encoding: 'utf8', timeout: 20_000 }).stdout;
  expect(vipctl('failover', 'VI_1', '--for', '1h')).toContain('VI_1 FAULT, priority 1:');
  process.kill(Number(readFileSync(join(made.folder, 'vrrp.pid'), 'utf8')), 'SIGKILL');
  await daemon.said(/Respawning[\s\S]*an operator ordered a failover for 3[56]\d\d/);
  expect(vipctl('why', 'VI_1')).toContain('a failover was ordered');
});

test('children end when the parent is killed', async () => {
  const made = place();
  const daemon = start(made);
  await daemon.said(/Startup complete/);
  const pid = Number(readFileSync(join(made.folder, 'vrrp.pid'), 'utf8'));
  daemon.process.kill('SIGKILL');
  const isGone = (): boolean => !existsSync(`/proc/${pid}`);
  await expect.poll(isGone, { timeout: 10_000 }).toBe(true);
});

test('USR1 and USR2 write the dumps where TMPDIR says, private', async () => {
  const made = place();
  const daemon = start(made, [], { TMPDIR: made.folder });
  await daemon.said(/Startup complete/);
  daemon.process.kill('SIGUSR1');
  await daemon.said(/Wrote .*keepalived\.data/);
  const data = join(made.folder, 'keepalived.data');
  expect(readFileSync(data, 'utf8')).toContain('VRRP Instance = VI_1');
  expect(statSync(data).mode & 0o777).toBe(0o600);
  daemon.process.kill('SIGUSR2');
  await daemon.said(/Wrote .*keepalived\.stats/);
  expect(readFileSync(join(made.folder, 'keepalived.stats'), 'utf8')).toContain('VRRP Instance: VI_1');
});

test('a configuration with nothing to run is told, and the daemon stays', async () => {
  const made = place('global_defs {\n    router_id LVS01\n}\n');
  const daemon = start(made);
  await daemon.said(/nothing to run[\s\S]*Startup complete/);
  expect(await stop(daemon)).toBe(0);
});

test('-v and --signum answer as scripts expect', () => {
  expect(runToEnd('-v').output).toMatch(/^vipd \d+\.\d+\.\d+/);
  expect(runToEnd('--signum', 'DATA').output).toBe('10\n');
});

test('without the capabilities the daemon ends with status 4 and says which one it lacks', () => {
  const made = place();
  chmodSync(made.folder, 0o777);
  const run = spawnSync(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', VIPD, '-n', '-l', ...made.arguments],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  expect(run.stderr).toMatch(/CAP_NET_RAW|CAP_NET_ADMIN/);
  expect(run.status).toBe(4);
});

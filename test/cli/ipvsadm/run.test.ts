/** The ipvsadm command on a kernel in memory: what it prints, what it writes, how it ends. The real kernel and the
 *  original stand beside it in test/lab. */
import { describe, expect, test } from 'vitest';
import { err } from '../../../src/base/result.ts';
import { runIpvsadm } from '../../../src/cli/ipvsadm/ipvsadm.ts';
import { processSurroundings } from '../../../src/cli/ipvsadm/surroundings.ts';
import { fakeControl, fakeNames, run } from './surroundings.ts';

const lines = (text: string): readonly string[] => text.trimEnd().split('\n');
const DONE = { exitStatus: 0, stdout: '', stderr: '' };

describe('one command', () => {
  test('without words lists the table, with names', async () => {
    const kernel = fakeControl();
    const names = fakeNames({ web1: '10.0.0.1' });
    expect(await run(['-A', '-t', 'web1:80', '-s', 'rr'], { kernel, names })).toEqual(DONE);
    expect(lines((await run([], { kernel, names })).stdout).at(-1)).toBe('TCP  web1:80 rr');
    expect(lines((await run(['-Ln'], { kernel, names })).stdout).at(-1)).toBe('TCP  10.0.0.1:80 rr');
    expect(names.asked).toEqual(['web1']);
  });

  test('a host that has no address is an illegal one', async () => {
    expect(await run(['-D', '-t', 'nosuch:80'])).toEqual({
      exitStatus: 2,
      stdout: '',
      stderr: 'illegal virtual server address[:port] specified\n',
    });
  });

  test('refused by the kernel ends with 255, a listing of nothing with 1', async () => {
    expect(await run(['-D', '-t', '192.0.2.1:80'])).toEqual({
      exitStatus: 255,
      stdout: '',
      stderr: 'No such service\n',
    });
    expect(await run(['-L', '-t', '192.0.2.1:80'])).toMatchObject({
      exitStatus: 1,
      stderr: 'No such service\n',
    });
    expect(await run(['-Z', '-t', '192.0.2.1:80'])).toMatchObject({
      exitStatus: 255,
      stderr: 'No such service\n',
    });
  });

  test('one service is listed without the line about the version', async () => {
    const kernel = fakeControl();
    await run(['-R'], { kernel, stdin: '-A -f 7 -6\n-A -f 8\n' });
    expect(lines((await run(['-Ln', '-f', '7', '-6'], { kernel })).stdout)).toEqual([
      'Prot LocalAddress:Port Scheduler Flags',
      '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'FWM  7 IPv6 wlc',
    ]);
  });

  test('daemons start, are listed and stop, each once', async () => {
    const kernel = fakeControl();
    const start = [
      '--start-daemon',
      'master',
      '--mcast-interface=lo',
      '--syncid',
      '7',
      '--mcast-group',
      '224.0.0.99',
    ];
    expect(await run(start, { kernel })).toEqual(DONE);
    expect((await run(start, { kernel })).stderr).toBe('Daemon has already run\n');
    expect((await run(['-L', '--daemon'], { kernel })).stdout).toBe(
      'master sync daemon (mcast=lo, syncid=7, group=224.0.0.99)\n',
    );
    expect(await run(['--stop-daemon', 'master'], { kernel })).toEqual(DONE);
    expect(await run(['--stop-daemon', 'master'], { kernel })).toMatchObject({
      exitStatus: 255,
      stderr: 'No daemon is running\n',
    });
  });

  test('timeouts are listed in seconds', async () => {
    expect((await run(['-L', '--timeout'])).stdout).toBe('Timeout (tcp tcpfin udp): 900 120 300\n');
  });

  test('without rights or without IPVS says why and ends with 2', async () => {
    const said: string[] = [];
    const status = await runIpvsadm(['-Ln'], {
      ...processSurroundings(),
      stderr: (text) => said.push(text),
      openKernel: () => err({ code: 'EPERM', attempted: 'open', detail: 'CAP_NET_ADMIN is needed' }),
    });
    expect({ status, said }).toEqual({
      status: 2,
      said: ["Can't initialize ipvs: Permission denied (you must be root): CAP_NET_ADMIN is needed\n"],
    });
  });

  test('help and version need no kernel, and help names every option', async () => {
    const { exitStatus, stdout } = await run(['-h', '--whatever']);
    expect(exitStatus).toBe(0);
    for (const word of [
      '--add-service     -A ',
      '--tun-remcsum',
      '--mcast-ttl ttl',
      '-L|-l',
      '--sctp-service ',
    ]) {
      expect(stdout).toContain(word);
    }
    expect((await run(['--version'])).stdout).toMatch(/^ipvsadm v1\.31 \(vipd /);
  });
});

describe('connections', () => {
  const TITLE = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n';
  const LINE = 'TCP 0A000001 BF68 0A000002 0050 0A000003 1F90 ESTABLISHED     899\n';

  test('are printed piece by piece, also when a piece ends inside a line', async () => {
    const { stdout } = await run(['-Lnc'], {
      connections: [TITLE + LINE.slice(0, 20), LINE.slice(20) + LINE],
    });
    expect(lines(stdout).length).toBe(4);
    expect(lines(stdout)[3]).toBe(
      'TCP 14:59  ESTABLISHED 10.0.0.1:49000     10.0.0.2:80        10.0.0.3:8080',
    );
  });

  test('of a kernel that shows no file are an error', async () => {
    expect(await run(['-Lc'])).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr: 'unexpected input from /proc/net/ip_vs_conn\n',
    });
  });
});

describe('restore', () => {
  const RULES = '-A -t 192.0.2.1:80 -s rr\n\nipvsadm -a -t 192.0.2.1:80 -r 10.0.0.1 -m\r\n  -A -f 7\n';

  test('sends changes that follow each other in one batch', async () => {
    const kernel = fakeControl();
    expect(await run(['-R'], { kernel, stdin: RULES })).toEqual(DONE);
    expect(kernel.batches.map((batch) => batch.length)).toEqual([3]);
    expect((await run(['-Sn'], { kernel })).stdout).toBe(
      '-A -t 192.0.2.1:80 -s rr\n-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1\n-A -f 7 -s wlc\n',
    );
  });

  test('lists what was made so far, in between', async () => {
    const kernel = fakeControl();
    const { stdout } = await run(['-R'], { kernel, stdin: '-A -f 1\n-S\n-A -f 2\n-C\n-A -f 3\n-S\n' });
    expect(lines(stdout)).toEqual(['-A -f 1 -s wlc', '-A -f 3 -s wlc']);
  });

  test('goes on after a refusal, tells its line, and ends as the last line did', async () => {
    const kernel = fakeControl();
    const refused = '-A -f 1\n-A -f 1\n-D -f 9\n';
    expect(await run(['-R'], { kernel, stdin: `${refused}-A -f 2\n` })).toEqual({
      exitStatus: 0,
      stdout: '',
      stderr: 'line 2: Service already exists: -A -f 1\nline 3: No such service: -D -f 9\n',
    });
    expect(kernel.table.size).toBe(2);
    expect(await run(['-R'], { stdin: refused })).toMatchObject({ exitStatus: 255 });
  });

  test('ends at a line that cannot be read, with what stood before it done', async () => {
    const kernel = fakeControl();
    expect(await run(['-R'], { kernel, stdin: '-A -f 1\n-A -f x\n-A -f 2\n' })).toEqual({
      exitStatus: 2,
      stdout: '',
      stderr: "line 2: invalid fwmark value `x' specified\n",
    });
    expect([...kernel.table.keys()]).toEqual(['fwmark 1 inet']);
  });

  test('does not restore inside a restore', async () => {
    expect(await run(['-R'], { stdin: '-R\n' })).toEqual({
      exitStatus: 255,
      stdout: '',
      stderr: 'line 1: -R cannot stand in what -R reads\n',
    });
  });
});

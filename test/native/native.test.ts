// Runs on any machine without rights: what needs root is in test/lab/native-*.test.ts.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ifIndex, interfaceName } from '../../src/base/units.ts';
import { addonProblem } from '../../src/native/addon.ts';
import { AF, IPPROTO, SO, SOCK, SOL_SOCKET } from '../../src/native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../src/native/datagram-socket.ts';
import { errnoName } from '../../src/native/errno.ts';
import {
  bootTimeReader,
  dieWithParent,
  getScheduling,
  interfaceIndex,
  interfaceNameOf,
  isFileLocked,
  lockFile,
  monotonicMicros,
  realTimeMicros,
} from '../../src/native/process-knobs.ts';
import { unixSockaddr } from '../../src/native/sockaddr.ts';

const folder = mkdtempSync(join(tmpdir(), 'vipd-native-'));
afterAll(() => rmSync(folder, { recursive: true }));

function unixSocket(path: string | null): DatagramSocket {
  const opened = openDatagramSocket({ domain: AF.UNIX, type: SOCK.DGRAM, protocol: 0 }, `socket ${path}`);
  if (!opened.ok) throw new Error(opened.error.detail);
  const address = path === null ? null : unixSockaddr(path);
  if (address !== null) expect(opened.value.bind(address)).toMatchObject({ ok: true });
  return opened.value;
}
const to = (path: string, text: string) => ({
  parts: [Buffer.from(text.slice(0, 1)), Buffer.from(text.slice(1))],
  to: unixSockaddr(path),
});
const texts = (socket: DatagramSocket, limit = 10): string[] =>
  socket.receive(limit).messages.map((m) => Buffer.from(m.data).toString());

describe('the datagram socket', () => {
  test('is there: the addon is built and loads', () => {
    expect(addonProblem()).toBeNull();
  });

  test('gathers one datagram from several buffers and drains at most the limit, oldest first', () => {
    const path = join(folder, 'drain');
    const [receiver, sender] = [unixSocket(path), unixSocket(null)];
    for (const text of ['one', 'two', 'three']) expect(sender.send(to(path, text)).ok).toBe(true);
    expect(texts(receiver, 2)).toEqual(['one', 'two']);
    expect(texts(receiver)).toEqual(['three']);
    expect(receiver.receive(10)).toEqual({ messages: [], error: null });
    receiver.close();
    sender.close();
  });

  test('keeps what was received apart although all sockets share one buffer', () => {
    const path = join(folder, 'copies');
    const [receiver, sender] = [unixSocket(path), unixSocket(null)];
    sender.send(to(path, 'first'));
    const first = receiver.receive(1).messages;
    sender.send(to(path, 'other'));
    receiver.receive(1);
    expect(Buffer.from(first[0]?.data ?? []).toString()).toBe('first');
    receiver.close();
    sender.close();
  });

  test('reaches an abstract address, as sd_notify(3) writes it', () => {
    const path = `@vipd-test-${process.pid}`;
    const [receiver, sender] = [unixSocket(path), unixSocket(null)];
    expect(sender.send(to(path, 'READY=1')).ok).toBe(true);
    expect(texts(receiver)).toEqual(['READY=1']);
    receiver.close();
    sender.close();
  });

  test('calls back for each wake-up until it is closed, also when it closes itself there', async () => {
    const path = join(folder, 'watch');
    const [receiver, sender] = [unixSocket(path), unixSocket(null)];
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      receiver.watch(() => {
        seen.push(...texts(receiver));
        if (seen.length === 2) {
          receiver.close();
          resolve();
        } else sender.send(to(path, 'again'));
      });
      sender.send(to(path, 'once'));
    });
    expect(seen).toEqual(['once', 'again']);
    sender.close();
  });

  test('is not inherited by programs that are started (SOCK_CLOEXEC)', () => {
    const inherited = (): string =>
      execFileSync('sh', ['-c', 'ls -l /proc/self/fd | grep -c socket: || true']).toString();
    const before = inherited();
    const socket = unixSocket(null);
    expect(inherited()).toBe(before);
    socket.close();
  });

  test('names the failed call, the socket and the errno', () => {
    const sender = unixSocket(null);
    expect(sender.send(to(join(folder, 'nobody'), 'x'))).toEqual({
      ok: false,
      error: { code: 'ENOENT', attempted: 'send on socket null', detail: 'No such file or directory' },
    });
    expect(sender.setOption(SOL_SOCKET, 9999, 1)).toMatchObject({
      ok: false,
      error: { code: 'ENOPROTOOPT' },
    });
    sender.close();
  });

  test('answers EBADF once it is closed, and closing twice does nothing', () => {
    const socket = unixSocket(null);
    socket.close();
    socket.close();
    const bad = { ok: false, error: { code: 'EBADF' } };
    expect(socket.send(to(join(folder, 'x'), 'x'))).toMatchObject(bad);
    expect(socket.watch(() => {})).toMatchObject(bad);
    expect(socket.receive(1).error?.code).toBe('EBADF');
  });

  test('gives options as their bytes', () => {
    const socket = unixSocket(null);
    expect(socket.setOption(SOL_SOCKET, SO.PRIORITY, 6).ok).toBe(true);
    const value = socket.getOption(SOL_SOCKET, SO.PRIORITY, 4);
    expect(value.ok && [...new Uint32Array(value.value.slice().buffer)]).toEqual([6]);
    socket.close();
  });

  test('survives a thousand openings and closings without a descriptor left', () => {
    const before = openSync('/dev/null', 'r');
    closeSync(before);
    for (let i = 0; i < 1000; i++) {
      const socket = unixSocket(null);
      socket.watch(() => {});
      socket.close();
    }
    const after = openSync('/dev/null', 'r');
    closeSync(after);
    expect(after).toBe(before);
  });

  test('of a kind that does not exist is an error of open', () => {
    const opened = openDatagramSocket({ domain: 99, type: SOCK.DGRAM, protocol: IPPROTO.VRRP }, 'nonsense');
    expect(opened).toMatchObject({ ok: false, error: { code: 'EAFNOSUPPORT', attempted: 'open nonsense' } });
  });
});

describe('errno names', () => {
  test('are those of the kernel, and unambiguous where two share a number', () => {
    expect([11, 95, 19, 105].map(errnoName)).toEqual(['EAGAIN', 'EOPNOTSUPP', 'ENODEV', 'ENOBUFS']);
    expect(errnoName(524)).toBe('E?524');
  });
});

describe('process knobs', () => {
  test('the clocks are in microseconds and go forward', () => {
    const now = bootTimeReader();
    const first = now();
    expect(now()).toBeGreaterThanOrEqual(first);
    // the boot clock counts suspended time as well, the monotonic one does not
    expect(first).toBeGreaterThanOrEqual(monotonicMicros() - 1_000_000);
    expect(Math.abs(monotonicMicros() - Number(process.hrtime.bigint() / 1000n))).toBeLessThan(1_000_000);
    expect(Math.abs(realTimeMicros() - Date.now() * 1000)).toBeLessThan(1_000_000);
  });

  test('a file is locked by one opening of it only, until that is closed (F_OFD_SETLK)', () => {
    const path = join(folder, 'pid');
    const [mine, theirs] = [openSync(path, 'w+'), openSync(path, 'w+')];
    expect(isFileLocked(theirs)).toEqual({ ok: true, value: false });
    expect(lockFile(mine).ok).toBe(true);
    expect(isFileLocked(theirs)).toEqual({ ok: true, value: true });
    expect(lockFile(theirs)).toMatchObject({ ok: false, error: { code: 'EAGAIN', attempted: 'lock file' } });
    closeSync(mine);
    expect(lockFile(theirs).ok).toBe(true);
    closeSync(theirs);
  });

  test('a parent that is dead already is reported, since its death signal will not come', () => {
    expect(dieWithParent(0, process.ppid).ok).toBe(true);
    expect(dieWithParent(0, process.ppid + 1)).toMatchObject({ ok: false, error: { code: 'ESRCH' } });
    expect(dieWithParent(constants.signals.SIGKILL + 1000, process.ppid)).toMatchObject({
      ok: false,
      error: { code: 'EINVAL' },
    });
  });

  test('scheduling is read as policy and priority', () => {
    expect(getScheduling()).toEqual({ ok: true, value: { policy: 'other', priority: 0 } });
  });

  test('interfaces have an index and back', () => {
    expect(interfaceIndex(interfaceName('lo'))).toEqual({ ok: true, value: 1 });
    expect(interfaceNameOf(ifIndex(1))).toEqual({ ok: true, value: 'lo' });
    expect(interfaceIndex(interfaceName('nosuch0'))).toMatchObject({ ok: false, error: { code: 'ENODEV' } });
    expect(interfaceNameOf(ifIndex(2 ** 30))).toMatchObject({ ok: false, error: { code: 'ENXIO' } });
  });
});

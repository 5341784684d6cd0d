import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { invariant } from '../../src/base/never.ts';
import { AF, SOCK } from '../../src/native/constants.ts';
import { openDatagramSocket } from '../../src/native/datagram-socket.ts';
import { unixSockaddr } from '../../src/native/sockaddr.ts';
import { syslogSink } from '../../src/observe/log-machine.ts';

const WRITES_MAX = 100_000;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-syslog-'));
  path = join(folder, 'log');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A syslog daemon as far as a socket can be one. */
function receiver() {
  const socket = openDatagramSocket({ domain: AF.UNIX, type: SOCK.DGRAM, protocol: 0 }, path);
  const address = unixSockaddr(path);
  invariant(socket.ok && address !== null, () => JSON.stringify(socket));
  const bound = socket.value.bind(address);
  invariant(bound.ok, () => JSON.stringify(bound));
  return {
    lines: () => socket.value.receive(100).messages.map(({ data }) => Buffer.from(data).toString()),
    stop: () => {
      socket.value.close();
      rmSync(path);
    },
  };
}

function sink() {
  const opened = syslogSink(path);
  invariant(opened !== null, () => 'no sink');
  return opened;
}

describe('the syslog socket', () => {
  test('gets one datagram per line', () => {
    const daemon = receiver();
    const { write } = sink();
    expect([write('<30>vipd[1]: one'), write('<30>vipd[1]: two')]).toEqual([true, true]);
    expect(daemon.lines()).toEqual(['<30>vipd[1]: one', '<30>vipd[1]: two']);
    daemon.stop();
  });

  test('that is not there, or that nobody serves, is no sink', () => {
    expect(syslogSink(path)).toBeNull();
    expect(syslogSink('')).toBeNull();
  });

  test('of a daemon that does not read loses lines instead of blocking', () => {
    const daemon = receiver();
    const { write } = sink();
    let writes = 0;
    while (write('x') && writes < WRITES_MAX) writes += 1;
    expect(writes).toBeLessThan(WRITES_MAX);
    daemon.stop();
  });

  test('is found again after the syslog daemon was restarted', () => {
    const first = receiver();
    const { write } = sink();
    first.stop();
    expect(write('lost')).toBe(false);
    const second = receiver();
    expect(write('heard')).toBe(true);
    expect(second.lines()).toEqual(['heard']);
    second.stop();
  });
});

/** genhash against what the original printed (genhash-fixtures/) for the same arguments and the same answer. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runGenhash } from '../../src/cli/genhash.ts';
import { hexDump } from '../../src/cli/genhash-dump.ts';
import { closedPort, serve, serveTls } from '../checks/loopback.ts';

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'genhash-fixtures', name), 'utf8');
const USAGE = fixture('usage.txt');

async function run(...argv: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  let [stdout, stderr] = ['', ''];
  const status = await runGenhash(argv, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { status, stdout, stderr };
}

/** The bytes that a hex dump of the fixture shows, section after section. */
function dumpedBytes(text: string, section: string): Buffer {
  const part = text.split(section)[1]?.split('\n---')[0] ?? '';
  const lines = part.split('\n').filter((line) => /^\d{4} {2}/.test(line));
  return Buffer.from(lines.map((line) => line.slice(6, 56).replace(/[- ]/g, '')).join(''), 'hex');
}

const answering = (answer: string | Buffer) => serve((socket) => socket.end(answer));

describe('a digest', () => {
  test('is 32 hex digits and a newline; the request is the one of keepalived', async () => {
    const server = await answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    const port = String(server.port);
    expect(await run('-s', '127.0.0.1', '-p', port, '-u', '/a', '-P', '1.1', '-V', 'www.x')).toEqual({
      status: 0,
      stdout: '5d41402abc4b2a76b9719d911017c592\n',
      stderr: '',
    });
    expect(server.requests).toEqual([
      'GET /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: www.x\r\n\r\n',
    ]);
  });

  test.each([
    ['an empty body', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['an error page: the status does not matter here', 'HTTP/1.0 404 No\r\n\r\nhello', '5d41402abc4b2a76b9719d911017c592'],
    ['a body longer than promised: only what was promised', 'HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhello', '46356afe55fa3cea9cbe73ad442cad47'],
    ['a length in small letters: all that comes', 'HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nhello', '5d41402abc4b2a76b9719d911017c592'],
  ])('of %s', async (_, answer, digest) => {
    const server = await answering(answer);
    expect(await run('-s127.0.0.1', `-p${server.port}`, '-u/')).toMatchObject({ status: 0, stdout: `${digest}\n` });
  }); // biome-ignore format: a table

  test('of a whole URL: it is asked for as it is, as the seed documents do', async () => {
    const server = await answering('HTTP/1.0 200 OK\r\n\r\nhello');
    await run(
      '--server=127.0.0.1',
      '--port',
      String(server.port),
      '--url',
      'http://192.168.100.8/index.html',
    );
    expect(server.requests[0]).toMatch(/^GET http:\/\/192\.168\.100\.8\/index\.html HTTP\/1\.0\r\n/);
  });

  test('over TLS, with the virtual host as server name only when asked for', async () => {
    const server = await serveTls('HTTP/1.0 200 OK\r\n\r\nhello');
    const common = ['-S', '-s', '127.0.0.1', '-p', String(server.port), '-u', '/', '-V', 'www.x'];
    expect(await run(...common)).toMatchObject({ status: 0, stdout: '5d41402abc4b2a76b9719d911017c592\n' });
    expect(await run(...common, '-I')).toMatchObject({ status: 0 });
    expect(server.names).toEqual([false, 'www.x']);
  });
});

test('verbose output is the original’s byte for byte, but for the time it took', async () => {
  const original = fixture('verbose.txt');
  const head = dumpedBytes(original, 'HTTP Header Buffer');
  const body = dumpedBytes(original, '[        HTML Buffer        ]');
  expect([head.length, body.toString()]).toEqual([231, '<html>hello</html>\n']);
  const server = await answering(Buffer.concat([head, body]));
  const { stdout } = await run('-v', '-s', '127.0.0.1', '-p', String(server.port), '-u', '/index.html');
  const timeless = (text: string): string => text.replace(/= \d+ usecs/, '= N usecs').replaceAll('\r', '');
  expect(timeless(stdout)).toBe(timeless(original));
});

test('a hex dump shows sixteen bytes a line behind their decimal offset', () => {
  expect(hexDump(Buffer.from('0123456789abcdefXYZ\n'))).toBe(
    '0000  30 31 32 33 34 35 36 37 - 38 39 61 62 63 64 65 66   0123456789abcdef\n' +
      '0016  58 59 5a 0a             -                           XYZ.            \n',
  );
});

describe('a failed request prints the original’s words and exits with 1', () => {
  test('connection refused', async () => {
    const port = String(await closedPort());
    expect(await run('-s', '127.0.0.1', '-p', port, '-u', '/')).toEqual({
      status: 1,
      stdout: 'Connection failed\n',
      stderr: '',
    });
  });

  test('no data', async () => {
    const server = await answering('');
    expect(await run('-s', '127.0.0.1', '-p', String(server.port), '-u', '/')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'no data received from remote webserver\n',
    });
  });

  test('silence, for the timeout given with -t', async () => {
    const server = await serve(() => {});
    const silent = await run('-s', '127.0.0.1', '-p', String(server.port), '-u', '/', '-t', '1');
    expect(silent).toMatchObject({ status: 1, stdout: 'Timeout WEB read\n' });
  });
});

const TO = ['-s', '127.0.0.1', '-p', '80', '-u', '/'];

describe('wrong usage prints the reason and the usage to stderr and exits with 1', () => {
  test.each([
    [[], ''],
    [['-h'], ''],
    [['--help'], ''],
    [['-s', '127.0.0.1', '-p', '80'], ''],
    [['-p', '80', '-u', '/'], ''],
    [['-s', 'localhost', '-p', '80', '-u', '/'], 'server should be an IP, not localhost\n'],
    [['-s', '::1%lo', '-p', '80', '-u', '/'], 'server should be an IP, not ::1%lo\n'],
    [['-s', '127.0.0.1', '-p', '99999', '-u', '/'], "invalid port number '99999'\n"],
    [['-s', '127.0.0.1', '-p', '0x50', '-u', '/'], "invalid port number '0x50'\n"],
    [[...TO, '-P', '9'], "invalid HTTP protocol version '9'\n"],
    [[...TO, '-t', 'x'], "invalid timeout 'x'\n"],
    [[...TO, '-t', '0'], "invalid timeout '0'\n"],
    [[...TO, '-m', 'abc'], "invalid fwmark 'abc'\n"],
    [[...TO, '-z'], 'Unknown option -z\n'],
    [[...TO, '--use-s'], 'Unknown option --use-s\n'],
    [[...TO, 'extra'], 'Unexpected argument(s): extra\n'],
    [['-s', '127.0.0.1', '-p', '80', '-u'], 'Missing parameter for option -u\n'],
  ])('%j', async (argv, reason) => {
    expect(await run(...argv)).toEqual({ status: 1, stdout: '', stderr: `${reason}${USAGE}` });
  });

  test('an abbreviated long option is understood when only one begins so', async () => {
    const server = await answering('HTTP/1.0 200 OK\r\n\r\nhello');
    expect(await run('--ser=127.0.0.1', '--po', String(server.port), '--ur', '/')).toMatchObject({
      status: 0,
    });
  });
});

/** Real files, with all that can be wrong with them. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FILE_BYTES_MAX } from '../../src/config/load/files.ts';
import { loadConfig } from '../../src/config/load.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vipd-config-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
};
const firstText = (path: string): string | undefined => loadConfig(path).diagnostics[0]?.text;

describe('the main file', () => {
  test('is read', () => {
    const loaded = loadConfig(write('good.conf', 'global_defs {\n router_id A\n}\n'));
    expect([loaded.config?.global.routerId, loaded.exitCode, loaded.refused]).toEqual(['A', 0, false]);
    expect(loaded.sources.map((source) => source.path)).toEqual([join(directory, 'good.conf')]);
  });

  test.each([
    ['is missing', () => join(directory, 'absent.conf'), 'no such file'],
    ['is a directory', () => directory, 'it is a directory'],
    ['has a file where a directory should be', () => join(write('file', ''), 'x.conf'), 'no such file'],
  ])(
    'that %s is named, keeps a daemon from starting, and gives status 0 as keepalived does',
    (_, make, why) => {
      const loaded = loadConfig(make());
      expect(loaded.diagnostics[0]?.text).toContain(why);
      expect([loaded.config, loaded.exitCode, loaded.refused]).toEqual([null, 0, true]);
    },
  );

  test('with an execute bit is not read', () => {
    const path = write('executable.conf', '');
    chmodSync(path, 0o744);
    expect(firstText(path)).toContain('execute permission');
  });

  test('that is a FIFO does not hold the reader up', () => {
    const path = join(directory, 'fifo');
    execFileSync('mkfifo', [path]);
    expect(firstText(path)).toContain('it is a FIFO');
  });

  test('that is a device or a socket is not read', async () => {
    expect(firstText('/dev/zero')).toContain('it is a device');
    const path = join(directory, 'socket');
    const server = createServer().listen(path);
    await new Promise((resolve) => server.once('listening', resolve));
    expect(firstText(path)).toContain('it is a socket');
    server.close();
  });

  test('larger than the limit is not read into memory', () => {
    const path = write('huge.conf', '');
    truncateSync(path, FILE_BYTES_MAX + 1);
    expect(firstText(path)).toContain(`${FILE_BYTES_MAX + 1} bytes`);
  });

  test('of one line of 15 MB gives one complaint', () => {
    const loaded = loadConfig(write('line.conf', Buffer.alloc(15 * 1024 * 1024, 'x')));
    expect(loaded.diagnostics.map(({ id }) => id)).toEqual(['line_too_long']);
  });

  test('that is no UTF-8 is taken byte by byte', () => {
    const path = write('latin1.conf', Buffer.from('global_defs {\n router_id caf\xe9\n}\n', 'latin1'));
    expect(loadConfig(path).config?.global.routerId).toBe('caf\xe9');
  });
});

describe('included files', () => {
  test('are found by glob; what is no plain file is skipped and named', () => {
    mkdirSync(join(directory, 'd'));
    write('d/1.conf', 'router_id one\n');
    write('d/2.conf', 'router_id two\n');
    chmodSync(write('d/3.conf', 'router_id three\n'), 0o755);
    mkdirSync(join(directory, 'd/4.conf'));
    symlinkSync('1.conf', join(directory, 'd/5.conf'));
    const loaded = loadConfig(write('includes.conf', 'global_defs {\n include d/*.conf\n}\n'));
    expect(loaded.config?.global.routerId).toBe('one');
    expect(loaded.diagnostics.map(({ text }) => text.replace(directory, ''))).toEqual([
      "include skipped: cannot use '/d/3.conf': it has an execute permission bit, and such files are never read as configuration",
      "include skipped: cannot use '/d/4.conf': it is a directory",
    ]);
  });
});

describe('a key of auth_hmac in a file', () => {
  const KEY = '0123456789abcdef0123456789abcdef';
  const configured = (path: string) =>
    loadConfig(
      write(
        'hmac.conf',
        `vrrp_instance A {
  interface eth0
  virtual_router_id 51
  auth_hmac {
    key 1 file:${path}
    active_key 1
  }
  virtual_ipaddress { 10.0.0.1 }
}
global_defs {
  dynamic_interfaces
}
`,
      ),
    );
  const keyFile = (content: string, mode = 0o600): string => {
    const path = write('vrrp.key', content);
    chmodSync(path, mode);
    return path;
  };
  const secretIn = ({ config }: ReturnType<typeof loadConfig>): unknown => {
    const authentication = config?.vrrpInstances[0]?.authentication;
    return authentication?.kind === 'hmac' ? authentication.keys[0]?.secret : undefined;
  };

  test.each([
    ['text', `${KEY}\n`],
    ['hexadecimal', `hex:${Buffer.from(KEY).toString('hex')}`],
  ])('is read when the configuration is, as %s', (_, content) => {
    const loaded = configured(keyFile(content));
    expect(loaded.diagnostics).toEqual([]);
    expect(secretIn(loaded)).toEqual({ kind: 'octets', hex: Buffer.from(KEY).toString('hex') });
  });

  test('that others can read is used, with a warning about security (exit 6)', () => {
    const loaded = configured(keyFile(KEY, 0o640));
    expect(loaded.diagnostics.map(({ id }) => id)).toEqual(['key_file_exposed']);
    expect([loaded.refused, loaded.exitCode]).toEqual([false, 6]);
    expect(secretIn(loaded)).toMatchObject({ kind: 'octets' });
  });

  test.each<[string, () => string, RegExp]>([
    ['is missing', () => join(directory, 'absent.key'), /ENOENT/],
    ['is a directory', () => directory, /it is not a file/],
    ['is too short', () => keyFile('short'), /32 to 64 bytes/],
    ['is far too long', () => keyFile('x'.repeat(2_000)), /more than 1024 bytes/],
  ])('that %s keeps the daemon from starting', (_, make, why) => {
    const loaded = configured(make());
    expect(loaded.refused).toBe(true);
    expect(loaded.diagnostics.map(({ text }) => text).join()).toMatch(why);
  });
});

/** The configurations that people start from: those in conf/, and two that stand in well-known guides as they are. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseIp } from '../../src/base/ip.ts';
import { idsOf, parseText } from './case-files.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

describe('the samples of conf/', () => {
  test.each(readdirSync(new URL('conf/', root)).filter((name) => name.endsWith('.conf')))(
    '%s parses without a warning',
    (name) => {
      const loaded = parseText(read(`conf/${name}`));
      expect(loaded.diagnostics.filter(({ gravity }) => gravity !== 'hint')).toEqual([]);
      expect(loaded.exitCode).toBe(0);
    },
  );
});

describe('a guide’s web configuration, byte for byte', () => {
  const loaded = parseText(read('test/config/fixtures/seed-web.conf'));

  test('is accepted with what keepalived complains about', () => {
    expect(idsOf(loaded).toSorted()).toEqual(['replaced', 'replaced', 'retired', 'retired', 'retired']);
    expect([loaded.exitCode, loaded.refused]).toEqual([5, false]);
  });

  test('elects with VRID 51 and priority 100 and owns the address', () => {
    const [instance] = loaded.config?.vrrpInstances ?? [];
    expect(instance).toMatchObject({
      interface: 'eth0',
      vrid: 51,
      version: 2,
      initialState: 'MASTER',
      priority: 100,
      advertInterval: 1_000_000,
      authentication: { kind: 'pass', password: '1111' },
    });
    expect(instance?.virtualAddresses.map((vip) => `${vip.address}/${vip.prefixLength}`)).toEqual([
      '192.168.100.240/32',
    ]);
  });

  test('balances by direct routing, persistent for 20 s, with a TCP and an HTTP check per server', () => {
    const [service] = loaded.config?.virtualServers ?? [];
    expect(service?.match).toEqual({
      kind: 'address',
      protocol: 'tcp',
      address: parseIp('192.168.100.240'),
      port: 80,
    });
    expect(service?.scheduler).toBe('rr');
    expect(service?.persistence?.timeout).toBe(20_000_000);
    expect(service?.realServers.map((server) => server.forwarding.kind)).toEqual(['dr', 'dr']);
    const [tcp, http] = service?.realServers[0]?.checkers ?? [];
    // keepalived ignores nb_get_retry in TCP_CHECK, so its default of one retry is in force
    expect(tcp).toMatchObject({
      kind: 'tcp',
      retry: 1,
      delayLoop: 6_000_000,
      target: { timeout: 8_000_000 },
    });
    expect(http).toMatchObject({ kind: 'http', retry: 3, delayBeforeRetry: 3_000_000 });
    expect(http).toHaveProperty('urls.0.digest', 'ff873bb2146020d8406ec84a21c2a5af');
  });
});

describe('a guide’s MySQL configuration, byte for byte', () => {
  const loaded = parseText(read('test/config/fixtures/seed-mysql.conf'));

  test('is accepted although one brace touches its port', () => {
    expect(loaded.refused).toBe(false);
    const servers = loaded.config?.virtualServers[0]?.realServers ?? [];
    expect(servers.map((server) => `${server.address}:${server.port} ${server.weight}`)).toEqual([
      '192.168.100.8:3306 3',
      '192.168.100.9:3306 3',
    ]);
    expect(loaded.config?.virtualServers[0]).toMatchObject({ scheduler: 'wlc', persistence: null });
  });
});

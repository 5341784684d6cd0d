/** `vipctl import`: what other programs' files become. */
import { describe, expect, test } from 'vitest';
import { invariant } from '../../../src/base/never.ts';
import { diffConfigs } from '../../../src/config/compare/diff.ts';
import { importIpvsadm } from '../../../src/config/importing/ipvsadm.ts';
import { importKeepalived } from '../../../src/config/importing/keepalived.ts';
import { importLdirectord } from '../../../src/config/importing/ldirectord.ts';
import { formatConfig } from '../../../src/config/printing/format.ts';
import { readPieces } from '../../../src/config/read-tree.ts';
import { type CaseFile, caseFiles, idsOf, memoryFiles, PARSE_OPTIONS, parseText } from '../case-files.ts';

const portByName = (name: string): number | null => (name === 'http' ? 80 : null);

function caseOf(name: string): CaseFile {
  const found = caseFiles('importing').find((each) => each.name === name);
  invariant(found !== undefined, () => name);
  return found;
}

describe('a keepalived.conf', () => {
  const imported = (texts: Readonly<Record<string, string>>): string => {
    const { pieces, loaded } = readPieces('/etc/vipd.conf', memoryFiles(texts), PARSE_OPTIONS);
    return importKeepalived(pieces, loaded);
  };
  const texts = [...caseFiles('cases'), ...caseFiles('diagnostics')].map(
    ({ name, config }) => [name, config] as const,
  );

  test.each(texts)('means the same after its import, without errors of structure: %s', (_, config) => {
    const result = imported({ '/etc/vipd.conf': config });
    const before = parseText(config);
    const after = parseText(result);
    invariant(after.config !== null && before.config !== null, () => result);
    expect(diffConfigs(before.config, after.config)).toEqual([]);
    expect(idsOf(after)).not.toContain('unknown_keyword');
    expect(idsOf(after)).not.toContain('retired');
    expect(idsOf(after)).not.toContain('replaced');
    expect(idsOf(after).filter((id) => /close|open/.test(id))).toEqual([]);
    expect(formatConfig(result)).toBe(result);
  });

  test('may be as large as a configuration can be', () => {
    const lines = Array.from({ length: 150_000 }, () => ' router_id A').join('\n');
    expect(imported({ '/etc/vipd.conf': `global_defs {\n${lines}\n}\n` }).split('\n').length).toBe(150_003);
  });

  test('keeps the words of a block that a macro made, whatever is said at its place', () => {
    const made = '$M= \\\nvrrp_track_file f { \\\nfile /run/f \\\nnonsense \\\n}\n$M\n';
    const result = imported({ '/etc/vipd.conf': made });
    expect(result).toMatch(/^track_file f \{\n {4}file \/run\/f\n/m);
    expect(result).toMatch(/^ {4}#nonsense$/m);
  });

  test('keeps an old keyword whose successor stands in another block', () => {
    const old =
      'vrrp_instance A {\n interface eth0\n virtual_router_id 1\n lvs_sync_daemon_interface eth1\n}\n';
    expect(imported({ '/etc/vipd.conf': old })).toMatch(/^ {4}lvs_sync_daemon_interface eth1$/m);
  });

  test('becomes one file without includes, macros and conditions', () => {
    const result = imported({
      '/etc/vipd.conf': '$ID=51\ninclude d/*.conf\n@director include only.conf\n@^director nonsense\n',
      '/etc/d/a.conf':
        'vrrp_instance A {\n interface eth0\n virtual_router_id $ID\n~SEQ(I, 2) nb_get_retry $I\n}\n',
      '/etc/only.conf': 'global_defs {\n router_id "a b"\n}\n',
    });
    expect(result).toBe(`# (A) has no virtual_ipaddress
vrrp_instance A {
    interface eth0
    virtual_router_id 51
    # unknown keyword 'nb_get_retry' in vrrp_instance: 'nb_get_retry' belongs in HTTP_GET or in SSL_GET
    #nb_get_retry 1
    #nb_get_retry 2
}

global_defs {
    router_id "a b"
}
`);
  });
});

describe('a saved ipvsadm -S', () => {
  test('becomes services with their servers', () => {
    const { config, update } = caseOf('ipvsadm');
    const result = importIpvsadm(config, portByName);
    expect(result).toBe(update(result));
    const loaded = parseText(result);
    expect(loaded.config?.virtualServers.map(({ realServers }) => realServers.length)).toEqual([2, 1]);
    expect(loaded.config?.virtualServers[0]).toMatchObject({
      scheduler: 'rr',
      persistence: { timeout: 300_000_000, prefixLength: 24 },
      realServers: [
        { weight: 1, forwarding: { kind: 'dr' } },
        { weight: 2, forwarding: { kind: 'nat' }, upperThreshold: 10, lowerThreshold: 5 },
      ],
    });
  });
});

describe('an ldirectord.cf', () => {
  test('becomes services with their checks', () => {
    const { config, update } = caseOf('ldirectord');
    const result = importLdirectord(config, portByName);
    expect(result).toBe(update(result));
    const loaded = parseText(result);
    expect(loaded.diagnostics.filter(({ gravity }) => gravity === 'mistake')).toEqual([]);
    expect(loaded.config?.virtualServers[0]).toMatchObject({
      scheduler: 'rr',
      sorryServer: { address: '127.0.0.1', port: 80 },
      persistence: { timeout: 600_000_000 },
    });
    expect(loaded.config?.virtualServers[0]?.realServers).toHaveLength(5);
    expect(loaded.config?.virtualServers[0]?.realServers[0]).toMatchObject({
      weight: 10,
      inhibitOnFailure: true,
      checkers: [{ kind: 'http', retry: 2, delayLoop: 1_000_000, urls: [{ path: '/index.html' }] }],
    });
  });
});

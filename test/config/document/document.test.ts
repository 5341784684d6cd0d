/** Configurations as JSON and YAML: the same model as from text, and errors that point into the file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderDiagnostics } from '../../../src/config/diagnostics/render.ts';
import { documentSchema } from '../../../src/config/document/schema.ts';
import { AJV_OPTIONS } from '../../../src/config/load/ajv-options.ts';
import { loadConfig, loadConfigFile } from '../../../src/config/load.ts';
import { caseFiles, parseText } from '../case-files.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipd-document-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

const load = (name: string, text: string) => loadConfigFile(write(name, text), { host: null });

/** What is said about a document, with the folder left out. */
async function said(text: string): Promise<string> {
  const { diagnostics } = await load('vipd.yaml', text);
  return renderDiagnostics(diagnostics).replaceAll(`${folder}/`, '');
}

const YAML = `
vrrpInstances:
  - name: VI_1
    interface: eth0
    vrid: 51
    priority: 150
    virtualAddresses:
      - address: 10.0.0.1
virtualServers:
  - match: { address: 10.0.0.1, port: 80 }
    scheduler: rr
    realServers:
      - address: 10.0.0.2
        weight: 3
        forwarding: { kind: dr }
        checkers:
          - kind: tcp
          - kind: http
            urls: [{ path: / }]
`;

const TEXT = `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    virtual_ipaddress {
        10.0.0.1
    }
}
virtual_server 10.0.0.1 80 {
    protocol TCP
    lb_algo rr
    lb_kind DR
    real_server 10.0.0.2 80 {
        weight 3
        TCP_CHECK {
        }
        HTTP_GET {
            url {
                path /
            }
        }
    }
}
`;

describe('a document', () => {
  test('means what the text with the same settings means', async () => {
    const fromYaml = await load('vipd.yaml', YAML);
    expect(fromYaml.diagnostics).toEqual([]);
    expect(fromYaml.config).toEqual(loadConfig(write('vipd.conf', TEXT), { host: null }).config);
  });

  const models = caseFiles('cases').flatMap(({ name, config }) => {
    const model = parseText(config).config;
    return model === null ? [] : [[name, model] as const];
  });

  test.each(models)('that vipctl config printed is read back: %s', async (_, model) => {
    const { config, diagnostics } = await load('vipd.json', JSON.stringify(model));
    expect(diagnostics.filter(({ id }) => id !== 'duplicate_vrid')).toEqual([]);
    expect(config).toEqual(model);
  });

  const validate = new Ajv(AJV_OPTIONS).compile(Object(documentSchema()));
  test.each(models)('that vipctl config printed fits the schema of --schema: %s', (_, model) => {
    expect([validate(model), validate.errors]).toEqual([true, null]);
  });

  test('of nothing is a configuration of defaults', async () => {
    const { config, refused } = await load('vipd.json', '{}');
    expect([config?.vrrpInstances, refused]).toEqual([[], false]);
  });
});

describe('what is wrong in a document', () => {
  test('is shown at its value', async () => {
    expect(await said(YAML.replace('vrid: 51', 'vrid: 510'))).toBe(
      [
        'vipd.yaml:5:11: error: /vrrpInstances/0/vrid must be <= 255',
        '    5 |     vrid: 510',
        '      |           ^~~',
        '',
      ].join('\n'),
    );
  });

  test('is shown at its name when there is no such property', async () => {
    expect(await said(YAML.replace('priority:', 'priorty:'))).toBe(
      [
        "vipd.yaml:6:5: error: /vrrpInstances/0 has no property 'priorty'",
        '    6 |     priorty: 150',
        '      |     ^~~~~~~',
        "  help: did you mean 'priority'?",
        '',
      ].join('\n'),
    );
  });

  test('is shown where something is missing, at what lacks it', async () => {
    expect(await said('vrrpInstances:\n  - name: A\n')).toContain(
      'vipd.yaml:2:5: error: /vrrpInstances/0 must have',
    );
  });

  test('is told with the words that would do', async () => {
    expect(await said(YAML.replace('scheduler: rr', 'scheduler: rrr'))).toContain('help: one of: rr wrr');
  });

  test('names the first of two instances with one VRID', async () => {
    const second = '  - { name: B, interface: eth0, vrid: 51, virtualAddresses: [{ address: 10.0.0.3 }] }\n';
    const text = await said(YAML.replace('virtualServers:', `${second}virtualServers:`));
    expect(text).toContain('error: VRID 51 is used twice on eth0 (IPv4)');
    expect(text).toContain('note: vipd.yaml:5:11: first VRID 51 here');
  });

  test('names objects that are referred to and not there', async () => {
    const groups = 'vrrpSyncGroups:\n  - { name: G, members: [VI_1, VI_2] }\n';
    expect(await said(YAML + groups)).toContain("there is no 'VI_2' in vrrpInstances");
  });

  test.each(['{', 'a: b: c', 'x: [1', '\t- a', '&a [*a, *a'])('may be its syntax: %s', async (text) => {
    const { config, refused, exitCode } = await load('vipd.json', text);
    expect([config, refused, exitCode]).toEqual([null, true, 5]);
  });

  test('may be aliases that unfold without end', async () => {
    const levels = Array.from(
      { length: 9 },
      (_, i) => `a${i}: &a${i} [${`*a${i - 1}, `.repeat(i === 0 ? 0 : 9)}1]`,
    );
    const { config, refused } = await load('vipd.yaml', `${levels.join('\n')}\n`);
    expect([config, refused]).toEqual([null, true]);
  });

  test('may be that it is not there', async () => {
    const { exitCode, refused } = await loadConfigFile(join(folder, 'absent.json'));
    expect([exitCode, refused]).toEqual([0, true]);
  });
});

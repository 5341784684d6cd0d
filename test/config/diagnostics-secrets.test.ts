/** Passwords and keys are not shown by what a configuration's mistakes are told with. */
import { describe, expect, test } from 'vitest';
import { HIDDEN, withoutSecrets } from '../../src/config/compare/secrets.ts';
import { diagnosticsToJson, renderDiagnostics } from '../../src/config/diagnostics/render.ts';
import { maskSecrets } from '../../src/config/diagnostics/secrets.ts';
import { formatConfig } from '../../src/config/printing/format.ts';
import { parseText } from './case-files.ts';

describe('a line is shown with asterisks, as long as it was', () => {
  test.each([
    ['auth_pass geheim', 'auth_pass ******'],
    ['  auth_pass "geheim wort" # so', '  auth_pass "****** ****" * **'],
    [
      'authentication { auth_type PASS auth_pass geheim }',
      'authentication { auth_type PASS auth_pass ****** }',
    ],
    ['@high auth_pass geheim', '@high auth_pass ******'],
    ['auth_passgeheim', 'auth_pass******'],
    ['auth_pas geheim', 'auth_pas ******'],
    ['password geheim', 'password ******'],
    ['passwd geheim', 'passwd ******'],
    ['key 1 geheim', 'key 1 ******'],
    ['key 12geheim', 'key ********'],
    ['key geheim', 'key ******'],
    ['$MY_PASS=geheim', '$MY_PASS=******'],
    ['auth_pass $MY_PASS', 'auth_pass $MY_PASS'],
    ['  "password": "geheim",', '  "password": "******",'],
    ['- hex: 00ff', '- hex: ****'],
  ])('%s', (line, shown) => {
    expect(maskSecrets(line)).toBe(shown);
    expect(shown).toHaveLength(line.length);
  });

  test.each([
    'key /etc/ssl/key.pem',
    'key 1 file:/etc/key',
    'passive',
    'password_file /etc/secret',
    'active_key 1',
    'auth_type PASS',
    'priority 1',
  ])('%s holds none', (line) => expect(maskSecrets(line)).toBe(line));
});

const instance = (lines: string): string =>
  `$PASS=geheim wort\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress { 10.0.0.1 }\n${lines}\n}\n`;

describe('no diagnostic tells a secret', () => {
  test.each([
    'authentication {\nauth_type PASS\nauth_pass geheim-und-lang\n}',
    'authentication {\nauth_type PASS\nauth_pass x geheim\n}',
    'authentication {\nauth_type PASS\nauth_pass $PASS\n}',
    'authentication {\nauth_type PASS\nauth_passgeheim\n}',
    'authentication {\nauth_type PASS\nauth_pas geheim\n}',
    'authentication {\nauth_type PASS\nauth_pass "geheim\n}',
    'authentication {\nauth_type PASS auth_pass geheim\n}',
    'auth_pass geheim {\n}',
    'auth_hmac {\nkey 1 geheim\nactive_key 1\n}',
    'auth_hmac {\nkey geheim\n}',
    'auth_hmac {\nkey 1geheim x\n}',
    'auth_hmac {\nkey 1 hex:geheim geheim\n}',
    'key 1 geheim',
    'auth_hmac {\nkey 4711geheim\n}',
  ])('%j', (lines) => {
    const { diagnostics } = parseText(instance(lines));
    expect(diagnostics).not.toEqual([]);
    const told = renderDiagnostics(diagnostics) + JSON.stringify(diagnosticsToJson(diagnostics));
    expect(told).not.toMatch(/geheim|wort/);
  });
});

test('a number is hidden too', () => {
  const { diagnostics } = parseText(instance('auth_hmac {\nkey 47114711\n}'));
  expect(renderDiagnostics(diagnostics)).not.toContain('4711');
});

test('a caret stays under its word', () => {
  const { diagnostics } = parseText(
    instance('authentication {\nauth_type PASS\nauth_pass geheim-und-lang\n}'),
  );
  expect(renderDiagnostics(diagnostics)).toContain(
    'auth_pass ***************\n      |           ^~~~~~~~~~~~~~~\n',
  );
});

test('formatting keeps them', () => {
  expect(formatConfig('auth_pass   geheim\n')).toBe('auth_pass geheim\n');
});

test('a model that is shown has none, and is otherwise the same', () => {
  const key = 'k'.repeat(32);
  const { config } = parseText(
    instance(`auth_hmac {\nkey 1 ${key}\nactive_key 1\n}`) +
      instance('authentication {\nauth_type PASS\nauth_pass geheim\n}')
        .replace('_id 1', '_id 2')
        .replace(' A ', ' B '),
  );
  const shown = JSON.stringify(withoutSecrets(config));
  expect(shown).not.toMatch(/geheim|6b6b6b/);
  const [hmac, pass] = config?.vrrpInstances ?? [];
  expect(withoutSecrets(config)).toMatchObject({
    vrrpInstances: [
      {
        name: hmac?.name,
        vrid: 1,
        authentication: { kind: 'hmac', keys: [{ id: 1, secret: { hex: HIDDEN } }] },
      },
      { name: pass?.name, vrid: 2, authentication: { kind: 'pass', password: HIDDEN } },
    ],
  });
});

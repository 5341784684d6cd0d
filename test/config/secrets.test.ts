/** Passwords of checkers: they may lie in files, and nothing that is printed shows them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { diffConfigs, diffText } from '../../src/config/compare/diff.ts';
import type { Diagnostic } from '../../src/config/diagnostics/diagnostic.ts';
import { renderDiagnostics } from '../../src/config/diagnostics/render.ts';
import { withKeyFiles } from '../../src/config/load/key-files.ts';
import type { Config } from '../../src/config/model/config.ts';
import { effectiveJson, effectiveText } from '../../src/config/reference/effective.ts';
import { checkersLines, pairServices, serviceLines } from '../../src/observe/dump-checks.ts';
import { parseText } from './case-files.ts';

const SECRET = 'hunter2';

const text = (...passwordLines: string[]): string =>
  `virtual_server 10.0.0.1 80 {\n protocol TCP\n lb_algo rr\n lb_kind DR\n${passwordLines
    .map((line, i) => ` real_server 10.0.0.${i + 2} 80 {\n  MYSQL_CHECK {\n   ${line}\n  }\n }\n`)
    .join('')}}\n`;

function configOf(...passwordLines: string[]): Config {
  const { config } = parseText(text(...passwordLines));
  if (config === null) throw new Error('the sample cannot be read');
  return config;
}

const passwordsOf = ({ virtualServers }: Config) =>
  virtualServers.flatMap(({ realServers }) =>
    realServers.flatMap(({ checkers }) =>
      checkers.map((checker) => ('login' in checker ? checker.login?.password : null)),
    ),
  );

function secretFile(content: string, mode: number): string {
  const folder = mkdtempSync('/tmp/vipd-secret-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'secret');
  writeFileSync(path, content, { mode });
  return path;
}

describe('password_file', () => {
  const read = (...lines: string[]) => {
    const found: Diagnostic[] = [];
    const config = withKeyFiles(configOf(...lines), (diagnostic) => found.push(diagnostic));
    return { passwords: passwordsOf(config), complaints: found.map(({ id }) => id) };
  };

  test('gives its first line, and several servers may name one file', () => {
    const path = secretFile(`${SECRET}\nsecond line\n`, 0o600);
    const given = { kind: 'given', secret: SECRET };
    expect(read(`password_file ${path}`, `password_file ${path}`)).toEqual({
      passwords: [given, given],
      complaints: [],
    });
  });

  test('that others can read is a matter of security, told once', () => {
    const path = secretFile(SECRET, 0o644);
    expect(read(`password_file ${path}`, `password_file ${path}`).complaints).toEqual([
      'password_file_exposed',
    ]);
  });

  test('that is missing or empty refuses the configuration', () => {
    expect(read('password_file /nonexistent').complaints).toEqual(['password_file_unreadable']);
    expect(read(`password_file ${secretFile('\n', 0o600)}`).complaints).toEqual(['password_file_unreadable']);
  });
});

describe('a password is not shown', () => {
  const config = configOf(`password ${SECRET}`);
  const other = configOf(`password another-${SECRET}`);
  const origins = new Map();

  test('by vipctl config', () => {
    expect(effectiveText(config, origins)).not.toContain(SECRET);
    expect(JSON.stringify(effectiveJson(config, origins))).not.toContain(SECRET);
  });

  test('by vipctl diff, which says that it changed', () => {
    const changes = diffConfigs(config, other);
    expect(diffText(changes)).toMatch(/^~ .*password: secret \(hidden\) → another, \(hidden\)\n$/);
    const added = diffConfigs(configOf(), config);
    expect(JSON.stringify([...changes, ...added])).not.toContain(SECRET);
  });

  test('by a dump', () => {
    const lines = pairServices(config, null).flatMap((pair) => [
      ...serviceLines(pair),
      ...checkersLines(pair),
    ]);
    expect(lines).toContain('   Keepalive method = MYSQL_CHECK');
    expect(lines.join('\n')).not.toContain(SECRET);
  });

  test('by the excerpt of a complaint', () => {
    const { diagnostics } = parseText(text(`password ${SECRET} and more`));
    const rendered = renderDiagnostics(diagnostics);
    expect(rendered).toContain('******* *** ****');
    expect(rendered).not.toContain(SECRET);
  });
});

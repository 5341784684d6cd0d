/** Files, includes and the limits of a text (grammar.md sections 1, 5, 6, 7). */
import { describe, expect, test } from 'vitest';
import { LINE_MAX } from '../../../src/config/syntax/reader.ts';
import { idsOf, parseFiles, parseText } from '../case-files.ts';

const routerOf = (texts: Readonly<Record<string, string>>) => parseFiles(texts).config?.global.routerId;

describe('include', () => {
  test('reads the files of a glob in the order of their names, inside a block too', () => {
    const texts = {
      '/etc/vipd.conf': 'global_defs {\n include d/*.conf\n}\n',
      '/etc/d/2.conf': 'router_id second\n',
      '/etc/d/1.conf': 'router_id first\n',
      '/etc/d/.hidden.conf': 'router_id hidden\n',
      '/etc/d/3.txt': 'router_id text\n',
    };
    expect(routerOf(texts)).toBe('second');
  });

  test('takes relative names from the directory of the file that includes', () => {
    const texts = {
      '/etc/vipd.conf': 'include d/one.conf\n',
      '/etc/d/one.conf': 'include two.conf\n',
      '/etc/d/two.conf': 'global_defs { router_id two\n }\n',
      '/etc/two.conf': 'global_defs { router_id wrong\n }\n',
    };
    expect(routerOf(texts)).toBe('two');
  });

  test('works behind a brace on the same line and through a macro', () => {
    const texts = {
      '/etc/vipd.conf': '$D=/etc/d\nglobal_defs { include $D/a.conf\n}\n',
      '/etc/d/a.conf': 'router_id a',
    };
    expect(routerOf(texts)).toBe('a');
  });

  test('expands {a,b}', () => {
    const texts = {
      '/etc/vipd.conf': 'global_defs {\ninclude "d/{b,a}.conf"\n}\n',
      '/etc/d/a.conf': 'router_id a\n',
      '/etc/d/b.conf': 'router_id b\n',
    };
    expect(routerOf(texts)).toBe('a');
  });

  test('of itself is reported with the chain and ends', () => {
    const loaded = parseFiles({
      '/etc/vipd.conf': 'include a.conf\n',
      '/etc/a.conf': 'include /etc/vipd.conf\n',
    });
    expect(idsOf(loaded)).toEqual(['include_failed']);
    expect(loaded.diagnostics[0]?.text).toContain('includes itself');
    expect(loaded.diagnostics[0]?.at?.file.includedAt?.file.path).toBe('/etc/vipd.conf');
  });

  // [keyword, pattern, does a daemon start?]: the table of grammar.md section 5
  test.each([
    ['include', 'nothing.conf', true],
    ['include', 'no*.conf', true],
    ['includer', 'nothing.conf', true],
    ['includem', 'nothing.conf', false],
    ['includem', 'no*.conf', true],
    ['includew', 'no*.conf', false],
    ['includeb', '"{there,nothing}.conf"', false],
    ['includeb', '"{there,there}.conf"', true],
    ['includea', 'no*.conf', false],
    ['include', '"{there,nothing}.conf"', true],
  ])('%s %s: a daemon starts = %s', (keyword, pattern, starts) => {
    const loaded = parseFiles({ '/etc/vipd.conf': `${keyword} ${pattern}\n`, '/etc/there.conf': '' });
    expect(loaded.refused).toBe(!starts);
    expect(loaded.exitCode).toBe(starts ? 0 : 6);
  });

  test('is as strict as includea with -e', () => {
    const loaded = parseFiles({ '/etc/vipd.conf': 'include no*.conf\n' }, { strictIncludes: true });
    expect(loaded.refused).toBe(true);
  });
});

describe('lines', () => {
  test('may end with CR LF, and the last one with nothing', () => {
    const loaded = parseText('global_defs {\r\n  router_id A\r\n}');
    expect([loaded.config?.global.routerId, loaded.diagnostics]).toEqual(['A', []]);
  });

  test('of 1022 characters are read, longer ones ignored with one complaint', () => {
    const fits = `global_defs { router_id ${'x'.repeat(LINE_MAX - 24)}`;
    expect(fits.length).toBe(LINE_MAX);
    expect(idsOf(parseText(`${fits}\n}\n`))).toEqual([]);
    expect(idsOf(parseText(`# ${'x'.repeat(LINE_MAX)}\n`))).toEqual(['line_too_long']);
  });

  test('with a NUL byte are ignored, the others are read', () => {
    const loaded = parseText('global_defs {\n router_id A\n router_id B\0\n}\n');
    expect(idsOf(loaded)).toEqual(['nul_byte']);
    expect(loaded.config?.global.routerId).toBe('A');
  });

  test('behind a byte order mark are read', () => {
    const loaded = parseText('\ufeffglobal_defs {\n router_id A\n}\n');
    expect(idsOf(loaded)).toEqual(['byte_order_mark']);
    expect(loaded.config?.global.routerId).toBe('A');
  });

  test('are not continued by a backslash', () => {
    const loaded = parseText('global_defs {\n router_id \\\n A\n}\n');
    expect(loaded.config?.global.routerId).toBe('\\');
    expect(idsOf(loaded)).toEqual(['unknown_keyword']);
  });
});

describe('macros', () => {
  test('of a made line point to the use that a person wrote', () => {
    const loaded = parseText('$P=nothing\nvrrp_instance A {\n  priority \x24{P}\n}\n');
    const wrong = loaded.diagnostics.find(({ id }) => id === 'not_number');
    const { start, end, file } = wrong?.at ?? { start: 0, end: 0, file: { text: '' } };
    expect(file.text.slice(start, end)).toBe('\x24{P}');
  });

  test('may hold comment lines between their lines', () => {
    const text = '$G=router_id A \\\n  # a comment \\\n  \\\n  smtp_helo_name B\nglobal_defs {\n  $G\n}\n';
    const global = parseText(text).config?.global;
    expect([global?.routerId, global?.mail.heloName]).toEqual(['A', 'B']);
  });

  test('that nobody defined are left as they are', () => {
    expect(parseText('$A=x\nglobal_defs {\n router_id $UNKNOWN\n}\n').config?.global.routerId).toBe(
      '$UNKNOWN',
    );
  });

  test('with a billion uses inside each other are given up', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `$M${i}=$M${i + 1} $M${i + 1}`);
    const loaded = parseText(`${levels.join('\n')}\nglobal_defs {\n router_id $M0\n}\n`);
    expect(idsOf(loaded)).toEqual(['macro_endless']);
  });
});

describe('conditions', () => {
  test('keep or drop a line by the configuration id', () => {
    const text = 'global_defs {\n router_id none\n@blue router_id blue\n@^blue router_id other\n@green\n}\n';
    expect(parseText(text, { configId: 'blue' }).config?.global.routerId).toBe('blue');
    expect(parseText(text, { configId: 'red' }).config?.global.routerId).toBe('other');
  });
});

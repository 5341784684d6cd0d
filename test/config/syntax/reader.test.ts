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

describe('include_check', () => {
  const startsWith = (text: string, more: Readonly<Record<string, string>> = {}): boolean =>
    !parseFiles({ '/etc/vipd.conf': text, '/etc/there.conf': '', ...more }).refused;

  // [words of include_check, pattern, does a daemon start?]
  test.each([
    ['', 'no*.conf', false],
    ['match', 'nothing.conf', false],
    ['match', 'no*.conf', true],
    ['match wildcard_match', 'no*.conf', false],
    ['-match', 'nothing.conf', true],
    ['brace_match', '"{there,nothing}.conf"', false],
  ])('%s makes plain include of %s: a daemon starts = %s', (words, pattern, starts) => {
    expect(startsWith(`global_defs {\n include_check ${words}\n}\ninclude ${pattern}\n`)).toBe(starts);
  });

  test('adds and takes away with a sign', () => {
    const checks = 'include_check read\n include_check +match\n include_check -read';
    expect(startsWith(`global_defs {\n ${checks}\n}\ninclude nothing.conf\n`)).toBe(false);
    expect(startsWith(`global_defs {\n ${checks} -match\n}\ninclude nothing.conf\n`)).toBe(true);
  });

  test('holds until the end of the file that says it', () => {
    const inner = { '/etc/in.conf': 'global_defs {\n include_check\n}\n' };
    expect(startsWith('include in.conf\ninclude nothing.conf\n', inner)).toBe(true);
  });

  test('refuses words that it does not know', () => {
    expect(idsOf(parseText('global_defs {\n include_check reed\n}\n'))).toEqual(['unknown_option']);
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

  test('of many lines may end with one another', () => {
    const definitions = '$IN=10.0.0.1 \\\n10.0.0.$I \\\n\n$OUT=\\\n$IN \\\n10.0.0.9\n$ONE=$OUT\n$I=2';
    const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.9'];
    expect(addressesOf(definitions, '$OUT')).toEqual(addresses);
    expect(addressesOf(definitions, '$ONE')).toEqual(addresses);
    expect(addressesOf(definitions, '~SEQ(I, 7, 7) $ONE')).toEqual(['10.0.0.1', '10.0.0.7', '10.0.0.9']);
  });

  test('of many lines may hold conditions', () => {
    const definition = '$A=\\\n@director 10.0.0.1 \\\n@^director 10.0.0.2 \\\n10.0.0.3';
    expect(addressesOf(definition, '$A')).toEqual(['10.0.0.1', '10.0.0.3']);
  });

  test('of many lines that lead back to themselves are told once', () => {
    expect(idsOf(parseText('$A=\\\n$B \\\n$B\n$B=\\\n$A \\\n$A\n$A\n'))).toEqual(['line_endless']);
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

/** The addresses that the lines of `body`, in an instance's virtual_ipaddress block, come to. */
function addressesOf(definitions: string, body: string): readonly string[] {
  const block = `virtual_ipaddress {\n${body}\n}`;
  const text = `${definitions}\nvrrp_instance A {\n interface eth0\n virtual_router_id 1\n${block}\n}\n`;
  const [instance] = parseText(text).config?.vrrpInstances ?? [];
  return (instance?.virtualAddresses ?? []).map(({ address }) => address);
}

describe('sequences', () => {
  // [what, definitions, line, addresses]: checked against keepalived 2.2.7
  test.each([
    ['count from 1', '', '~SEQ(I, 3) 10.0.0.$I', ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
    ['count from START', '', '~SEQ(I,2,3)10.0.0.$I', ['10.0.0.2', '10.0.0.3']],
    ['have the step in the middle', '', '~SEQ(I, 5, -2, 1) 10.0.0.$I', ['10.0.0.5', '10.0.0.3', '10.0.0.1']],
    [
      'read hexadecimal and octal',
      '',
      '~SEQ(I, 0x10, 010, 0x20) 10.0.0.$I',
      ['10.0.0.16', '10.0.0.24', '10.0.0.32'],
    ],
    ['write hexadecimal', '', '~SEQx(I, 9, 10) fe80::\x24{I}/64', ['fe80::9', 'fe80::a']],
    ['take macros as numbers', '$N=2', '~SEQ(I, $N) 10.0.0.$I', ['10.0.0.1', '10.0.0.2']],
    [
      'nest, the leftmost outermost',
      '',
      '~SEQ(I, 2) ~SEQ(J, 2) 10.0.\x24{I}.$J',
      ['10.0.1.1', '10.0.1.2', '10.0.2.1', '10.0.2.2'],
    ],
    [
      'stand in a macro of many lines',
      '$M=10.0.0.9 \\\n ~SEQ(I,2) 10.0.0.$I \\\n 10.0.0.8',
      '$M',
      ['10.0.0.9', '10.0.0.1', '10.0.0.2', '10.0.0.8'],
    ],
    ['stand in a macro of one line', '$M=~SEQ(I,2) 10.0.0.$I', '$M', ['10.0.0.1', '10.0.0.2']],
    [
      'are told apart by conditions',
      '',
      '~SEQ(I,2) @nowhere 10.0.0.$I\n~SEQ(I,2) @director 10.1.0.$I',
      ['10.1.0.1', '10.1.0.2'],
    ],
    ['list values', '', '~LST(I, 5, 7) 10.0.0.$I', ['10.0.0.5', '10.0.0.7']],
    [
      'list values of several macros',
      '',
      '~LST({I, J}, {5, /24}, {7}) 10.0.0.\x24{I}\x24{J}',
      ['10.0.0.5', '10.0.0.7'],
    ],
  ])('%s', (_, definitions, line, addresses) => {
    expect(addressesOf(definitions, line)).toEqual(addresses);
  });

  test('leave the last value behind', () => {
    const text = 'global_defs {\n~SEQ(I, 2) # nothing\n router_id r$I\n}\n';
    expect(parseText(text).config?.global.routerId).toBe('r2');
  });

  test('include a file for each value', () => {
    const texts = {
      '/etc/vipd.conf': 'global_defs {\n~LST(F, a, b) include \x24{F}.conf\n}\n',
      '/etc/a.conf': 'router_id one\n',
      '/etc/b.conf': 'smtp_helo_name two\n',
    };
    const global = parseFiles(texts).config?.global;
    expect([global?.routerId, global?.mail.heloName]).toEqual(['one', 'two']);
  });

  test('point at the very word behind them', () => {
    const loaded = parseText('vrrp_instance A {\n ~SEQ(I, 300, 300) priority $I wrong\n}\n');
    const wrong = loaded.diagnostics.filter(({ id }) => id === 'out_of_range' || id === 'extra_words');
    const texts = wrong.map(({ at }) => at?.file.text.slice(at.start, at.end));
    expect(texts.sort()).toEqual(['$I', 'wrong']);
  });

  test.each([
    '~SEQ(I, 1, -1, 5) x',
    '~SEQ(I, 1, 0, 5) x',
    '~SEQ(I, a) x',
    '~SEQ(I) x',
    '~SEQ(1, 5) x',
    '~SEQ(I, 1',
    '~SEQx(I, -3) x',
    '~SEQ(I, 100000) x',
    '~LST(I) x',
    '~LST({I, J}, {1, 2, 3}) x',
    '~LST(I, "v 1", v2) x',
    '~LST({I, 1) x',
  ])('are refused as a line: %s', (line) => {
    expect(idsOf(parseText(`global_defs {\n${line}\n}\n`))).toEqual(['bad_sequence']);
  });

  test('that lead back to themselves are told once', () => {
    expect(idsOf(parseText('$M=~SEQ(I, 2) $M\n$M\n'))).toEqual(['line_endless']);
  });

  test('that would be read for ever end at a limit', () => {
    const line = '~SEQ(A, 60000) ~SEQ(B, 60000) ~SEQ(C, 60000) @nowhere x\n';
    expect(idsOf(parseText(line))).toEqual(['too_much']);
  });
});

describe('built-in macros', () => {
  const routerOfText = (word: string, before = '') =>
    parseText(`global_defs {\n ${before}\n router_id "${word}"\n}\n`).config?.global.routerId ?? '';

  test('_RANDOM gives a number within its parameters', () => {
    expect(Number(routerOfText('\x24{_RANDOM 5 5}'))).toBe(5);
    expect(Number(routerOfText('\x24{_RANDOM 32767}'))).toBe(32_767);
    expect(Number(routerOfText('\x24{_RANDOM}'))).toBeLessThanOrEqual(32_767);
  });

  test('_RANDOM is the same after the same random_seed', () => {
    const both = [1, 2].map(() => routerOfText('\x24{_RANDOM}-\x24{_RANDOM}', 'random_seed 7'));
    expect(both[0]).toBe(both[1]);
    expect(routerOfText('\x24{_RANDOM}-\x24{_RANDOM}', 'random_seed 8')).not.toBe(both[0]);
  });

  test('_PWD, _HASH and _BANG stand for a folder and two signs', () => {
    expect(routerOfText('\x24{_PWD}\x24{_HASH}\x24{_BANG}')).toBe('/etc#!');
  });

  test('give way to definitions of their name', () => {
    expect(parseText('$_PWD=mine\nglobal_defs {\n router_id $_PWD\n}\n').config?.global.routerId).toBe(
      'mine',
    );
  });
});

describe('conditions', () => {
  test('keep or drop a line by the configuration id', () => {
    const text = 'global_defs {\n router_id none\n@blue router_id blue\n@^blue router_id other\n@green\n}\n';
    expect(parseText(text, { configId: 'blue' }).config?.global.routerId).toBe('blue');
    expect(parseText(text, { configId: 'red' }).config?.global.routerId).toBe('other');
  });
});

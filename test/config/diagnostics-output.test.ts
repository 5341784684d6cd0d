/** How diagnostics are written: order, includes, width, control characters, JSON; and what is suggested. */
import { describe, expect, test } from 'vitest';
import {
  coloured,
  diagnosticsToJson,
  PRINTED_MAX,
  renderDiagnostics,
} from '../../src/config/diagnostics/render.ts';
import { closest } from '../../src/config/diagnostics/suggest.ts';
import { parseFiles, parseText } from './case-files.ts';

describe('text', () => {
  test('names the chain of includes', () => {
    const loaded = parseFiles({
      '/etc/vipd.conf': 'global_defs {\n  include a.conf\n}\n',
      '/etc/a.conf': 'include b.conf\n',
      '/etc/b.conf': 'routerid A\n',
    });
    expect(renderDiagnostics(loaded.diagnostics)).toBe(
      [
        "/etc/b.conf:1:1: error: unknown keyword 'routerid' in global_defs",
        '    1 | routerid A',
        '      | ^~~~~~~~',
        '  note: /etc/a.conf:1:9: included here',
        '  note: /etc/vipd.conf:2:11: included here',
        "  help: did you mean 'router_id'?",
        '',
      ].join('\n'),
    );
  });

  test('stands in the order of the file', () => {
    const text = 'virtual_server 10.0.0.1 80 {\n}\nnonsense\n';
    const lines = diagnosticsToJson(parseText(text).diagnostics).map(({ at }) => at?.line);
    expect(lines).toEqual(lines.toSorted());
  });

  test('cuts a long line around the caret', () => {
    const loaded = parseText(`global_defs { notification_email_from "${'x'.repeat(400)}" ${'y'.repeat(300)}`);
    const output = renderDiagnostics(loaded.diagnostics);
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThan(500);
    expect(output).toContain('^~~~');
  });

  test('never lets a file write on the terminal', () => {
    const output = renderDiagnostics(parseText('rou\x1b[31mter {\n}\n').diagnostics);
    expect(output).not.toContain('\x1b');
  });

  test('of a hopeless file is bounded', () => {
    const output = renderDiagnostics(parseText('nonsense\n'.repeat(PRINTED_MAX + 7)).diagnostics);
    expect(output).toContain('and 7 more\n');
  });
});

test('JSON holds id, severity, place, notes and help', () => {
  const text = 'vrrp_instance A {\n}\nvrrp_instance A {\n}\n';
  const [first] = diagnosticsToJson(parseText(text).diagnostics).filter(
    ({ id }) => id === 'duplicate_instance',
  );
  expect(first).toEqual({
    id: 'duplicate_instance',
    severity: 'error',
    refuses: false,
    text: "vrrp_instance 'A' exists already; this block is ignored",
    at: { file: '/etc/vipd.conf', line: 3, column: 15, length: 1 },
    notes: [{ text: 'first given here', at: { file: '/etc/vipd.conf', line: 1, column: 15, length: 1 } }],
    help: null,
  });
});

describe('did you mean', () => {
  const words = ['priority', 'state', 'interface', 'advert_int', 'weight', 'rule'];
  test.each([
    ['priorty', 'priority'],
    ['prioriyt', 'priority'],
    ['Priority', 'priority'],
    ['advertint', 'advert_int'],
    ['wieght', 'weight'],
    ['ruel', 'rule'],
    ['nonsense', null],
    ['x', null],
    ['x'.repeat(1000), null],
  ])('%s: %s', (word, expected) => {
    expect(closest(word, words)).toBe(expected);
  });
});

describe('colours', () => {
  const { diagnostics } = parseText('virtual_server 10.0.0.1 80 {\n}\nnonsense\n');

  test('mark the place, the severity and the caret, and change nothing else', () => {
    const painted = renderDiagnostics(diagnostics, coloured);
    expect(painted).toContain('\x1b[1;31merror:\x1b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is looked for
    expect(painted.replace(/\x1b\[[\d;]*m/g, '')).toBe(renderDiagnostics(diagnostics));
  });
});

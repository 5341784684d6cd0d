/** A file is read block by block; where that is not enough it is read again as a whole, and both give one model. */
import { describe, expect, test } from 'vitest';
import { caseFiles, parseText } from './case-files.ts';

const service = (port: number): string =>
  `virtual_server 10.0.0.1 ${port} {\n protocol TCP\n lb_algo rr\n lb_kind DR\n` +
  ` real_server 10.0.0.2 ${port} {\n  TCP_CHECK {\n  }\n }\n}\n`;
const globals = 'global_defs {\n checker_log_all_failures\n}\n';
/** makes any text one that is read as a whole: it gives a default behind the services */
const READ_AS_A_WHOLE = '\nglobal_defs {\n}\n';

const logsAll = (text: string): readonly (boolean | undefined)[] | undefined =>
  parseText(text).config?.virtualServers.map(
    ({ realServers }) => realServers[0]?.checkers[0]?.logAllFailures,
  );

describe('defaults of global_defs', () => {
  test('reach the services before it and behind it', () => {
    expect(logsAll(globals + service(80))).toEqual([true]);
    expect(logsAll(service(80) + globals + service(81))).toEqual([true, true]);
  });

  test('are complained about once, though the file is read twice', () => {
    const { diagnostics } = parseText(`${service(80)}global_defs {\n nonsense\n}\n`);
    expect(diagnostics.map(({ id }) => id)).toEqual(['unknown_keyword']);
  });
});

describe('block by block gives the model of the whole', () => {
  test.each(caseFiles('cases').map(({ name, config }) => [name, config] as const))('%s', (_, config) => {
    const text = `${config}\n${service(9)}`;
    expect(parseText(text).config).toEqual(parseText(text + READ_AS_A_WHOLE).config);
  });
});

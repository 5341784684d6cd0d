/** Configuration in, exact words and carets out, with the exit status of `-t` and whether a daemon would start. */
import { describe, expect, test } from 'vitest';
import { renderDiagnostics } from '../../src/config/diagnostics/render.ts';
import { caseFiles, parseText } from './case-files.ts';

describe('a mistake is shown where it is, with what to do', () => {
  test.each(caseFiles('diagnostics'))('$name', ({ config, update }) => {
    const { diagnostics, exitCode, refused } = parseText(config);
    const actual = `${renderDiagnostics(diagnostics)}exit ${exitCode}${refused ? ', does not start' : ''}\n`;
    expect(actual).toBe(update(actual));
  });
});

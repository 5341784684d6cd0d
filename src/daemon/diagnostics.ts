/** What the daemon does with the diagnostics of its file: logs each, and knows what stops it. */
import type { Log } from '../base/log.ts';
import { type Diagnostic, GRAVITY } from '../config/diagnostics/diagnostic.ts';
import { type DiagnosticJson, diagnosticsToJson } from '../config/diagnostics/render.ts';
import { daemonLog } from './log-events.ts';

/** Lines about one file that go to the log; `vipd -t` shows them all. */
const LOGGED_MAX = 50;

/** Logs each diagnostic as one line, `file:line:column: what; what to do`; returns all the lines. */
export function reportDiagnostics(diagnostics: readonly Diagnostic[], log: Log): readonly string[] {
  const all = diagnosticsToJson(diagnostics);
  const texts = all.map(lineOf);
  all.slice(0, LOGGED_MAX).forEach(({ id, severity }, i) => {
    const fields = { code: id, text: texts[i] ?? '' };
    log(severity === 'error' ? daemonLog.configError(fields) : daemonLog.diagnostic(fields));
  });
  if (all.length > LOGGED_MAX) log(daemonLog.moreDiagnostics({ count: all.length - LOGGED_MAX }));
  return texts;
}

function lineOf({ at, text, help }: DiagnosticJson): string {
  const where = at === null ? '' : `${at.file}:${at.line}:${at.column}: `;
  return `${where}${text}${help === null ? '' : ` (${help})`}`;
}

/** Something that the user wrote would not be in force. */
export const isError = (diagnostic: Diagnostic): boolean => GRAVITY[diagnostic.gravity].severity === 'error';

/** Exit status of a daemon that does not start: 6 no usable file, 2 configuration (behaviour of keepalived, 1.3). */
export const exitCodeOfRefusal = (diagnostics: readonly Diagnostic[]): 2 | 6 =>
  diagnostics.some(({ gravity }) => gravity === 'no_file' || gravity === 'strict') ? 6 : 2;

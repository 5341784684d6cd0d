/** A diagnostic is a value: what is wrong, where, what it has to do with, and what to write instead. */
import type { Span } from '../syntax/source.ts';

export interface Diagnostic {
  /** stable; never reused for another meaning */
  readonly id: string;
  readonly gravity: Gravity;
  readonly text: string;
  /** null: about the configuration as a whole, or a file that could not be read */
  readonly at: Span | null;
  readonly notes: readonly Note[];
  /** what to do; a whole sentence without a full stop */
  readonly help: string | null;
}

/** Another place that explains the first ("first VRID 51 here"). */
export interface Note {
  readonly text: string;
  readonly at: Span;
}

/**
 * How keepalived takes it (grammar.md section 9), which decides the exit status of `-t` and whether a daemon starts:
 *
 * | gravity    | severity | -t | daemon                                                     |
 * | ---------- | -------- | -- | ---------------------------------------------------------- |
 * | hint       | hint     | 0  | runs; nothing is wrong, and worth a thought                |
 * | advice     | warning  | 0  | runs; vipd's own words, keepalived says nothing             |
 * | complaint  | warning  | 5  | runs; keepalived complains too but does what was meant      |
 * | mistake    | error    | 5  | runs without the smallest enclosing thing                   |
 * | no_file    | error    | 0  | does not start; keepalived's -t exits 0 for a missing file  |
 * | incomplete | error    | 2  | does not start: a mandatory argument is missing             |
 * | security   | warning  | 6  | runs; scripts would run without protection                  |
 * | refusal    | error    | 5  | does not start                                              |
 * | strict     | error    | 6  | does not start: an include that had to succeed failed       |
 */
export type Gravity =
  | 'hint'
  | 'advice'
  | 'complaint'
  | 'mistake'
  | 'no_file'
  | 'incomplete'
  | 'security'
  | 'refusal'
  | 'strict';

export type Severity = 'hint' | 'warning' | 'error';

interface GravityRow {
  readonly severity: Severity;
  readonly exitCode: 0 | 2 | 5 | 6;
  readonly refuses: boolean;
}

export const GRAVITY: Readonly<Record<Gravity, GravityRow>> = {
  hint: { severity: 'hint', exitCode: 0, refuses: false },
  advice: { severity: 'warning', exitCode: 0, refuses: false },
  complaint: { severity: 'warning', exitCode: 5, refuses: false },
  mistake: { severity: 'error', exitCode: 5, refuses: false },
  no_file: { severity: 'error', exitCode: 0, refuses: true },
  incomplete: { severity: 'error', exitCode: 2, refuses: true },
  security: { severity: 'warning', exitCode: 6, refuses: false },
  refusal: { severity: 'error', exitCode: 5, refuses: true },
  strict: { severity: 'error', exitCode: 6, refuses: true },
};

export type Report = (diagnostic: Diagnostic) => void;

/** keepalived ends at the first missing argument (2); otherwise the highest class wins. */
export function exitCodeOf(diagnostics: readonly Diagnostic[]): number {
  const codes = diagnostics.map((d) => GRAVITY[d.gravity].exitCode);
  return codes.includes(2) ? 2 : codes.reduce<number>((highest, code) => Math.max(highest, code), 0);
}

export const refusesToRun = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((d) => GRAVITY[d.gravity].refuses);

/** A row of the catalogue: the fixed part of a diagnostic and the sentence made from its fields. */
export type CatalogRow<F> = (at: Span | null, fields: F, more?: More) => Diagnostic;

export interface More {
  readonly notes?: readonly Note[];
  readonly help?: string | null;
}

export const catalogRow =
  <F>(
    id: string,
    gravity: Gravity,
    text: (fields: F) => string,
    help?: (fields: F) => string,
  ): CatalogRow<F> =>
  (at, fields, more) => ({
    id,
    gravity,
    text: text(fields),
    at,
    notes: more?.notes ?? [],
    help: more?.help ?? help?.(fields) ?? null,
  });

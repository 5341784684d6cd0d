/** The port through which configuration text is read, and what can be wrong with a file (grammar.md section 5).
 *  The real one is in load.ts; tests give a map of names to texts. */
import type { Result } from '../../base/result.ts';

export interface ConfigFiles {
  /** The text of a regular, non-executable file, decoded. */
  readonly read: (path: string) => Result<string, FileProblem>;
  /** Paths that a shell glob with `{a,b}` names, sorted; relative patterns are taken from `directory`. */
  readonly glob: (pattern: string, directory: string) => GlobMatches;
}

export interface GlobMatches {
  readonly paths: readonly string[];
  /** one alternative of `{a,b}` matched nothing */
  readonly braceUnmatched: boolean;
}

export type FileProblem =
  | { readonly kind: 'missing' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'executable' }
  /** a FIFO, a socket, a device: `what` names it */
  | { readonly kind: 'not_regular'; readonly what: string }
  | { readonly kind: 'no_permission' }
  | { readonly kind: 'too_large'; readonly bytes: number; readonly limit: number }
  | { readonly kind: 'unreadable'; readonly code: string };

/** Finishes the sentence "cannot use FILE: …". */
export function fileProblemText(problem: FileProblem): string {
  switch (problem.kind) {
    case 'missing':
      return 'no such file';
    case 'directory':
      return 'it is a directory';
    case 'executable':
      return 'it has an execute permission bit, and such files are never read as configuration';
    case 'not_regular':
      return `it is ${problem.what}, not a regular file`;
    case 'no_permission':
      return 'permission denied';
    case 'too_large':
      return `it has ${problem.bytes} bytes, more than the ${problem.limit} that a configuration may have`;
    case 'unreadable':
      return problem.code;
  }
}

export const directoryOf = (path: string): string => {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? (slash === 0 ? '/' : '.') : path.slice(0, slash);
};

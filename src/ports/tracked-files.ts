/** Files whose content matters: track_file. */
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';

export interface TrackedFiles {
  /** Tells the beginning of the file (null = there is none) inside this call, and again after each change; returns what
   *  ends it. */
  watch(path: string, changed: (content: string | null) => void): () => void;
  /** Writes the number; a file that exists stays as it is unless `overwrite`. */
  write(path: string, value: number, options: { readonly overwrite: boolean }): Result<void, SystemError>;
}

/** The real files behind the port of syntax/files.ts: what cannot be configuration is never read, so memory and time
 *  stay bounded whatever a path leads to. */
import { isUtf8 } from 'node:buffer';
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
} from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import type { ConfigFiles, FileProblem } from '../syntax/files.ts';
import { expandGlob } from '../syntax/glob.ts';

/** A file of this size holds a hundred thousand real servers; a bigger one is not a configuration. */
export const FILE_BYTES_MAX = 16 * 1024 * 1024;

export const realFiles: ConfigFiles = {
  read: readConfigFile,
  glob: (pattern, directory) => expandGlob(pattern, directory, { list: listDirectory, exists: existsSync }),
};

/** The text of a file that can be configuration, or why it cannot be. */
export function readConfigFile(path: string): Result<string, FileProblem> {
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const problem = unsuitable(fstatSync(file));
      return problem === null ? ok(decode(readFileSync(file))) : err(problem);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return err(openProblem(error));
  }
}

function unsuitable(stats: Stats): FileProblem | null {
  if (stats.isDirectory()) return { kind: 'directory' };
  if (stats.isFIFO()) return { kind: 'not_regular', what: 'a FIFO' };
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return { kind: 'not_regular', what: 'a device' };
  if (!stats.isFile()) return { kind: 'not_regular', what: 'a special file' };
  if ((stats.mode & 0o111) !== 0) return { kind: 'executable' };
  return stats.size > FILE_BYTES_MAX ? { kind: 'too_large', bytes: stats.size, limit: FILE_BYTES_MAX } : null;
}

function openProblem(error: unknown): FileProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'no_permission' };
  if (code === 'ENXIO') return { kind: 'not_regular', what: 'a socket' };
  return { kind: 'unreadable', code };
}

/** UTF-8, or latin1 when it is not: then each byte is one character and nothing is lost. The byte order mark stays. */
const decode = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');

/** Names in a directory; an unreadable one has none. */
function listDirectory(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

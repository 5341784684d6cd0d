/** Names of users and groups → the numbers a program runs with, from /etc/passwd and /etc/group (passwd(5), group(5)). */
import { readFileSync } from 'node:fs';
import { err, ok, type Result } from '../base/result.ts';
import type { ScriptSettings, ScriptUser } from '../config/model/global.ts';

/** The account that runs scripts when nothing names one. */
export const SCRIPT_ACCOUNT = 'keepalived_script';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
  readonly supplementary: readonly number[];
}

/** The texts of the two files. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
}

/** Read at each use: an account that appears while the daemon runs is found. Unreadable files are empty. */
export const readAccountFiles = (): AccountFiles => ({
  passwd: textOf('/etc/passwd'),
  group: textOf('/etc/group'),
});

/** `wanted` null asks for the default: the script account, or null (the daemon's own identity) when there is none.
 *  Errors are sentences: `no user 'nobdy' in /etc/passwd`. */
export function resolveIdentity(
  wanted: ScriptUser | null,
  files: AccountFiles,
  { supplementaryGroups }: Pick<ScriptSettings, 'supplementaryGroups'> = { supplementaryGroups: false },
): Result<Identity | null, string> {
  const passwd = rowsOf(files.passwd);
  if (wanted === null) {
    const account = passwd.find(([name]) => name === SCRIPT_ACCOUNT);
    return ok(
      account === undefined ? null : { uid: Number(account[2]), gid: Number(account[3]), supplementary: [] },
    );
  }
  const account =
    passwd.find(([name]) => name === wanted.user) ?? passwd.find((row) => row[2] === wanted.user);
  const uid = idOf(account?.[2] ?? wanted.user);
  if (uid === null) return err(`no user '${wanted.user}' in /etc/passwd`);
  const groups = rowsOf(files.group);
  const group = wanted.group?.replace(/^:/, '') ?? '';
  const named = groups.find(([name]) => name === group);
  const gid = idOf(group === '' ? (account?.[3] ?? '') : (named?.[2] ?? group));
  if (gid === null) {
    return err(group === '' ? `user '${wanted.user}' has no group` : `no group '${group}' in /etc/group`);
  }
  // a leading colon (keywords.json, script_user) adds the groups that list the user as a member
  const wide = supplementaryGroups || wanted.group?.startsWith(':') === true;
  const memberOf = groups.filter(([, , , members]) => members?.split(',').includes(account?.[0] ?? ''));
  const supplementary = wide ? memberOf.map((row) => idOf(row[2] ?? '')).filter((id) => id !== null) : [];
  return ok({ uid, gid, supplementary });
}

const rowsOf = (text: string): readonly (readonly string[])[] =>
  text.split('\n').map((line) => line.split(':'));

/** Ids are unsigned 32 bits; the largest means "no change" to setresuid(2) and is nobody's. */
function idOf(word: string): number | null {
  const id = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
  return id < 0xffff_ffff ? id : null;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

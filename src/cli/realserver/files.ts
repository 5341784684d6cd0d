/** Files of `vipctl realserver`: the record of what was changed, and the systemd unit that does it again at boot. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { failed } from './machine.ts';
import { EMPTY_RECORD, parseRecord, printRecord, type Record } from './record.ts';
import type { Wish } from './requirements.ts';

/** Below /run: a boot forgets what was changed, and so does the kernel. */
export const RECORD_FILE = '/run/vipd/realserver.json';
export const UNIT_FOLDER = '/etc/systemd/system';

export function readRecord(path: string): Result<Record, SystemError> {
  if (!existsSync(path)) return ok(EMPTY_RECORD);
  const attempted = `read ${path}`;
  try {
    const record = parseRecord(readFileSync(path, 'utf8'));
    return record.ok ? record : failed(attempted, record.error);
  } catch (error) {
    return failed(attempted, error);
  }
}

/** Whole or not at all: a new file takes the old one's place. */
export function writeRecord(path: string, record: Record): Result<void, SystemError> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, printRecord(record), { mode: 0o644 });
    renameSync(`${path}.new`, path);
    return ok(undefined);
  } catch (error) {
    return failed(`write ${path}`, error);
  }
}

/** Colons of IPv6 may stand in a unit's name. */
export const unitName = ({ vip }: Wish): string => `vipd-realserver-${vip}.service`;

/** `program`: node and script, absolute. Ordered before the servers that listen on the address. */
export const unitText = ({ vip, mode }: Wish, program: readonly string[]): string => {
  const order = (verb: string): string =>
    `${program.join(' ')} realserver ${verb} --vip ${vip} --mode ${mode}`;
  return `[Unit]
Description=Virtual address ${vip} on this real server (${mode})
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${order('setup')}
ExecStop=${order('undo')}

[Install]
WantedBy=multi-user.target
`;
};

const wantedLink = (folder: string, name: string): string => join(folder, 'multi-user.target.wants', name);

/** Writes the unit and wants it at boot, as \`systemctl enable\` does. */
export function installUnit(
  folder: string,
  wish: Wish,
  program: readonly string[],
): Result<void, SystemError> {
  const path = join(folder, unitName(wish));
  try {
    const link = wantedLink(folder, unitName(wish));
    mkdirSync(dirname(link), { recursive: true });
    writeFileSync(path, unitText(wish, program));
    rmSync(link, { force: true });
    symlinkSync(path, link);
    return ok(undefined);
  } catch (error) {
    return failed(`write ${path}`, error);
  }
}

/** False when there was none. */
export function removeUnit(folder: string, wish: Wish): Result<boolean, SystemError> {
  const path = join(folder, unitName(wish));
  if (!existsSync(path)) return ok(false);
  try {
    rmSync(wantedLink(folder, unitName(wish)), { force: true });
    rmSync(path);
    return ok(true);
  } catch (error) {
    return failed(`remove ${path}`, error);
  }
}

export const isInstalled = (folder: string, wish: Wish): boolean =>
  existsSync(wantedLink(folder, unitName(wish)));

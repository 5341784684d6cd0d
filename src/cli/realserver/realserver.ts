/** `vipctl realserver` on this machine: its kernel, its files, its systemd. */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { systemErrorText } from '../../base/system-error.ts';
import { RECORD_FILE, UNIT_FOLDER } from './files.ts';
import { noRights, thisMachine } from './machine.ts';
import { type Output, type Places, type RealserverOrder, runRealserver } from './run.ts';

/** How long systemd may take to read its units again. */
const SYSTEMCTL_LIMIT_MS = 30_000;

/** Gives the exit status; changes want root, a look does not. */
export function runHere(order: RealserverOrder, output: Output): number {
  const machine = thisMachine();
  const lacking = order.verb === 'check' ? null : noRights();
  if (machine.ok && lacking === null) return runRealserver(order, machine.value, places(), output);
  const problem = machine.ok ? lacking : machine.error;
  if (problem !== null) output.stderr(`vipctl: ${systemErrorText(problem)}\n`);
  return 2;
}

const places = (): Places => ({
  record: RECORD_FILE,
  units: UNIT_FOLDER,
  program: [process.execPath, realpathSync(process.argv[1] ?? 'vipctl')],
  reloadUnits: () => {
    // as sd_booted(3) finds out whether systemd runs
    if (!existsSync('/run/systemd/system')) return;
    spawnSync('systemctl', ['daemon-reload'], { stdio: 'ignore', timeout: SYSTEMCTL_LIMIT_MS });
  },
});

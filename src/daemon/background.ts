/** Without -n the daemon goes to the background. Node cannot fork a running program, so it starts itself once more,
 *  detached and with -n, and ends when that one says that it is ready or when it has failed. */
import { spawn } from 'node:child_process';

/** Resolves with the exit status of the process in the foreground. */
export function runInBackground(argv: readonly string[]): Promise<number> {
  const daemon = spawn(process.execPath, [process.argv[1] ?? '', '--dont-fork', ...argv], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    daemon.once('message', () => {
      daemon.disconnect();
      daemon.unref();
      resolve(0);
    });
    daemon.once('exit', (status) => resolve(status ?? 1));
    daemon.once('error', (error) => {
      process.stderr.write(`vipd: cannot go to the background: ${error.message}\n`);
      resolve(1);
    });
  });
}

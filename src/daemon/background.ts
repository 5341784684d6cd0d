/** Without -n the daemon goes to the background. Node cannot fork a running program, so it starts itself once more,
 *  detached and with -n, shows what that one says until it is ready or has failed, and then ends. */
import { spawn } from 'node:child_process';

/** Resolves with the exit status of the process in the foreground. */
export function runInBackground(argv: readonly string[]): Promise<number> {
  const daemon = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1] ?? '', '--dont-fork', ...argv],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    },
  );
  // A pipe, not our own standard error: the terminal or script that started us must not be held open by the daemon.
  daemon.stderr?.pipe(process.stderr, { end: false });
  return new Promise((resolve) => {
    daemon.once('message', () => {
      daemon.stderr?.destroy();
      daemon.disconnect();
      daemon.unref();
      resolve(0);
    });
    // `close`, not `exit`: everything it said has been shown by then
    daemon.once('close', (status) => resolve(status ?? 1));
    daemon.once('error', (error) => {
      process.stderr.write(`vipd: cannot go to the background: ${error.message}\n`);
      resolve(1);
    });
  });
}

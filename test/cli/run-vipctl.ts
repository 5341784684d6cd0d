/** vipctl as a function of its arguments: its exit status and all that it said. */
import { runVipctl } from '../../src/cli/vipctl.ts';

export async function vipctl(...argv: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const status = await runVipctl(argv, {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    wall: () => 0,
  });
  return { status, ...said };
}

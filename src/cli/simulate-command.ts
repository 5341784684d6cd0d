/** `vipctl simulate`: the user's own configurations in the simulator. Exit status: 0 every virtual address answers at the end,
 *  1 one does not, 2 a file cannot be used, 64 wrong usage. */
import type { Command } from 'commander';
import type { Terminal } from './vipctl.ts';

const USUAL_STORY = 'after 0s HOST loses INTERFACE';

export function addSimulateCommand(
  program: Command,
  terminal: Terminal,
  finish: (exitStatus: number) => void,
): void {
  program
    .command('simulate <file> [others...]')
    .description(
      'what happens to the virtual addresses when a director fails, by the configurations of all directors',
    )
    .option(
      '--scenario <text>',
      `what happens, in steps (default: '${USUAL_STORY}', the first director and its interface)`,
    )
    .addHelpText('after', SCENARIO_HELP)
    .action(async (file: string, others: string[], options: { scenario?: string }) => {
      const { runSimulate } = await import('./simulate.ts');
      finish(await runSimulate([file, ...others], options, terminal));
    });
}

const SCENARIO_HELP = `
A director has the name of its file without the ending. Of one file alone a second director is made up, with a priority
that is 50 lower. Steps are separated by commas:

  lvs01 loses eth0            the link is down, and the kernel knows
  lvs01 is unplugged          its frames are lost, and nobody knows
  lvs01 loses power           lvs01 crashes, lvs01 stops, lvs01 reloads, lvs01 stalls, lvs01 sleeps
  scripts fail on lvs01       lvs01 loses an address, the network splits, frames are lost

'at 10s' or 'after 500ms' before a step says when, else it comes 30 s after the one before; 'for 5s' behind it says how
long it lasts, else to the end.

  vipctl simulate lvs01.conf lvs02.conf --scenario 'lvs01 loses eth0 for 20s, after 60s lvs02 crashes for 5s'
`;

/** The help text of ipvsadm, from the rows of option-table.ts in the original's layout. */
import { VERSION } from '../../base/version.ts';
import {
  COMMANDS,
  type CommandRow,
  DAEMON_OPTIONS,
  type OptionRow,
  PLAIN_OPTIONS,
  SERVICE_OPTIONS,
} from './option-table.ts';

/** What the program stands in for, in the words that scripts look for, and what it is. */
export const versionLine = (): string => `ipvsadm v1.31 (vipd ${VERSION}, IPVS v1.2.1)\n`;

/** Columns of the three lists at which the explanations begin. */
const COMMAND_WIDTH = 30;
const OPTION_WIDTH = 38;

export function usageText(): string {
  const commands: readonly CommandRow[] = Object.values(COMMANDS);
  return [
    versionLine().trimEnd(),
    'Usage:',
    ...commands.filter(({ usage }) => usage !== '').map(({ usage }) => `  ipvsadm ${usage}`),
    '',
    'Commands:',
    'Either long or short options are allowed.',
    ...commands.map(commandLine),
    '',
    'virtual-service:',
    ...Object.values(SERVICE_OPTIONS).map(serviceLine),
    '',
    'Options:',
    ...Object.values(PLAIN_OPTIONS).flatMap(optionLines),
    'Daemon Options:',
    ...Object.values(DAEMON_OPTIONS).map(daemonLine),
    '',
  ].join('\n');
}

function commandLine({ long, short, help, usage }: CommandRow): string {
  const letters = short.map((letter) => `-${letter}`).join('|');
  // commands without a letter show their arguments, but for the long lists
  const names = letters === '' ? usage.replace(/ [{[].*/, '') : `--${long.padEnd(16)}${letters}`;
  return `  ${names}`.padEnd(COMMAND_WIDTH) + help[0];
}

function serviceLine({ long, short, argumentName, help }: OptionRow): string {
  const letter = short[0] === undefined ? '' : `|-${short[0]}`;
  return `  ${`--${long}${letter}`.padEnd(17)} ${argumentName}`.padEnd(OPTION_WIDTH) + help[0];
}

function optionLines({ long, short, argumentName, help }: OptionRow): readonly string[] {
  const names = short[0] === undefined ? `--${long}`.padEnd(16) : `${`--${long}`.padEnd(15)}-${short[0]} `;
  return help.map((line, i) => (i === 0 ? `  ${names}${argumentName}` : '').padEnd(OPTION_WIDTH) + line);
}

function daemonLine({ long, argumentName, help }: OptionRow): string {
  return `  --${long} ${argumentName}`.padEnd(OPTION_WIDTH) + help[0];
}

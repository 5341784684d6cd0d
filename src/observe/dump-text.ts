/** The words and numbers that all dumps share; pure. */
import { type Micros, toSeconds } from '../base/units.ts';
import type { Forwarding } from '../config/model/lvs.ts';
import type { ScriptCommand } from '../config/model/vrrp.ts';

export const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

export const heading = (title: string): readonly string[] => [`------< ${title} >------`];

export const optional = (present: boolean, ...lines: readonly string[]): readonly string[] =>
  present ? lines : [];

export const yesNo = (value: boolean): string => (value ? 'yes' : 'no');
export const trueFalse = (value: boolean): string => (value ? 'true' : 'false');
export const onOff = (value: boolean): string => (value ? 'ON' : 'OFF');
export const enabled = (value: boolean): string => (value ? 'enabled' : 'disabled');

/** `5.000000` */
export const secondsText = (duration: Micros): string => toSeconds(duration).toFixed(6);
/** `5`, a fraction only where there is one */
export const shortSeconds = (duration: Micros): string => String(toSeconds(duration));

/** `DR`, `NAT`, `TUN` */
export const forwardingText = ({ kind }: Forwarding): string => kind.toUpperCase();

/** `'/etc/vipd/qup.sh' 'a', uid:gid root` */
export function scriptText({ argv, user }: ScriptCommand): string {
  const command = argv.map((word) => `'${word}'`).join(' ');
  return `${command}${userText(user)}`;
}

/** `, uid:gid root:adm`; nothing where none is named */
export const userText = (user: ScriptCommand['user']): string =>
  user === null ? '' : `, uid:gid ${user.user}${user.group === null ? '' : `:${user.group}`}`;

/** `1795152350.982000 (Fri Nov 20 05:25:50.982000 2026)`, local time; the argument is milliseconds since
 *  1970. */
export function wallText(wall: number): string {
  const date = new Date(wall);
  const [weekday, month, day, year] = date.toDateString().split(' ');
  const clock = date.toTimeString().slice(0, 8);
  const micros = `${String(date.getMilliseconds()).padStart(3, '0')}000`;
  return `${(wall / 1e3).toFixed(6)} (${weekday} ${month} ${day} ${clock}.${micros} ${year})`;
}

/** The commands of a scenario played in one breath: what the tests of each RFC share. */
import type { VrrpCounters } from '../../src/vrrp/core/status.ts';
import { statusOf } from '../../src/vrrp/core/status.ts';
import { Scenario } from './scenario.ts';

/** Runs commands; the lines of the last one. */
export function after(...commands: readonly string[]): readonly string[] {
  const scenario = new Scenario();
  return commands.map((command) => scenario.run(command)).at(-1) ?? [];
}

/** Runs commands; the counters of the first instance after them. */
export function countersAfter(...commands: readonly string[]): Partial<VrrpCounters> {
  const scenario = new Scenario();
  for (const command of commands) scenario.run(command);
  const [status] = statusOf(scenario.node, (at) => at).instances;
  return { ...status?.counters };
}

/** What a line orders, in three words, without its time; log lines and states are left out. */
export const orders = (lines: readonly string[]): readonly string[] =>
  lines
    .map((line) => line.split(' ').slice(1, 4).join(' '))
    .filter((line) => !/^(info|warning|state)/.test(line));

/** When the adverts among the lines were sent, in seconds. */
export const advertTimes = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.includes(' advert priority')).map((line) => line.split(' ')[0] ?? '');

/** vipd's ipvsadm beside ipvsadm 1.31 on the same kernel: the same command lines end in equal tables, equal texts and
 *  equal exit statuses, but for the texts that vipd says better. */
import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { IpvsadmPlays, Pair } from './scenarios/ipvsadm-plays.ts';

const play = playInLab<{ readonly ipvsadm: IpvsadmPlays }>('ipvsadm', 480);
const observed = <K extends keyof IpvsadmPlays>(name: K): IpvsadmPlays[K] => play('ipvsadm', name);

/** What the original says, and what vipd says instead on purpose (docs/differences.md). */
const BETTER_SAID: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^Try `ipvsadm -h'/,
    /^\S*: (a command has to come first|unknown option|missing argument|option does not .*)\nTry/,
  ],
  [/^Try `ipvsadm -h'/, /^unexpected argument .*\nTry/],
  [/^illegal start_daemon specified$/m, /^illegal stop-daemon parameter specified$/m],
  [/^Invalid operation\. {2}Possibly wrong/, /^address not unicast, or families mixed/],
  [/^Invalid operation\. {2}Possibly wrong/, /^Invalid argument$/m],
  [/^Numerical result out of range$/m, /^the lower threshold is above the upper one$/m],
];

const isBetterSaid = ({ original, ours }: Pair): boolean =>
  original.exitStatus === ours.exitStatus &&
  original.stdout === ours.stdout &&
  BETTER_SAID.some(([theirs, mine]) => theirs.test(original.stderr) && mine.test(ours.stderr));

const isSame = ({ original, ours }: Pair): boolean => JSON.stringify(original) === JSON.stringify(ours);
const differing = <P extends Pair>(pairs: readonly P[]): readonly P[] =>
  pairs.filter((pair) => !isSame(pair) && !isBetterSaid(pair));

test('random sequences of command lines end in equal answers and equal tables', () => {
  const { seed, lines, done, differences } = observed('sequences');
  expect(differing(differences), `LAB_SEED=${seed} plays it again`).toEqual([]);
  expect(lines).toBeGreaterThan(300);
  expect(done).toBeGreaterThan(lines / 8);
});

test('a table with traffic, and with what only others write, is listed as by the original', () => {
  const pairs = observed('traffic');
  expect(differing(pairs)).toEqual([]);
  const text = (line: string): string => pairs.find((pair) => pair.line === line)?.ours.stdout ?? '';
  expect(text('-Ln --stats')).toMatch(/127\.0\.0\.1:8080 +12 /);
  expect(text('-Lnc')).toMatch(/^TCP .* ESTABLISHED \[fd00::9\]:\d+ +\[fd00::9\]:80 +\[::1\]:8080$/m);
  expect(text('-Ln --persistent-conn')).toMatch(/127\.0\.0\.1:5353 +1 +1 /);
});

test('names of hosts and services are resolved and printed as by the original', () => {
  const pairs = observed('names');
  expect(differing(pairs)).toEqual([]);
  expect(pairs.find(({ line }) => line === '-S')?.ours.stdout).toContain(
    '-a -t web1:http -r exactly24characters12345.x:http -i',
  );
});

describe('restore', () => {
  test('does what the original does with each line, and names the lines that failed', () => {
    const { original, ours, tables } = observed('restore').mixed;
    expect(tables[1]).toBe(tables[0]);
    expect({ ...ours, stderr: '' }).toEqual({ ...original, stderr: '' });
    expect(ours.stderr.replace(/^line \d+: /gm, '').replace(/: -.*$/gm, '')).toBe(original.stderr);
    expect(ours.stderr).toContain('line 5: Service already exists: -A -t 192.0.2.1:80\n');
  });

  test('of 11,000 lines ends in the same table', () => {
    expect(observed('restore').large).toMatchObject({ lines: 11_000, tablesEqual: true });
  });

  test('takes back what was saved with names, IPv6 names and marks above 2^31', () => {
    const [before, after] = observed('restore').roundTrip;
    expect(after).toBe(before);
    expect(before).toContain('-A -t [six]:http -s wlc\n');
    expect(before).toContain('-A -f -1 -6 -s wlc\n');
  });
});

test('the program starts under each of its names', () => {
  const starts = observed('starts');
  expect(starts.map(({ name }) => name)).toEqual(['ipvsadm-vipd', 'ipvsadm', 'ipvsadm', 'vipctl']);
  expect(starts.map(({ answer }) => answer)).toEqual(starts.map(({ original }) => original));
});

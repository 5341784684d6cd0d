/** All short stories over a small alphabet, and many long ones: whatever happens in whatever order, the node keeps its
 *  own rules. Addresses and timers are followed by a tiny model of the kernel that only does what it is told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextDeadline } from '../../src/vrrp/core/node.ts';
import { statusOf } from '../../src/vrrp/core/status.ts';
import { Scenario } from './scenario.ts';

const ALPHABET = [
  'pass 0.7',
  'pass 3.7',
  'stall 5',
  'advert priority=90',
  'advert priority=100 from=192.168.100.9',
  'advert priority=110',
  'advert priority=0',
  'advert priority=200 ttl=1',
  'link eth0 down',
  'link eth0 up',
  'vanish 10.0.0.1',
  'reload',
] as const;

/** Runs a story and checks after every command. */
function follow(setting: string, story: readonly string[]): void {
  const scenario = new Scenario();
  scenario.run(setting);
  const held = new Set<string>();
  for (const command of ['start', ...story, 'stop']) {
    const stolen = command.startsWith('vanish');
    if (stolen) held.delete('10.0.0.1/32');
    const lines = scenario.run(command);
    for (const line of lines) obey(line, held);
    const [status] = statusOf(scenario.node, (at) => at).instances;
    const state = status?.state;
    expect(held.has('10.0.0.1/32'), `after ${command} in ${story.join(', ')}`).toBe(state === 'MASTER');
    const deadline = nextDeadline(scenario.node);
    if (state === 'BACKUP' || state === 'MASTER') expect(deadline).not.toBeNull();
    else expect(deadline).toBeNull();
    if (deadline !== null) expect(deadline).toBeGreaterThanOrEqual(scenario.now - 5_000_000);
    expectOneSentence(status?.reason ?? '');
    for (const line of lines) {
      if (line.includes('-> MASTER'))
        expect(lines.some((other) => other.includes('advert priority 1'))).toBe(true);
      if (line.includes('-> MASTER')) expect(lines.some((other) => other.includes('announce'))).toBe(true);
    }
  }
}

/** The model of the kernel: it refuses nonsense. */
function obey(line: string, held: Set<string>): void {
  const [, verb, ...rest] = line.split(' ');
  const address = rest[0]?.replace(',', '') ?? '';
  if (verb === 'add' || verb === 'restore') {
    expect(held.has(address), line).toBe(false);
    held.add(address);
  }
  if (verb === 'remove') {
    expect(held.has(address), line).toBe(true);
    held.delete(address);
  }
}

const expectOneSentence = (reason: string): void => expect(reason).toMatch(/^[a-z0-9].{5,}[^.]$/i);

const SETTINGS = [
  'instance VI_1 priority=100',
  'instance VI_1 version=3 priority=100 nopreempt',
  'instance VI_1 priority=100 preempt_delay=2 lower_prio_no_advert',
] as const;

describe.each(SETTINGS)('%s', (setting) => {
  test('every story of up to three commands keeps the rules', () => {
    for (const a of ALPHABET) {
      for (const b of ALPHABET) for (const c of ALPHABET) follow(setting, [a, b, c]);
    }
  });

  test('long stories keep the rules', () => {
    const story = fc.array(fc.constantFrom(...ALPHABET), { minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(story, (commands) => follow(setting, commands)),
      { numRuns: 200 },
    );
  });
});

test('state, events and actions are plain data: a copy behaves as the original', () => {
  const scenario = new Scenario();
  for (const command of ['instance VI_1', 'start', 'pass 4', 'advert priority=90']) scenario.run(command);
  expect(structuredClone(scenario.node)).toEqual(scenario.node);
});

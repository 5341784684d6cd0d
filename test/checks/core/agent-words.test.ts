/** The words of an agent, as HAProxy documents its agent protocol. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AgentState,
  agentAfter,
  agentResult,
  newAgent,
  PERCENT_MAX,
} from '../../../src/checks/core/agent-words.ts';
import { addition } from '../../../src/checks/core/weight.ts';

/** The state after these lines, one after the other. */
const after = (...lines: string[]): AgentState =>
  lines.reduce((state, line) => agentAfter(state, line) ?? state, newAgent);

const weight = (percent: number) => ({ kind: 'passed', weight: { kind: 'share', percent } });
const out = (word: string, why: string | null = null) => ({
  kind: 'failed',
  failure: { kind: 'agent_down', word, why },
});

describe('the last line decides what it mentions', () => {
  test.each([
    [['75%'], weight(75)],
    [['up 50%'], weight(50)],
    [['up,ready,100%'], weight(100)],
    [['drain'], weight(0)],
    [['maint'], out('maint')],
    [['down'], out('down')],
    [['fail # disk full'], out('fail', 'disk full')],
    [['stopped#see ticket #7'], out('stopped', 'see ticket #7')],
    [['DOWN'], out('down')],
    [['maxconn:30 20%'], weight(20)],
  ])('%j', (lines, result) => {
    expect(agentResult(after(...lines))).toEqual(result);
  });
});

describe('what a line does not mention stays as it was', () => {
  test.each([
    [['drain', '75%'], weight(0)],
    [['drain', '75%', 'ready'], weight(75)],
    [['down', '75%'], out('down')],
    [['down', 'up'], weight(100)],
    [['maint', 'up'], out('maint')],
    [['30%', 'maint', 'ready'], weight(30)],
    [['down # a', 'maint'], out('maint')],
  ])('%j', (lines, result) => {
    expect(agentResult(after(...lines))).toEqual(result);
  });
});

test.each(['', 'hello', '# 75%', '75', '-3%', '7 5 %', 'maxconn:3'])('%j means nothing', (line) => {
  expect(agentAfter(newAgent, line)).toBeNull();
});

test('a percentage is cut at what HAProxy can express', () => {
  expect(agentResult(after('999999999%'))).toEqual(weight(PERCENT_MAX));
});

describe('a share of the configured weight', () => {
  const share = (configured: number, percent: number) =>
    configured + addition({ kind: 'share', percent }, configured);

  test('is rounded, and only 0% is 0: a small weight must not drain a server', () => {
    expect(share(4, 75)).toBe(3);
    expect(share(3, 50)).toBe(2);
    expect(share(1, 10)).toBe(1);
    expect(share(10, 0)).toBe(0);
    expect(share(0, 100)).toBe(0);
    expect(share(10, 250)).toBe(25);
  });
});

test('no line breaks the machine', () => {
  const word = fc.constantFrom('up', 'down', 'maint', 'drain', 'ready', '75%', '0%', 'x', '#', ',');
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
      ),
      (lines) => {
        const state = after(...lines);
        const result = agentResult(state);
        expect(result.kind).toBe(state.admin === 'maint' || state.down !== null ? 'failed' : 'passed');
      },
    ),
  );
});

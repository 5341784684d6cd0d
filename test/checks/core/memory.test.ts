/** What one checkers process leaves to the next, as a text that is believed only when it is exactly what was written. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, micros, seconds } from '../../../src/base/units.ts';
import { desiredTable } from '../../../src/checks/core/desired.ts';
import { isFresh, printOf } from '../../../src/checks/core/memory.ts';
import { parseMemory, printMemory } from '../../../src/checks/core/memory-text.ts';
import { step } from '../../../src/checks/core/node.ts';
import { emptyNode, type NodeState } from '../../../src/checks/core/node-state.ts';
import type { CheckerId } from '../../../src/checks/core/service.ts';
import { realServer, target, tcpChecker, virtualServer } from '../model.ts';

const NOW = instant(10_000_000);
const server = (last: number, more = {}) =>
  realServer(`192.0.2.${last}`, 80, { checkers: [tcpChecker(target(`192.0.2.${last}`, 80), more)] });
const CONFIG = [
  virtualServer('10.0.0.1', 80, [server(1), server(2), server(3)]),
  virtualServer('10.0.0.2', 80, [server(1, { alpha: true }), server(2)], { quorum: 2 }),
];

const configured = (): NodeState =>
  step(emptyNode(1), { kind: 'config_changed', virtualServers: CONFIG }, NOW)[0];

/** What may happen to each of the five checkers and servers. */
const anyHistory = fc.array(
  fc.record({
    checker: fc.nat(4),
    does: fc.constantFrom('passes', 'fails', 'drain', 'undrain'),
    after: fc.integer({ min: 1, max: 5_000_000 }),
  }),
  { maxLength: 30 },
);

function lived(history: readonly { checker: number; does: string; after: number }[]): [NodeState, number] {
  let state = configured();
  let now = NOW;
  for (const { checker, does, after } of history) {
    now = instant(now + after);
    const id = [...state.checkers.keys()][checker] as CheckerId;
    const record = state.checkers.get(id);
    if (record === undefined) continue;
    const place = { service: record.service, server: record.server };
    if (does === 'drain') state = step(state, { kind: 'drain_ordered', place, limit: seconds(60) }, now)[0];
    else if (does === 'undrain') state = step(state, { kind: 'undrain_ordered', place }, now)[0];
    else {
      state.checkers.set(id, { ...record, launchedAt: now });
      const result =
        does === 'passes'
          ? ({ kind: 'passed' } as const)
          : ({ kind: 'failed', failure: { kind: 'connect_timeout' } } as const);
      state = step(state, { kind: 'probe_finished', checker: id, result }, now)[0];
    }
  }
  return [state, now];
}

const tableOf = (state: NodeState) => desiredTable(state.services.values(), state.leaving.values());

describe('a crash and a start', () => {
  test('need no operation, whatever has happened: the next process wants the table that the last one left', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const [before, now] = lived(history);
        const text = printMemory(before, instant(now));
        const memory = parseMemory(text);
        if (memory === null) throw new Error(text);
        const found = tableOf(before);
        const event = { kind: 'config_changed', virtualServers: CONFIG, found, memory } as const;
        const [after] = step(emptyNode(2), event, instant(now + 1));
        expect(tableOf(after)).toEqual(found);
        // and it has the same to leave, but for its time
        const strip = (json: string) => ({ ...JSON.parse(json), at: 0 });
        expect(strip(printMemory(after, instant(now)))).toEqual(strip(text));
      }),
    );
  });
});

describe('the text', () => {
  test('may be anything: what was not written so is no memory, and nothing is thrown', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMemory(text)));
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseMemory(text)).toBeNull();
      }),
    );
  });

  test('with any one character lost or changed gives a memory or none, and the start goes on', () => {
    const text = printMemory(lived([{ checker: 0, does: 'fails', after: 5 }])[0], NOW);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('', '0', '"', '}', '-', 'null'), (at, instead) => {
        const memory = parseMemory(text.slice(0, at) + instead + text.slice(at + 1));
        const event = { kind: 'config_changed', virtualServers: CONFIG } as const;
        const [state] = step(emptyNode(2), memory === null ? event : { ...event, memory }, NOW);
        expect(state.services.size).toBe(2);
      }),
    );
  });

  test('of servers that are simply up is little more than their names', () => {
    const many = Array.from({ length: 250 }, (_, i) => server(i));
    const event = { kind: 'config_changed', virtualServers: [virtualServer('10.0.0.1', 80, many)] } as const;
    const [state] = step(emptyNode(1), event, NOW);
    expect(printMemory(state, NOW).length / many.length).toBeLessThan(20);
  });
});

test('verdicts are believed for ten minutes, and none from the future', () => {
  const memory = parseMemory(printMemory(configured(), NOW));
  if (memory === null) throw new Error('no memory');
  const at = (later: number) => isFresh(memory, instant(NOW + later));
  expect([at(0), at(seconds(600)), at(seconds(601)), at(-1)]).toEqual([true, true, false, false]);
});

test('a print tells checkers apart by any of their parameters', () => {
  const to = target('192.0.2.1', 80);
  const prints = [
    tcpChecker(to),
    tcpChecker(to, { retry: 2 }),
    tcpChecker(to, { delayLoop: micros(6_000_001) }),
    tcpChecker(target('192.0.2.2', 80)),
  ].map(printOf);
  expect(new Set(prints).size).toBe(4);
  expect(printOf(tcpChecker(to))).toBe(prints[0]);
});

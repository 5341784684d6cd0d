/** What a tracked object means for an instance: weights, faults, reverse (behaviour.md section 6). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TrackedObject } from '../../../src/config/model/vrrp.ts';
import { type Impact, impactOf, type TrackerFact } from '../../../src/track/core/fact.ts';
import { newFile, readAs } from '../../../src/track/core/file.ts';

const UP: TrackerFact = { kind: 'up', why: 'script chk succeeds' };
const DOWN: TrackerFact = { kind: 'down', why: 'script chk fails' };
const value = (number: number): TrackerFact => ({ kind: 'value', value: number, why: 'file f holds it' });

const tracked = (kind: TrackedObject['kind'], weight: number, reverse = false): TrackedObject => ({
  kind,
  name: 'x',
  weight,
  reverse,
});
const weight = (number: number): Impact => ({ kind: 'weight', weight: number });

describe('a script or process', () => {
  test.each([
    // weight, reverse, while up, while down
    [20, false, 20, 0],
    [-20, false, 0, -20],
    [20, true, 0, 20],
    [-20, true, -20, 0],
  ])('of weight %i, reverse %s: %i while up, %i while down', (number, reverse, up, down) => {
    const object = tracked('script', number, reverse);
    expect(impactOf(object, UP)).toEqual(weight(up));
    expect(impactOf(object, DOWN)).toEqual(weight(down));
  });

  test('without weight faults while down, in reverse while up', () => {
    expect(impactOf(tracked('process', 0), UP)).toEqual(weight(0));
    expect(impactOf(tracked('process', 0), DOWN)).toEqual({ kind: 'fault', why: 'script chk fails' });
    expect(impactOf(tracked('process', 0, true), DOWN)).toEqual(weight(0));
    expect(impactOf(tracked('process', 0, true), UP)).toEqual({
      kind: 'fault',
      why: 'script chk succeeds, tracked in reverse',
    });
  });

  test('that is not known yet counts for nothing with weight, and is waited for without', () => {
    expect(impactOf(tracked('script', 5), { kind: 'unknown' })).toEqual(weight(0));
    expect(impactOf(tracked('script', 0), { kind: 'unknown' })).toEqual({ kind: 'pending' });
  });
});

describe('a file', () => {
  test('adds its number times the weight, at most 253; -254 and less is FAULT', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -254, max: 254 }), fc.boolean(), (n, factor, reverse) => {
        fc.pre(factor !== 0);
        const effect = n * factor * (reverse ? -1 : 1);
        const impact = impactOf(tracked('file', factor, reverse), value(n));
        if (effect <= -254) expect(impact.kind).toBe('fault');
        else expect(impact).toEqual(weight(Math.min(253, effect)));
      }),
    );
  });

  test('without weight faults by any number but 0, in reverse by 0', () => {
    expect(impactOf(tracked('file', 0), value(0)).kind).toBe('weight');
    expect(impactOf(tracked('file', 0), value(-3)).kind).toBe('fault');
    expect(impactOf(tracked('file', 0, true), value(0)).kind).toBe('fault');
    expect(impactOf(tracked('file', 0, true), value(1)).kind).toBe('weight');
  });

  test.each([
    ['12', 12],
    [' \n -7 and more', -7],
    ['+3', 3],
    ['0x1F', 31],
    ['-0x10', -16],
    ['017', 15],
    ['0', 0],
    ['08', 0],
    ['', 0],
    ['nothing', 0],
    ['2147483647', 2_147_483_647],
    ['-2147483648', -2_147_483_648],
  ])('that holds %j holds %i, as strtol(3) reads it', (content, number) => {
    expect(fileHolding(content).value).toBe(number);
  });

  test('that is missing holds 0, and a number beyond 32 bits leaves the last one', () => {
    expect(readAs(fileHolding('5'), null).value).toBe(0);
    expect(readAs(fileHolding('5'), '2147483648').value).toBe(5);
    expect(fileHolding('99999999999999999999').value).toBe(0);
  });

  const config = { name: 'f', path: '/run/f', weight: 1, reverse: false, initial: null };
  const fileHolding = (content: string) => readAs(newFile(config), content);
});

/** Twice the text is at most a little more than twice the work, whatever the text is. Counted in steps, not in time, so that
 *  a slow machine fails nothing and a quadratic loop fails everywhere. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { renderDiagnostics } from '../../src/config/diagnostics/render.ts';
import { formatConfig } from '../../src/config/printing/format.ts';
import { parseFiles } from './case-files.ts';
import { growingTexts, type Texts } from './growing-texts.ts';
import { damagedSample, grammarMade } from './soundness.ts';
import { startStepCounter } from './steps.ts';

const counter = startStepCounter();
afterAll(counter.stop);

/** A doubled text may cost this many times as much: what grows with the square costs four times. */
const GROWTH_MAX = 2.6;
/** Blocks that a start enters, whatever the text is. */
const STEPS_FREE = 5_000;
const LINES = 600;

const runs = {
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 30),
  seed: Number(process.env['FUZZ_SEED'] ?? 1),
};

const reading = (texts: Texts): number =>
  counter.count(() => renderDiagnostics(parseFiles(texts).diagnostics));
const formatting = (texts: Texts): number =>
  counter.count(() => Object.values(texts).forEach((text) => void formatConfig(text)));

const textsOf = (made: string | Texts): Texts =>
  typeof made === 'string' ? { '/etc/vipd.conf': made } : made;

function expectLinear(work: (texts: Texts) => number, once: Texts, twice: Texts): void {
  expect(work(twice)).toBeLessThan(STEPS_FREE + GROWTH_MAX * work(once));
}

describe('twice as many lines are twice the work', () => {
  test.each(Object.entries(growingTexts))('%s', (_, make) => {
    const [once, twice] = [textsOf(make(LINES)), textsOf(make(2 * LINES))];
    expectLinear(reading, once, twice);
    expectLinear(formatting, once, twice);
  });
});

test('a text that is twice as often repeated is twice the work, whatever stands in it', () => {
  const texts = fc.oneof(grammarMade, damagedSample);
  const again = (text: string, times: number) => textsOf(`${text}\n`.repeat(times));
  const isLinear = (text: string) => {
    expectLinear(reading, again(text, 4), again(text, 8));
    expectLinear(formatting, again(text, 4), again(text, 8));
  };
  fc.assert(fc.property(texts, isLinear), runs);
});

test('a step is counted each time: a loop of a thousand lines costs more than one of ten', () => {
  const small = reading(textsOf('a\n'.repeat(10)));
  expect(reading(textsOf('a\n'.repeat(1000)))).toBeGreaterThan(20 * (small - reading(textsOf(''))));
});

test('what the members of groups track is limited: the only product in a configuration', () => {
  const members = Array.from({ length: 500 }, (_, i) => i);
  const text = [
    ...members.map((i) => `vrrp_script s${i} {\nscript /bin/true\n}`),
    ...members.map(
      (i) => `vrrp_instance I${i} {\ninterface e${i}\nvirtual_router_id 1\nvirtual_ipaddress { 10.0.0.1 }\n}`,
    ),
    `vrrp_sync_group g {\ngroup {\n${members.map((i) => `I${i}`).join('\n')}\n}`,
    `track_script {\n${members.map((i) => `s${i}`).join('\n')}\n}\n}`,
  ].join('\n');
  const { diagnostics, refused } = parseFiles({ '/etc/vipd.conf': text });
  expect(diagnostics.map(({ id }) => id)).toContain('groups_track_too_much');
  expect(refused).toBe(true);
});

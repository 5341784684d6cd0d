/** What a process saw, written down and read again, makes the core order the same: whole simulated runs, faults included. */
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/base/units.ts';
import type { StartRouter } from '../../src/sim/host.ts';
import { simulate } from '../../src/sim/run.ts';
import { nextDeadline } from '../../src/vrrp/core/node.ts';
import {
  createReplay,
  headLine,
  parseHead,
  parseStep,
  recording,
  stepLine,
} from '../../src/vrrp/core/recording.ts';
import { startVrrp, type VrrpCore } from '../../src/vrrp/shell/process.ts';

/** Each life of each process of a simulated run: its lines, and all that its core ordered. */
function recordRun(seed: number): readonly Life[] {
  const lives: Life[] = [];
  const start: StartRouter = (ports, config, options, watched) => {
    const life: Life = { lines: [], ordered: [] };
    lives.push(life);
    const recorded = recording((step) => life.lines.push(stepLine(step)));
    const core: VrrpCore = {
      nextDeadline,
      stepNode: (node, event, now) => {
        const step = recorded(node, event, now);
        life.ordered.push(step[1]);
        return step;
      },
    };
    return startVrrp(ports, config, options, watched(core));
  };
  simulate(seed, { start });
  return lives;
}

interface Life {
  readonly lines: string[];
  readonly ordered: unknown[];
}

describe('a recording', () => {
  test('replayed gives the orders of the run, to the last field (seeds 1..4)', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const lives = recordRun(seed);
      expect(lives.length).toBeGreaterThan(1);
      for (const { lines, ordered } of lives) {
        const replay = createReplay();
        const replayed = lines.map((line) => {
          const step = parseStep(line);
          if (!step.ok) throw new Error(step.error);
          return replay(step.value);
        });
        expect(replayed.every(({ asRecorded }) => asRecorded)).toBe(true);
        expect(replayed.map(({ actions }) => actions)).toEqual(ordered);
      }
    }
  });

  test('whose orders are others than recorded is told so', () => {
    const [line = ''] = recordRun(1)[0]?.lines ?? [];
    const step = parseStep(line);
    if (!step.ok) throw new Error(step.error);
    expect(createReplay()({ ...step.value, ordered: ['remove_addresses'] }).asRecorded).toBe(false);
  });

  test('says whose it is; another format and anything else are refused', () => {
    const head = { version: '1.2.3', host: 'lvs01', startedWall: 1_700_000_000_000, startedAt: instant(5) };
    expect(parseHead(headLine(head))).toEqual({ ok: true, value: head });
    expect(parseHead('{"vipd_recording":99}')).toMatchObject({ error: expect.stringContaining('format 99') });
    for (const line of ['', 'null', '[]', '{"a":1}', 'vrrp_instance VI_1 {']) {
      expect(parseHead(line).ok, line).toBe(false);
    }
  });

  test('cut in the middle of a line loses that line only', () => {
    const [line = ''] = recordRun(1)[0]?.lines ?? [];
    expect(parseStep(line.slice(0, -5))).toEqual({ ok: false, error: 'this line is no recorded event' });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from '../../../src/base/units.ts';
import type { Delivery } from '../../../src/notify/core/delivery.ts';
import {
  DELIVERIES_WAITING_MAX,
  emptyQueues,
  isIdle,
  type Outcome,
  type QueueAction,
  type QueueEvent,
  type RunId,
  SCRIPTS_RUNNING_MAX,
  type ScriptQueues,
  stepQueues,
} from '../../../src/notify/core/script-queue.ts';
import { delivery, script } from '../news.ts';

const FINE: Outcome = { kind: 'exited', status: 0 };

interface Started {
  readonly run: RunId;
  readonly words: string;
  readonly ending: boolean;
}

/** The queues with a runner that does nothing by itself. */
class Bench {
  queues: ScriptQueues = emptyQueues();
  readonly started: Started[] = [];
  readonly ended: RunId[] = [];
  readonly lines: string[] = [];
  readonly running = new Map<RunId, Started>();
  now = 0;

  feed(event: QueueEvent): this {
    const [queues, actions] = stepQueues(this.queues, event, instant(++this.now));
    this.queues = queues;
    for (const action of actions) this.#note(action);
    return this;
  }

  deliver(event: string, more: Partial<Delivery> = {}): this {
    return this.feed({
      kind: 'delivered',
      delivery: delivery({ event, scripts: [script('n', event)], ...more }),
    });
  }

  end(run: RunId, outcome: Outcome = FINE): this {
    this.running.delete(run);
    return this.feed({ kind: 'script_ended', run, outcome });
  }

  /** Ends what runs, the oldest first, until nothing is left. */
  drain(except: (started: Started) => boolean = () => false): this {
    for (;;) {
      const next = [...this.running.values()].find((started) => !except(started));
      if (next === undefined) return this;
      this.end(next.run);
    }
  }

  words(): readonly string[] {
    return this.started.map(({ words }) => words);
  }

  #note(action: QueueAction): void {
    if (action.kind === 'log') this.lines.push(action.entry.text);
    else if (action.kind === 'end_script') this.ended.push(action.run);
    else {
      const started = { run: action.run, words: action.command.argv.join(' '), ending: action.ending };
      this.started.push(started);
      this.running.set(action.run, started);
    }
  }
}

describe('one object', () => {
  test('the scripts of one state start together, those of the next when all have ended', () => {
    const bench = new Bench();
    bench.deliver('MASTER', { scripts: [script('m'), script('n', 'MASTER')] }).deliver('BACKUP');
    expect(bench.words()).toEqual(['m', 'n MASTER']);
    bench.end(1);
    expect(bench.words()).toEqual(['m', 'n MASTER']);
    bench.end(2);
    expect(bench.words()).toEqual(['m', 'n MASTER', 'n BACKUP']);
  });

  test('of the states that wait only the last is told, and the log says which was not', () => {
    const bench = new Bench().deliver('MASTER').deliver('BACKUP').deliver('FAULT').deliver('MASTER').drain();
    expect(bench.words()).toEqual(['n MASTER', 'n MASTER']);
    expect(bench.lines).toEqual([
      'No script is run for instance VI_1 BACKUP: it is FAULT by now',
      'No script is run for instance VI_1 FAULT: it is MASTER by now',
    ]);
    expect(bench.queues.objects.get('instance VI_1')).toMatchObject({ runs: 2, superseded: 2 });
  });

  test('a state without a script overtakes one that waits, so that what is over is not told', () => {
    const bench = new Bench().deliver('MASTER').deliver('FAULT').deliver('BACKUP', { scripts: [] }).drain();
    expect(bench.words()).toEqual(['n MASTER']);
  });

  test('a remark overtakes no state, only an earlier remark', () => {
    const remark = { isState: false };
    const bench = new Bench()
      .deliver('MASTER')
      .deliver('RX', remark)
      .deliver('RX', remark)
      .deliver('BACKUP')
      .drain();
    expect(bench.words()).toEqual(['n MASTER', 'n RX', 'n BACKUP']);
  });

  test('how a script ended is kept, and a failure is logged', () => {
    const bench = new Bench().deliver('MASTER').end(1, { kind: 'exited', status: 3 });
    expect(bench.queues.objects.get('instance VI_1')).toMatchObject({
      runs: 1,
      failures: 1,
      last: { event: 'MASTER', program: 'n', outcome: { kind: 'exited', status: 3 } },
    });
    bench.deliver('BACKUP').end(2, { kind: 'timed_out' });
    bench.deliver('FAULT').end(3, { kind: 'not_started', why: 'n is not executable' });
    bench.deliver('MASTER').end(4, { kind: 'killed', signal: 'SIGSEGV' });
    expect(bench.lines).toEqual([
      'Notify script n for instance VI_1 MASTER exited with status 3',
      'Notify script n for instance VI_1 BACKUP took too long and was ended',
      'Notify script n for instance VI_1 FAULT was not started: n is not executable',
      'Notify script n for instance VI_1 MASTER was ended by SIGSEGV',
    ]);
  });
});

test('a stop ends what runs, without blame, and the scripts of STOP get their second', () => {
  const bench = new Bench().deliver('MASTER').feed({ kind: 'stop_requested' });
  expect(bench.ended).toEqual([1]);
  bench.deliver('STOP', { ending: true }).end(1, { kind: 'killed', signal: 'SIGTERM' });
  expect(bench.started.at(-1)).toEqual({ run: 2, words: 'n STOP', ending: true });
  expect(bench.lines).toEqual([]);
  expect(isIdle(bench.queues)).toBe(false);
  expect(isIdle(bench.end(2).queues)).toBe(true);
});

test('what still waited when the stop came is told in a hurry too', () => {
  const bench = new Bench().deliver('MASTER').deliver('BACKUP').feed({ kind: 'stop_requested' }).end(1);
  expect(bench.started.at(-1)).toEqual({ run: 2, words: 'n BACKUP', ending: true });
});

test('scripts that hang on every real server leave places for the instances', () => {
  const bench = new Bench();
  for (let i = 0; i < 1000; i++) bench.deliver('DOWN', { half: 'lvs', object: `server ${i}` });
  expect(bench.running.size).toBeGreaterThan(SCRIPTS_RUNNING_MAX / 2);
  expect(bench.running.size).toBeLessThanOrEqual(SCRIPTS_RUNNING_MAX);
  bench.deliver('MASTER');
  expect(bench.words().at(-1)).toBe('n MASTER');
});

test('a reload forgets objects that are gone, but none that still has something to tell', () => {
  const bench = new Bench()
    .deliver('MASTER', { object: 'instance A' })
    .deliver('MASTER', { object: 'instance B' });
  bench.end(1).feed({ kind: 'objects_changed', exists: () => false });
  expect([...bench.queues.objects.keys()]).toEqual(['instance B']);
  bench.deliver('BACKUP', { object: 'instance B' }).drain();
  expect(bench.words().at(-1)).toBe('n BACKUP');
});

/** What can happen, in any order: deliveries of a few objects, each with a number of its own, and ends of scripts. */
const happening = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('delivered' as const),
      object: fc.integer({ min: 0, max: 3 }),
      isState: fc.boolean(),
      scripts: fc.integer({ min: 0, max: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ended' as const), which: fc.nat() }) },
);

type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

interface Told {
  readonly number: number;
  readonly isState: boolean;
  readonly scripts: number;
}

/** Plays it; `look` is called after each step. Script words are `OBJECT NUMBER`. */
function play(happenings: readonly Happening[], look: (bench: Bench) => void) {
  const bench = new Bench();
  const told = new Map<string, Told[]>();
  happenings.forEach((happened, number) => {
    if (happened.kind === 'ended') {
      const runs = [...bench.running.keys()];
      const run = runs[happened.which % Math.max(1, runs.length)];
      if (run !== undefined) bench.end(run);
    } else {
      const object = `object-${happened.object}`;
      told.set(object, [...(told.get(object) ?? []), { number, ...happened }]);
      const scripts = Array.from({ length: happened.scripts }, () => script('n', object, String(number)));
      bench.deliver('X', { object, isState: happened.isState, scripts });
    }
    look(bench);
  });
  return { bench, told };
}

/** The numbers of the deliveries that were told of an object, in the order of their start. */
const numbersOf = (bench: Bench, object: string): readonly number[] =>
  bench
    .words()
    .map((words) => words.split(' '))
    .filter(([, name]) => name === object)
    .map(([, , number]) => Number(number));

describe('whatever happens', () => {
  test('the order of notifications is the order of transitions, for each object', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const { bench, told } = play(happenings, () => {});
        for (const object of told.keys()) {
          const numbers = numbersOf(bench, object);
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  test('an object runs the scripts of one delivery at a time and never has more than the limit waiting', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        play(happenings, (bench) => {
          for (const [object, queue] of bench.queues.objects) {
            const running = [...bench.running.values()].filter(({ words }) => words.includes(`${object} `));
            expect(new Set(running.map(({ words }) => words)).size).toBeLessThanOrEqual(1);
            expect(queue.waiting.length).toBeLessThanOrEqual(DELIVERIES_WAITING_MAX);
          }
        });
      }),
    );
  });

  test('the last state of an object is told, if only its scripts end', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const { bench, told } = play(happenings, () => {});
        bench.drain();
        expect(isIdle(bench.queues)).toBe(true);
        for (const [object, deliveries] of told) {
          const last = deliveries.findLast(({ isState }) => isState);
          if (last !== undefined && last.scripts > 0) expect(numbersOf(bench, object)).toContain(last.number);
        }
      }),
    );
  });

  test('a script that hangs delays its own object only', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const { bench, told } = play(happenings, () => {});
        bench.drain(({ words }) => words.includes('object-0 '));
        for (const [object, deliveries] of told) {
          const last = deliveries.findLast(({ isState }) => isState);
          if (object === 'object-0' || last === undefined || last.scripts === 0) continue;
          expect(numbersOf(bench, object)).toContain(last.number);
        }
      }),
    );
  });
});

/** `vipctl replay FILE`: what a recorded vrrp process saw and why it did what it did, by running the recording through the
 *  core of this vipd. Exit status: 0 it came to the same orders, 1 it did not, 2 the file is no recording. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { VrrpAction } from '../vrrp/core/actions.ts';
import { eventText } from '../vrrp/core/event-text.ts';
import {
  createReplay,
  parseHead,
  parseStep,
  type RecordedStep,
  type RecordingHead,
  type ReplayedStep,
} from '../vrrp/core/recording.ts';
import type { Terminal } from './vipctl.ts';

const EXIT_SAME = 0;
const EXIT_DIFFERENT = 1;
const EXIT_UNUSABLE = 2;

export interface ReplayOptions {
  /** every event; else only those that led to a line of the log or to another state */
  readonly all?: true;
}

export async function runReplay(path: string, options: ReplayOptions, terminal: Terminal): Promise<number> {
  const refuse = (why: string): number => {
    terminal.stderr(`vipctl: cannot replay ${path}: ${why}\n`);
    return EXIT_UNUSABLE;
  };
  const player = createPlayer(options, terminal);
  try {
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
      const refusal = player.line(line);
      if (refusal !== null) return refuse(refusal);
    }
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause));
  }
  return player.end();
}

function createPlayer({ all }: ReplayOptions, { stdout }: Terminal) {
  let head: RecordingHead | null = null;
  let replay = createReplay();
  const counts = { events: 0, different: 0 };
  const step = (recorded: RecordedStep, { startedWall, startedAt }: RecordingHead): void => {
    const replayed = replay(recorded);
    counts.events++;
    if (!replayed.asRecorded) counts.different++;
    const texts = actionTexts(replayed, all === true);
    if (all !== true && texts.length === 0 && replayed.asRecorded) return;
    const wall = new Date(startedWall + (recorded.at - startedAt) / 1000).toISOString();
    stdout(`${wall}  ${eventText(recorded.event)}\n${texts.map((text) => `    ${text}\n`).join('')}`);
  };
  return {
    /** why the file cannot be used; null when the line could be */
    line(text: string): string | null {
      const started = parseHead(text);
      if (started.ok) {
        head = started.value;
        replay = createReplay();
        stdout(`recorded by vipd ${head.version} on ${head.host}\n`);
        return null;
      }
      if (head === null) return started.error;
      const recorded = parseStep(text);
      // the last line of a daemon that was killed may be cut
      if (recorded.ok) step(recorded.value, head);
      return null;
    },
    end(): number {
      if (head === null) return EXIT_UNUSABLE;
      const { events, different } = counts;
      const verdict =
        different === 0
          ? 'each with the orders of the recorded core'
          : `${different} of them with other orders than the recorded core gave`;
      stdout(`${events} events replayed, ${verdict}\n`);
      return different === 0 ? EXIT_SAME : EXIT_DIFFERENT;
    },
  };
}

function actionTexts({ actions, asRecorded }: ReplayedStep, all: boolean): readonly string[] {
  const texts = actions.flatMap((action) => actionText(action, all));
  return asRecorded ? texts : ['! the recorded core ordered something else here', ...texts];
}

function actionText(action: VrrpAction, all: boolean): readonly string[] {
  if (action.kind === 'write_log') return [action.entry.text];
  if (action.kind === 'publish_transition') {
    const { instance, from, to, reason } = action.transition;
    return [`${instance}: ${from} → ${to}: ${reason}`];
  }
  return all ? [`(${action.kind})`] : [];
}

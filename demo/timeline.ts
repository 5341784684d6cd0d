/** The demo's output: one line per event with its time since the start, who it concerns, and what
 *  happened. Plain text; colours only on a terminal and not when NO_COLOR is set. */
import { type Ms, now } from '../test/lab/harness/clock.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'dim' | 'title';

export interface Timeline {
  readonly say: (who: string, text: string, tone?: Tone, at?: Ms) => void;
  readonly block: (who: string, heading: string, text: string) => void;
  readonly title: (text: string) => void;
  readonly paint: (text: string, tone: Tone) => string;
  readonly seconds: (at: Ms) => string;
}

const CODES: Readonly<Record<Tone, string>> = { plain: '', good: '32', bad: '31', dim: '2', title: '1' };
const TIME_WIDTH = 9;
const WHO_WIDTH = 7;

export function openTimeline(write: (text: string) => void, colours: boolean): Timeline {
  const startedAt = now();
  const seconds = (at: Ms) => `${((at - startedAt) / 1000).toFixed(2)} s`;
  const paint = (text: string, tone: Tone) =>
    colours && CODES[tone] !== '' ? `\x1b[${CODES[tone]}m${text}\x1b[0m` : text;
  const margin = ' '.repeat(TIME_WIDTH + 2);
  const say = (who: string, text: string, tone: Tone = 'plain', at: Ms = now()) =>
    write(`${seconds(at).padStart(TIME_WIDTH)}  ${who.padEnd(WHO_WIDTH)} ${paint(text, tone)}\n`);
  return {
    say,
    paint,
    seconds,
    block(who, heading, text) {
      say(who, heading);
      for (const line of text.trimEnd().split('\n'))
        write(`${margin}${paint(`  ${line.trimEnd()}`, 'dim')}\n`);
    },
    title: (text) => write(`\n${paint(`${seconds(now()).padStart(TIME_WIDTH)}  == ${text}`, 'title')}\n`),
  };
}

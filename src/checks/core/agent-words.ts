/** What a server's agent says of itself, as HAProxy's management guide and its `agent-check` describe it: words between
 *  blanks or commas on one line, a text behind `#`. What an agent does not mention stays as it was, so `drain` holds until
 *  `ready`, and `down` until `up`. A server in `maint` is out; one in `drain` keeps its connections at weight 0. */
import { failed, type ProbeResult } from './probe-result.ts';
import { shownText } from './service-failure.ts';

/** A weight above is cut; 256 times the configured one is what HAProxy can express. */
export const PERCENT_MAX = 25_600;

export interface AgentState {
  readonly percent: number;
  readonly admin: 'ready' | 'drain' | 'maint';
  /** the last of `down`, `fail`, `stopped`; null = up */
  readonly down: string | null;
  /** what stood behind `#` */
  readonly why: string | null;
}

/** What is presumed of an agent that has said nothing. */
export const newAgent: AgentState = { percent: 100, admin: 'ready', down: null, why: null };

/** The state after one line; null when no word in it means anything here. Unknown words (`maxconn:30`) are passed over. */
export function agentAfter(before: AgentState, line: string): AgentState | null {
  const [words = '', ...text] = line.split('#');
  let after: AgentState = before;
  let understood = false;
  for (const word of words.toLowerCase().split(/[\s,]+/)) {
    const next = afterWord(after, word);
    if (next === null) continue;
    after = next;
    understood = true;
  }
  const why = text.join('#').trim();
  return understood ? { ...after, why: why === '' ? null : shownText(why, null) } : null;
}

function afterWord(before: AgentState, word: string): AgentState | null {
  switch (word) {
    case 'ready':
    case 'drain':
    case 'maint':
      return { ...before, admin: word };
    case 'up':
      return { ...before, down: null };
    case 'down':
    case 'fail':
    case 'stopped':
      return { ...before, down: word };
    default: {
      const percent = /^(\d{1,9})%$/.exec(word)?.[1];
      return percent === undefined ? null : { ...before, percent: Math.min(Number(percent), PERCENT_MAX) };
    }
  }
}

/** What that means for the server. */
export function agentResult({ percent, admin, down, why }: AgentState): ProbeResult {
  const word = admin === 'maint' ? admin : down;
  if (word !== null) return failed({ kind: 'agent_down', word, why });
  return { kind: 'passed', weight: { kind: 'share', percent: admin === 'drain' ? 0 : percent } };
}

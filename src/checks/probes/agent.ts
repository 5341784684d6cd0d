/** AGENT_CHECK: connects, says `agent_send`, and takes one line. An agent that cannot be reached or says nothing of use says
 *  nothing about its server either, as with HAProxy: the checks beside it are for that. */
import type { AgentChecker } from '../../config/model/service-checkers.ts';
import { type ProbeAnswer, resultText } from '../core/probe-result.ts';
import { type Heard, startConversation } from './conversation.ts';
import type { StartProbe } from './probe.ts';

/** A line that is longer is none. */
export const AGENT_LINE_MAX = 1024;

export const probeAgent: StartProbe<AgentChecker> = ({ target, send }, ports, done) => {
  let text = '';
  const hear = (more: string): Heard => {
    text += more;
    const end = text.indexOf('\n');
    if (end >= 0 && end <= AGENT_LINE_MAX) return { say: null, answer: said(text.slice(0, end)) };
    const tooLong = text.length > AGENT_LINE_MAX;
    return { say: null, answer: tooLong ? { kind: 'unheard', why: 'its line does not end' } : null };
  };
  return startConversation(
    {
      target,
      tls: null,
      opening: send === null ? '' : `${send}\n`,
      hear,
      // an agent that closes has said all it has to say
      closed: () => (text === '' ? { kind: 'unheard', why: 'it closed without a word' } : said(text)),
      stage: () => 'reply',
    },
    ports,
    (answer) => done(answer.kind === 'failed' ? { kind: 'unheard', why: resultText(answer) } : answer),
  );
};

const said = (line: string): ProbeAnswer => ({ kind: 'agent_said', line: line.replace(/\r$/, '') });

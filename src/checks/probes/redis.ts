/** REDIS_CHECK: AUTH, PING and ROLE, each asked when the one before was answered. */
import type { RedisChecker } from '../../config/model/service-checkers.ts';
import { failed, PASSED, type ProbeResult } from '../core/probe-result.ts';
import { REDIS_REPLY_BYTES_MAX, readRedisReply, redisSteps } from '../core/redis-reply.ts';
import { type Heard, startConversation } from './conversation.ts';
import { tlsOf } from './dial.ts';
import type { StartProbe } from './probe.ts';

export const probeRedis: StartProbe<RedisChecker> = (checker, ports, done) => {
  const [first, ...rest] = redisSteps(checker);
  let step = first;
  let pending = '';
  const stage = () => step?.stage ?? 'reply';
  const goOn = (): Heard => {
    step = rest.shift();
    return { say: step?.request ?? null, answer: step === undefined ? PASSED : null };
  };
  return startConversation(
    {
      target: checker.target,
      tls: tlsOf(checker.tls),
      opening: step?.request ?? '',
      stage,
      hear: (text) => {
        pending += text;
        const reply = readRedisReply(pending);
        if (reply === null) return { say: null, answer: null };
        if (reply === 'malformed') return { say: null, answer: noReply(pending, stage()) };
        pending = pending.slice(reply.length);
        const answer = step?.judge(reply.value) ?? null;
        return answer === null ? goOn() : { say: null, answer };
      },
      closed: () => failed({ kind: 'session_broken', stage: stage(), code: 'closed' }),
    },
    ports,
    done,
  );
};

const noReply = (text: string, stage: 'greeting' | 'login' | 'query' | 'reply'): ProbeResult =>
  text.length > REDIS_REPLY_BYTES_MAX
    ? failed({ kind: 'session_too_long', limit: REDIS_REPLY_BYTES_MAX })
    : failed({ kind: 'malformed', stage, detail: 'no RESP' });

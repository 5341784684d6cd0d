/** What REDIS_CHECK says and how it reads the answers: RESP 2 as far as AUTH, PING and ROLE need it. However the bytes are
 *  cut, the verdict is the same; a reply that is longer, wider or deeper than any of these can be is no answer. */
import type { RedisChecker } from '../../config/model/service-checkers.ts';
import { failed, type ProbeResult } from './probe-result.ts';
import { type SessionStage, shownText } from './service-failure.ts';
import { utf8Length } from './utf8.ts';

/** Of one reply. ROLE of a master with a hundred replicas has five thousand. */
export const REDIS_REPLY_BYTES_MAX = 65_536;
const ELEMENTS_MAX = 4096;
const DEPTH_MAX = 4;

export type RedisValue =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly RedisValue[] }
  | { readonly kind: 'nothing' };

/** `length`: what the reply takes of `text`; null = more is needed; 'malformed' = it is none. One character per byte. */
export function readRedisReply(
  text: string,
): { readonly value: RedisValue; readonly length: number } | null | 'malformed' {
  const room = { elements: ELEMENTS_MAX };
  const read = readAt(text, 0, DEPTH_MAX, room);
  if (read === null && text.length > REDIS_REPLY_BYTES_MAX) return 'malformed';
  return read === null || read === 'malformed' ? read : { value: read.value, length: read.end };
}

type ReadAt = { readonly value: RedisValue; readonly end: number } | null | 'malformed';

function readAt(text: string, from: number, depth: number, room: { elements: number }): ReadAt {
  if (--room.elements < 0 || depth < 0) return 'malformed';
  const marker = text[from];
  if (marker === undefined) return null;
  if (!'+-:$*'.includes(marker)) return 'malformed';
  const lineEnd = text.indexOf('\r\n', from);
  if (lineEnd < 0) return null;
  const line = text.slice(from + 1, lineEnd);
  const end = lineEnd + 2;
  if (marker === '+' || marker === ':') return { value: { kind: 'text', text: line }, end };
  if (marker === '-') return { value: { kind: 'error', text: line }, end };
  const count = /^-1$|^\d{1,6}$/.test(line) ? Number(line) : Number.NaN;
  if (Number.isNaN(count)) return 'malformed';
  if (count < 0) return { value: { kind: 'nothing' }, end };
  return marker === '$' ? readBulk(text, end, count) : readList(text, end, count, depth, room);
}

function readBulk(text: string, from: number, length: number): ReadAt {
  if (length > REDIS_REPLY_BYTES_MAX) return 'malformed';
  const end = from + length + 2;
  if (text.length < end) return null;
  if (text.slice(end - 2, end) !== '\r\n') return 'malformed';
  return { value: { kind: 'text', text: text.slice(from, end - 2) }, end };
}

function readList(
  text: string,
  from: number,
  count: number,
  depth: number,
  room: { elements: number },
): ReadAt {
  const items: RedisValue[] = [];
  let end = from;
  for (let i = 0; i < count; i++) {
    const item = readAt(text, end, depth - 1, room);
    if (item === null || item === 'malformed') return item;
    items.push(item.value);
    end = item.end;
  }
  return { value: { kind: 'list', items }, end };
}

/** One request as Redis wants it: an array of bulk strings (one character per byte in UTF-8). */
export const redisRequest = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${utf8Length(word)}\r\n${word}\r\n`).join('')}`;

/** One request and what its reply has to be. */
export interface RedisStep {
  readonly stage: SessionStage;
  readonly request: string;
  /** null = this step is done */
  readonly judge: (value: RedisValue) => ProbeResult | null;
}

/** AUTH where a password is given, PING, and ROLE where the role matters. */
export function redisSteps({ login, role }: Pick<RedisChecker, 'login' | 'role'>): readonly RedisStep[] {
  const secret = login?.password?.kind === 'given' ? login.password.secret : '';
  const credentials = login === null || login.user === '' ? [secret] : [login.user, secret];
  const wants =
    (stage: SessionStage, wanted: string) =>
    (value: RedisValue): ProbeResult | null => {
      if (value.kind === 'text' && value.text === wanted) return null;
      return value.kind === 'error' ? refused(stage, value.text, secret) : oddReply(stage);
    };
  return [
    ...(login === null
      ? []
      : [
          {
            stage: 'login',
            request: redisRequest('AUTH', ...credentials),
            judge: wants('login', 'OK'),
          } as const,
        ]),
    { stage: 'reply', request: redisRequest('PING'), judge: wants('reply', 'PONG') },
    ...(role === 'any'
      ? []
      : [
          {
            stage: 'query',
            request: redisRequest('ROLE'),
            judge: (value: RedisValue) => judgeRole(value, role),
          } as const,
        ]),
  ];
}

function judgeRole(value: RedisValue, role: 'master' | 'replica'): ProbeResult | null {
  if (value.kind === 'error') return refused('query', value.text, '');
  const first = value.kind === 'list' ? value.items[0] : undefined;
  if (first?.kind !== 'text') return oddReply('query');
  const found = first.text === 'slave' ? 'replica' : shownText(first.text, null);
  return found === role
    ? null
    : failed({ kind: 'unwanted_value', what: 'the role', value: found, wanted: role });
}

/** `NOAUTH Authentication required.`: the first word is the kind of error. */
function refused(stage: SessionStage, text: string, secret: string): ProbeResult {
  const shown = shownText(text, secret);
  const [code = ''] = shown.split(' ', 1);
  return failed({ kind: 'refused', stage, code, detail: shown.slice(code.length).trim() });
}

const oddReply = (stage: SessionStage): ProbeResult =>
  failed({ kind: 'malformed', stage, detail: 'not the reply that was asked for' });

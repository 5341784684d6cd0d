/** The beginning of a body, kept for a regular expression or for its JSON: bounded, and looked at in bounded time. */
import type { BodyRegex } from '../../config/model/lvs.ts';
import { vmModule } from '../../native/late-modules.ts';

/** What a pattern is looked for in; behind it nothing is found. */
export const TEXT_BYTES_MAX = 256 * 1024;
/** A pattern may need time that grows exponentially with what a server sends: after this it has failed. */
export const MATCH_MILLIS_MAX = 100;

export type MatchOutcome = 'matches' | 'does_not' | 'too_slow';

export interface BodyText {
  add(bytes: Uint8Array): void;
  match(regex: BodyRegex): MatchOutcome;
  /** all of it as UTF-8; null when it is longer than is kept */
  whole(): string | null;
}

export function createBodyText(): BodyText {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isCut = false;
  return {
    add(bytes) {
      const kept = bytes.subarray(0, TEXT_BYTES_MAX - length);
      length += kept.length;
      if (kept.length < bytes.length) isCut = true;
      // a copy: the bytes are the reader's
      if (kept.length > 0) chunks.push(Uint8Array.from(kept));
    },
    match: (regex) => outcome(regex, Buffer.concat(chunks)),
    whole: () => (isCut ? null : Buffer.concat(chunks).toString('utf8')),
  };
}

function outcome(regex: BodyRegex, body: Buffer): MatchOutcome {
  // one character per byte, unless the pattern speaks of characters; offsets are in bytes all the same
  const encoding = regex.flags.includes('u') ? 'utf8' : 'latin1';
  const text = body.toString(encoding);
  const start = body.toString(encoding, 0, regex.minOffset).length;
  const at = matchIn(regex, text, start);
  if (at === 'too_slow') return at;
  const position = at === null ? null : Buffer.byteLength(text.slice(0, at), encoding);
  const found = position !== null && (regex.maxOffset === null || position <= regex.maxOffset);
  return found !== regex.negated ? 'matches' : 'does_not';
}

/** The first match from `start` on. In a context of its own, since only there V8 can be told to give up. */
function matchIn({ source, flags }: BodyRegex, text: string, start: number): number | null | 'too_slow' {
  const asked = { source, flags: `${flags}g`, text, start };
  const script =
    'const pattern = new RegExp(source, flags); pattern.lastIndex = start; pattern.exec(text)?.index ?? null';
  try {
    const found: unknown = vmModule().runInNewContext(script, asked, { timeout: MATCH_MILLIS_MAX });
    return typeof found === 'number' ? found : null;
  } catch {
    return 'too_slow';
  }
}

/** A mail as bytes: keepalived's headers in its order, and its envelope (behaviour.md section 10.4). The message goes to
 *  the mail library as it is, so that a filter that knows keepalived's mails knows ours. */
import type { Mail } from './delivery.ts';

/** Limits of keepalived's buffers, in characters here. */
const SUBJECT_MAX = 256;
const BODY_MAX = 512;

/** The text of an event, made fit to be sent: `[LVS01] …`, `=> … <=`. */
export const mailOf = (routerId: string, { subject, body }: Mail): Mail => ({
  subject: oneLine(`[${routerId}] ${subject}`).slice(0, SUBJECT_MAX),
  body: oneLine(`=> ${body} <=`).slice(0, BODY_MAX),
});

/** A name from the file must not become a header of its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const oneLine = (text: string): string => text.replace(/[\x00-\x1f\x7f]/g, ' ');

export interface Moment {
  /** milliseconds since 1970 */
  readonly wall: number;
  /** minutes that local time is ahead of UTC */
  readonly zoneMinutes: number;
}

export interface Addressing {
  readonly from: string;
  readonly recipients: readonly string[];
}

/** Headers, blank line, body; lines end in CRLF. */
export const messageText = ({ from, recipients }: Addressing, mail: Mail, at: Moment): string =>
  [
    `Date: ${dateText(at)}`,
    `From: ${oneLine(from)}`,
    `Subject: ${mail.subject}`,
    'X-Mailer: Keepalived',
    `To: ${recipients.map(oneLine).join(', ')}`,
    '',
    mail.body,
    '',
    '',
  ].join('\r\n');

/** `Director <lvs01@example.com>` → `lvs01@example.com`; a text that does not end with `>` is the address itself. */
export function envelopeAddress(text: string): string {
  const open = text.lastIndexOf('<');
  return text.endsWith('>') && open !== -1 ? text.slice(open + 1, -1) : text;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MINUTE_MS = 60_000;

/** RFC 5322 §3.3: `Fri, 20 Nov 2026 05:26:31 +0000` */
function dateText({ wall, zoneMinutes }: Moment): string {
  const local = new Date(wall + zoneMinutes * MINUTE_MS);
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(two).join(':');
  const ahead = Math.abs(zoneMinutes);
  const zone = `${zoneMinutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}${two(ahead % 60)}`;
  const day = `${two(local.getUTCDate())} ${MONTHS[local.getUTCMonth()]} ${local.getUTCFullYear()}`;
  return `${DAYS[local.getUTCDay()]}, ${day} ${clock} ${zone}`;
}

/** The way out for mail: one message, one conversation with the relay. */
import type { Result } from '../base/result.ts';
import type { Micros, Port } from '../base/units.ts';

export interface MailOrder {
  readonly server: { readonly host: string; readonly port: Port };
  /** what HELO says; null = the name of this machine */
  readonly heloName: string | null;
  /** to connect, and of silence in the conversation */
  readonly timeout: Micros;
  /** addresses of the envelope */
  readonly from: string;
  readonly recipients: readonly string[];
  /** headers and body as they are, lines end in CRLF */
  readonly text: string;
}

export interface MailFailure {
  /** one sentence */
  readonly reason: string;
  /** the relay will never take this mail; otherwise a later attempt may succeed */
  readonly permanent: boolean;
}

export interface MailRelay {
  /** Ends in bounded time; never rejects. */
  send(order: MailOrder): Promise<Result<null, MailFailure>>;
}

/** One mail through nodemailer's SMTP client: plain SMTP as keepalived speaks it, without TLS and without a login. */
import { hostname } from 'node:os';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Log } from '../../base/log.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { ceilMillis, micros } from '../../base/units.ts';
import type { MailFailure, MailOrder } from '../../ports/mail.ts';
import { notifyLog } from '../core/log-events.ts';

/** A whole conversation, in `smtp_connect_timeout`s: a relay that drips does not hold the queue for ever. */
const CONVERSATION_TIMEOUTS = 4;
/** One reply of the relay. */
const REPLY_BYTES_MAX = 64 * 1024;

/** Ends in bounded time; never rejects. */
export const sendMail = (order: MailOrder, log: Log): Promise<Result<null, MailFailure>> =>
  converse(new SMTPConnection(optionsOf(order)), order, log);

const optionsOf = ({ server, heloName, timeout }: MailOrder) => {
  const limit = ceilMillis(timeout);
  return {
    host: server.host,
    port: server.port,
    name: heloName ?? hostname(),
    ignoreTLS: true,
    connectionTimeout: limit,
    greetingTimeout: limit,
    socketTimeout: limit,
    dnsTimeout: limit,
    socketCloseTimeout: 0,
    maxResponseSize: REPLY_BYTES_MAX,
    // a relay on this very machine is usual here
    allowInternalNetworkInterfaces: true,
  };
};

/** From the connection to QUIT. The first of its ends counts: the relay's word, an error, the time. */
function converse(
  connection: SMTPConnection,
  { server, from, recipients, text, timeout }: MailOrder,
  log: Log,
): Promise<Result<null, MailFailure>> {
  return new Promise((resolve) => {
    const end = (result: Result<null, MailFailure>): void => {
      clearTimeout(timer);
      if (result.ok) connection.quit();
      else connection.close();
      resolve(result);
    };
    const limit = ceilMillis(micros(timeout * CONVERSATION_TIMEOUTS));
    const late = { reason: `the relay was not done within ${limit / 1000} s`, permanent: false };
    const timer = setTimeout(() => end(err(late)), limit);
    // also after the end: an error that nobody hears would end the daemon
    connection.on('error', (error) => end(err(failureOf(error))));
    connection.connect((failed) => {
      if (failed) return end(err(failureOf(failed)));
      log(notifyLog.mailConnected({ server: `[${server.host}]:${server.port}` }));
      connection.send({ from, to: [...recipients] }, text, (error) =>
        end(error ? err(failureOf(error)) : ok(null)),
      );
    });
  });
}

/** 5yz is a relay's last word about this mail (RFC 5321 §4.2.1), once the conversation has come to the mail. */
function failureOf(error: Error): MailFailure {
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : 0;
  const code = 'code' in error ? error.code : '';
  const aboutMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  return { reason: error.message, permanent: aboutMail && status >= 500 };
}

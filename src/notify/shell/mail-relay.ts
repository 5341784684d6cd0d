/** The mail port. What speaks SMTP is loaded with the first mail, so a daemon that sends none does not carry it. */
import type { Log } from '../../base/log.ts';
import type { MailRelay } from '../../ports/mail.ts';

export const createMailRelay = (log: Log): MailRelay => ({
  async send(order) {
    const { sendMail } = await import('./smtp-conversation.ts');
    return sendMail(order, log);
  },
});

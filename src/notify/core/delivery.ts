/** What a child posts to the parent when something is to be told: everything is worked out already, so the parent needs
 *  no look-up and what is told is what was so when it happened. JSON, it crosses the IPC channel. */
import type { GlobalConfig } from '../../config/model/global.ts';
import type { ScriptCommand } from '../../config/model/vrrp.ts';

/** Which half of the daemon tells; each has a FIFO and a share of the running scripts. */
export type Half = 'vrrp' | 'lvs';

export interface Delivery {
  readonly half: Half;
  /** whose queue: `instance VI_1`, `group G1`, `service [10.0.0.1]:tcp:80`, `server [10.0.0.8]:tcp:80 [10.0.0.1]:tcp:80` */
  readonly object: string;
  /** MASTER, UP, …: what is new, in keepalived's word */
  readonly event: string;
  /** a state replaces one that still waits; a remark does not */
  readonly isState: boolean;
  /** the daemon is stopping (STOP, omega): its scripts get a second */
  readonly ending: boolean;
  /** started together, in this order */
  readonly scripts: readonly ScriptCommand[];
  /** for the FIFOs, with everything that ends it; null = none */
  readonly line: string | null;
  readonly mail: Mail | null;
}

export interface Mail {
  readonly subject: string;
  readonly body: string;
}

/** What the model says about whom to tell, as far as the texts depend on it. */
export interface Telling {
  readonly routerId: string;
  /** a FIFO takes the lines of this half */
  readonly lines: boolean;
  /** null: nobody gets mail */
  readonly mail: { readonly faults: boolean; readonly everyChecker: boolean } | null;
}

/** Without a relay or a recipient there is no mail. */
export const tellingOf = ({ routerId, mail, notify }: GlobalConfig, half: Half): Telling => ({
  routerId,
  lines: notify.fifo !== null || (half === 'vrrp' ? notify.vrrpFifo : notify.lvsFifo) !== null,
  mail:
    mail.server === null || mail.recipients.length === 0
      ? null
      : { faults: mail.faults, everyChecker: mail.everyChecker },
});

/** null when nobody would notice it. A state without a script is noticed where the object has scripts for others: it
 *  overtakes the one that waits. */
export const unlessSilent = (delivery: Delivery, isScripted: boolean): Delivery | null =>
  delivery.line === null &&
  delivery.mail === null &&
  delivery.scripts.length === 0 &&
  !(isScripted && delivery.isState)
    ? null
    : delivery;

/** Told again on demand: a mail would be about nothing new. */
export const withoutMail = (delivery: Delivery): Delivery => ({ ...delivery, mail: null });

/** For fifo_write_vrrp_states_on_reload: nothing but the line, and nothing overtaken by it. */
export const lineOnly = (delivery: Delivery): Delivery => ({
  ...delivery,
  isState: false,
  scripts: [],
  mail: null,
});

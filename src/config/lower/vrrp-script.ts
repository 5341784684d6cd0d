/** The scripts that an instance or a group runs when its state changes, and whether it sends mail. */
import type { VrrpNotify } from '../model/vrrp.ts';
import type { Settings } from '../schema/read-block.ts';
import type { syncGroupRows } from '../schema/vrrp.ts';
import { type LowerContext, valueOr } from './context.ts';

type NotifyRows = Pick<
  typeof syncGroupRows,
  'notify' | 'notify_master' | 'notify_backup' | 'notify_fault' | 'notify_stop' | 'smtp_alert'
>;

/** The notify keywords that an instance and a group share. */
export const lowerNotify = (settings: Settings<NotifyRows>, { global }: LowerContext): VrrpNotify => ({
  master: valueOr(settings.notify_master, null),
  backup: valueOr(settings.notify_backup, null),
  fault: valueOr(settings.notify_fault, null),
  stop: valueOr(settings.notify_stop, null),
  any: valueOr(settings.notify, null),
  smtpAlert: valueOr(settings.smtp_alert, global.mail.alertVrrp),
});

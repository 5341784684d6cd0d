/** Who is told of what: FIFOs, notify scripts and mail → model, with the defaults that a block takes from the blocks
 *  around it (keywords.json; behaviour.md section 10). */
import { type Micros, seconds } from '../../base/units.ts';
import type { FifoPlace, NotifyFifo, NotifySettings, TimedCommand } from '../model/global.ts';
import type { InstanceNotify, ScriptCommand, VrrpNotify } from '../model/vrrp.ts';
import type { BlockValue, Setting, Settings } from '../schema/read-block.ts';
import type { syncGroupRows, vrrpInstanceRows } from '../schema/vrrp.ts';
import { firstGiven, type GlobalSettings, type LowerContext, valueOr } from './context.ts';

const NOTIFY_TIMEOUT = seconds(300);
/** of startup_script and shutdown_script */
const SCRIPT_TIMEOUT = seconds(10);

export function lowerNotifySettings(given: GlobalSettings): NotifySettings {
  const fifo = lowerFifo(given.notify_fifo, given.notify_fifo_script);
  // a second FIFO of the same path would get every line twice
  const other = (half: NotifyFifo | null): NotifyFifo | null => (half?.path === fifo?.path ? null : half);
  return {
    fifo,
    vrrpFifo: other(lowerFifo(given.vrrp_notify_fifo, given.vrrp_notify_fifo_script)),
    lvsFifo: other(lowerFifo(given.lvs_notify_fifo, given.lvs_notify_fifo_script)),
    statesOnReload: given.fifo_write_vrrp_states_on_reload !== undefined,
    initialServers: valueOr(given.rs_init_notifies, false),
    timeout: valueOr(given.notify_timeout, NOTIFY_TIMEOUT),
    startup: timedCommand(given.startup_script, given.startup_script_timeout),
    shutdown: timedCommand(given.shutdown_script, given.shutdown_script_timeout),
  };
}

const lowerFifo = (
  place: Setting<FifoPlace> | undefined,
  script: Setting<ScriptCommand> | undefined,
): NotifyFifo | null => (place === undefined ? null : { ...place.value, script: valueOr(script, null) });

const timedCommand = (
  command: Setting<ScriptCommand> | undefined,
  timeout: Setting<Micros> | undefined,
): TimedCommand | null =>
  command === undefined ? null : { command: command.value, timeout: valueOr(timeout, SCRIPT_TIMEOUT) };

type NotifyRows = Pick<
  typeof syncGroupRows,
  'notify' | 'notify_master' | 'notify_backup' | 'notify_fault' | 'notify_stop' | 'smtp_alert'
>;

/** The notify keywords that an instance and a group share. */
export const lowerNotify = (settings: Settings<NotifyRows>, { defaults }: LowerContext): VrrpNotify => ({
  master: valueOr(settings.notify_master, null),
  backup: valueOr(settings.notify_backup, null),
  fault: valueOr(settings.notify_fault, null),
  stop: valueOr(settings.notify_stop, null),
  any: valueOr(settings.notify, null),
  smtpAlert: firstGiven(settings.smtp_alert, defaults.smtp_alert_vrrp, defaults.smtp_alert) ?? false,
});

/** `group` is what the instance's sync group says about changes of the priority. */
export const lowerInstanceNotify = (
  settings: Settings<typeof vrrpInstanceRows>,
  group: boolean | undefined,
  context: LowerContext,
): InstanceNotify => ({
  ...lowerNotify(settings, context),
  deleted: settings.notify_deleted === undefined ? null : { command: settings.notify_deleted.value },
  lowerPriority: valueOr(settings.notify_master_rx_lower_pri, null),
  priorityChanges: valueOr(
    settings.notify_priority_changes,
    group ?? valueOr(context.defaults.vrrp_notify_priority_changes, false),
  ),
});

/** What the sync groups say about changes of the priority, by member. */
export function memberPriorityChanges(
  groups: readonly BlockValue<string, typeof syncGroupRows>[],
): ReadonlyMap<string, boolean> {
  const members = new Map<string, boolean>();
  for (const { settings } of groups) {
    const said = settings.notify_priority_changes;
    for (const { value } of settings.group ?? []) {
      for (const name of value) if (said !== undefined && !members.has(name)) members.set(name, said.value);
    }
  }
  return members;
}

/** smtp_alert of a service or real server; `unless` is what nobody's word means. */
export const checkerAlert = (
  own: Setting<boolean> | undefined,
  { defaults }: LowerContext,
  unless: boolean,
): boolean => firstGiven(own, defaults.smtp_alert_checker, defaults.smtp_alert) ?? unless;

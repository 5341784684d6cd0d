/** vrrp_script and vrrp_sync_group blocks → model. Both are read and checked; neither has an effect yet. */
import { seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { VrrpInstance, VrrpNotify, VrrpScript, VrrpSyncGroup } from '../model/vrrp.ts';
import type { BlockValue, Settings } from '../schema/read-block.ts';
import type { syncGroupRows, vrrpScriptRows } from '../schema/vrrp.ts';
import type { Span } from '../syntax/source.ts';
import { type LowerContext, valueOr } from './context.ts';

const ONE_SECOND = seconds(1);

/** A script with the place where it was defined: a tracker above that place does not see it. */
export interface DefinedScript {
  readonly script: VrrpScript;
  readonly order: number;
}

export function lowerScript(
  block: BlockValue<string, typeof vrrpScriptRows>,
  { report, global }: LowerContext,
): DefinedScript | null {
  const { settings, head: name } = block;
  const argv = valueOr(settings.script, null);
  if (argv === null) {
    report(catalog.script_without_command(block.at.keyword, { name }));
    return null;
  }
  const interval = valueOr(settings.interval, ONE_SECOND) || ONE_SECOND;
  const weight = valueOr(settings.weight, { weight: 0, reverse: false });
  const script = {
    name,
    command: { argv, user: valueOr(settings.user, global.scripts.user) },
    interval,
    timeout: valueOr(settings.timeout, interval) || ONE_SECOND,
    ...weight,
    rise: valueOr(settings.rise, 1),
    fall: valueOr(settings.fall, 1),
  };
  return { script, order: block.at.order };
}

export function lowerSyncGroups(
  blocks: readonly BlockValue<string, typeof syncGroupRows>[],
  instances: readonly VrrpInstance[],
  context: LowerContext,
): readonly VrrpSyncGroup[] {
  const names = new Set(instances.map((instance) => instance.name));
  const groupOf = new Map<string, Membership>();
  const firsts = new Map<string, Span>();
  const groups = new Map<string, VrrpSyncGroup>();
  for (const block of blocks) {
    const { head: name } = block;
    const place = block.at.args[0] ?? block.at.keyword;
    const first = firsts.get(name);
    if (first !== undefined && groups.has(name)) {
      const notes = [{ text: 'first given here', at: first }];
      context.report(catalog.duplicate_group(place, { name }, { notes }));
      continue;
    }
    firsts.set(name, place);
    const members = lowerMembers(block, names, groupOf, context);
    if (members.length === 0) {
      context.report(catalog.group_without_members(block.at.keyword, { name }));
      continue;
    }
    if (members.length === 1) context.report(catalog.group_of_one(block.at.keyword, { name }));
    groups.set(name, { name, members, notify: lowerNotify(block.settings, context) });
  }
  return [...groups.values()];
}

/** The group that an instance is in, and the word that says so. */
interface Membership {
  readonly group: string;
  readonly at: Span;
}

function lowerMembers(
  block: BlockValue<string, typeof syncGroupRows>,
  instances: ReadonlySet<string>,
  groupOf: Map<string, Membership>,
  { report }: LowerContext,
): string[] {
  const members: string[] = [];
  for (const word of (block.settings.group ?? []).flatMap((entry) => entry.at.args)) {
    const taken = groupOf.get(word.text);
    if (!instances.has(word.text))
      report(catalog.member_unknown(word, { name: block.head, member: word.text }));
    else if (taken !== undefined) {
      const notes = [{ text: 'first named here', at: taken.at }];
      report(catalog.member_taken(word, { member: word.text, group: taken.group }, { notes }));
    } else {
      groupOf.set(word.text, { group: block.head, at: word });
      members.push(word.text);
    }
  }
  return members;
}

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

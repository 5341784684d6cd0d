/** vrrp_sync_group, the part that concerns one member: its health is that of the whole group (behaviour.md section 7). */
import type { VrrpInstance, VrrpNotify, VrrpSyncGroup } from '../../config/model/vrrp.ts';
import { assessHealth, type Health } from './health.ts';
import type { Network } from './network.ts';
import { type FaultCause, isOwner } from './state.ts';

export interface SyncGroup {
  readonly name: string;
  /** in the group's order; names that no instance has are left out */
  readonly members: readonly VrrpInstance[];
  readonly notify: VrrpNotify;
}

/** By the name of each member. */
export function groupsOf(
  groups: readonly VrrpSyncGroup[],
  instances: readonly VrrpInstance[],
): ReadonlyMap<string, SyncGroup> {
  const byName = new Map(instances.map((instance) => [instance.name, instance]));
  return new Map(
    groups.flatMap(({ name, members, notify }) => {
      const group = { name, members: members.flatMap((member) => byName.get(member) ?? []), notify };
      return group.members.map((member) => [member.name, group] as const);
    }),
  );
}

/** A router's own health, and the faults and open questions of the others in its group. So all members enter FAULT
 *  together, and leave it when the last of them is clean. */
export function healthInGroup(config: VrrpInstance, { network, virtual, groups }: GroupView): Health {
  const own = assessHealth(config, network, virtual);
  const group = groups.get(config.name);
  if (group === undefined) return own;
  const causes: FaultCause[] = own.kind === 'unfit' ? [...own.causes] : [];
  const pending = own.kind === 'fit' ? [...own.pending] : [];
  for (const member of group.members) {
    if (member.name === config.name) continue;
    const health = assessHealth(member, network, virtual);
    if (health.kind === 'unfit') {
      causes.push({
        kind: 'group_member',
        group: group.name,
        member: member.name,
        causes: health.causes,
      });
    } else pending.push(...health.pending.filter((name) => !pending.includes(name)));
  }
  const [first, ...more] = causes;
  if (first !== undefined || own.kind === 'unfit') {
    return first === undefined ? own : { kind: 'unfit', causes: [first, ...more] };
  }
  return { ...own, pending };
}

interface GroupView {
  readonly network: Network;
  readonly virtual: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, SyncGroup>;
}

/** An owner is master at once (RFC 9568 §6.4.1), in a group only if every member is one. */
export const isMasterAtOnce = (config: VrrpInstance, group: SyncGroup | undefined): boolean =>
  (group?.members ?? [config]).every((member) => isOwner(member) && member.initialState === 'MASTER');

/** vrrp_sync_group blocks → model; what a group tracks goes to each of its members (behaviour.md section 6). */
import { catalog } from '../diagnostics/catalog.ts';
import type { TrackedInterface, TrackedObject, VrrpInstance, VrrpSyncGroup } from '../model/vrrp.ts';
import type { BlockValue } from '../schema/read-block.ts';
import type { syncGroupRows } from '../schema/vrrp.ts';
import type { Span } from '../syntax/source.ts';
import type { LowerContext } from './context.ts';
import { lowerNotify } from './notify.ts';
import { type Trackers, trackedObjects } from './trackers.ts';

/** What all members of all groups track on behalf of these, together: the one product in a configuration, which a text of
 *  ten thousand lines could drive to twenty-five million. */
const TRACKED_MAX = 200_000;

type GroupBlock = BlockValue<string, typeof syncGroupRows>;

export interface Grouping {
  readonly groups: readonly VrrpSyncGroup[];
  /** all instances; members with what their groups track */
  readonly instances: readonly VrrpInstance[];
}

export function lowerSyncGroups(
  blocks: readonly GroupBlock[],
  instances: readonly VrrpInstance[],
  trackers: Trackers,
  context: LowerContext,
): Grouping {
  const byName = new Map(instances.map((instance) => [instance.name, instance]));
  const names: ReadonlySet<string> = new Set(byName.keys());
  const groupOf = new Map<string, Membership>();
  const firsts = new Map<string, Span>();
  const groups = new Map<string, VrrpSyncGroup>();
  let tracked = 0;
  for (const block of blocks) {
    const { head: name, settings } = block;
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
    const trackingWeight = (settings.sync_group_tracking_weight ?? settings.global_tracking) !== undefined;
    groups.set(name, { name, members, trackingWeight, notify: lowerNotify(settings, context) });
    tracked += members.length * trackingLines(block);
    if (tracked > TRACKED_MAX) {
      context.report(catalog.groups_track_too_much(place, { limit: TRACKED_MAX }));
      break;
    }
    for (const member of members) {
      const instance = byName.get(member);
      if (instance !== undefined) byName.set(member, tracksForGroup(instance, block, trackers, context));
    }
  }
  return { groups: [...groups.values()], instances: [...byName.values()] };
}

function trackingLines({ settings }: GroupBlock): number {
  const { track_interface, track_script, track_file, track_process } = settings;
  const lists = [track_interface, track_script, track_file, track_process];
  return lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
}

/** The group that an instance is in, and the word that says so. */
interface Membership {
  readonly group: string;
  readonly at: Span;
}

function lowerMembers(
  block: GroupBlock,
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

/** A member tracks what its group tracks, unless its own block says something about the same object. */
function tracksForGroup(
  instance: VrrpInstance,
  block: GroupBlock,
  trackers: Trackers,
  context: LowerContext,
): VrrpInstance {
  const { settings, head: name, at } = block;
  const ofGroup: readonly TrackedInterface[] = (settings.track_interface ?? []).map(({ value }) => ({
    interface: value.interface,
    weight: value.weight ?? 0,
    reverse: value.reverse ?? false,
  }));
  const interfaces = [
    ...instance.trackInterfaces,
    ...ofGroup.filter(
      (tracked) =>
        tracked.interface !== instance.interface &&
        !instance.trackInterfaces.some((own) => own.interface === tracked.interface),
    ),
  ];
  const objects = [
    ...instance.trackers,
    ...trackedObjects({ name, settings, order: at.order, owner: false }, trackers, context).filter(
      (tracked) => !instance.trackers.some((own) => own.kind === tracked.kind && own.name === tracked.name),
    ),
  ];
  const keepsWeights = (settings.sync_group_tracking_weight ?? settings.global_tracking) !== undefined;
  if (keepsWeights) return { ...instance, trackInterfaces: interfaces, trackers: objects };
  return {
    ...instance,
    trackInterfaces: interfaces.map((tracked) => ({ ...tracked, weight: 0 })),
    trackers: objects.flatMap((tracked) => withoutWeight(tracked, instance.name, block, context)),
  };
}

/** Weights would let the priorities of members part, and the group could then be split between two routers. */
function withoutWeight(
  tracked: TrackedObject,
  instance: string,
  { head: group, at }: GroupBlock,
  { report }: LowerContext,
): readonly TrackedObject[] {
  if (tracked.weight === 0 || tracked.kind === 'process') return [tracked];
  if (tracked.kind === 'file' && tracked.weight === 1) return [{ ...tracked, weight: 0 }];
  const { name: what, weight } = tracked;
  report(catalog.group_weight_dropped(at.args[0] ?? at.keyword, { instance, group, what, weight }));
  return [];
}

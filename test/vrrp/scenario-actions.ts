/** What a node orders, as the lines of a scenario. */
import { entryText } from '../../src/config/model/routing.ts';
import { ETH0 } from '../../src/sim/topology.ts';
import type { VrrpAction } from '../../src/vrrp/core/actions.ts';
import { addressKey } from '../../src/vrrp/core/network.ts';

/** Announcements of one step are summed up; lines for -D are left out. */
export function linesOf(actions: readonly VrrpAction[]): readonly string[] {
  const lines: string[] = [];
  const announced = new Map<string, number>();
  for (const action of actions) {
    if (action.kind === 'announce_address') {
      announced.set(action.address, (announced.get(action.address) ?? 0) + 1);
    } else lines.push(...lineOf(action));
  }
  const sums = [...announced].map(([address, times]) => `${address} x${times}`);
  return sums.length > 0 ? [...lines, `announce ${sums.join(', ')}`] : lines;
}

function lineOf(action: Exclude<VrrpAction, { kind: 'announce_address' }>): readonly string[] {
  switch (action.kind) {
    case 'send_advert':
      return [
        `advert priority ${action.advert.priority} to ${action.destination}${action.interface === ETH0 ? '' : ` on ${action.interface} from ${action.source}`} with ${action.advert.addresses.join(' ')}`,
      ];
    case 'add_addresses':
      return [`add ${action.addresses.map(addressKey).join(', ')}`];
    case 'restore_addresses':
      return [`restore ${action.addresses.map(addressKey).join(', ')}`];
    case 'remove_addresses':
      return [`remove ${action.addresses.map(addressKey).join(', ')}`];
    case 'switch_links':
      return [`switch ${action.links.join(', ')} ${action.up ? 'on' : 'off'}`];
    case 'add_routing':
      return [`set ${action.entries.map(entryText).join(', ')}`];
    case 'restore_routing':
      return [`restore ${action.entries.map(entryText).join(', ')}`];
    case 'remove_routing':
      return [`unset ${action.entries.map(entryText).join(', ')}`];
    case 'publish_transition': {
      const { instance, from, to, reason } = action.transition;
      return [`state ${instance} ${from} -> ${to}: ${reason}`];
    }
    case 'publish_news':
      return [];
    case 'publish_group_transition': {
      const { group, from, to, reason } = action.transition;
      return [`group ${group} ${from} -> ${to}: ${reason}`];
    }
    case 'run_program':
      return [`run ${action.tracker}: ${action.command.argv.join(' ')}`];
    case 'end_program':
      return [`end ${action.tracker}`];
    case 'write_log':
      return action.entry.level === 'debug' ? [] : [`${action.entry.level} ${action.entry.text}`];
  }
}

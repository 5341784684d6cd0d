/** interface_up_down_delays: a link that goes down, or comes up, counts only once it has stayed so for a while. What is
 *  held back is forgotten when the link is back before. A link that vanishes, and one that is seen for the first time,
 *  count at once. */
import { after, earliest, type Instant, type InterfaceName, micros } from '../../base/units.ts';
import type { InterfaceDelay } from '../../config/model/global.ts';
import { type LinkFact, type Network, withLink } from './network.ts';

interface Held {
  readonly link: LinkFact;
  readonly at: Instant;
}

/** Changes that do not count yet. */
export type HeldLinks = ReadonlyMap<InterfaceName, Held>;

export interface Debounced {
  readonly network: Network;
  readonly held: HeldLinks;
}

export function debounce(
  { network, held }: Debounced,
  link: LinkFact,
  delays: readonly InterfaceDelay[],
  now: Instant,
): Debounced {
  const known = network.links.get(link.name);
  const delay = delays.find((one) => one.interface === link.name);
  const wait = (link.up ? delay?.up : delay?.down) ?? micros(0);
  const next = new Map(held);
  next.delete(link.name);
  if (known === undefined || known.up === link.up || wait === 0)
    return { network: withLink(network, link), held: next };
  next.set(link.name, { link, at: held.get(link.name)?.at ?? after(now, wait) });
  // what else is new about the link holds at once
  return { network: withLink(network, { ...link, up: known.up }), held: next };
}

export const debounceDeadline = (held: HeldLinks): Instant | null =>
  earliest(...[...held.values()].map(({ at }) => at));

/** Everything that has stayed as it is for long enough. */
export function debounceDue({ network, held }: Debounced, now: Instant): Debounced {
  const due = [...held].filter(([, { at }]) => at <= now);
  if (due.length === 0) return { network, held };
  const rest = new Map(held);
  let settled = network;
  for (const [name, { link }] of due) {
    rest.delete(name);
    settled = withLink(settled, link);
  }
  return { network: settled, held: rest };
}

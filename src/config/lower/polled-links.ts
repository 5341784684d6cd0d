/** linkbeat_interfaces and linkbeat_use_polling → the links to poll. */
import type { PolledLink } from '../model/global.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { Settings } from '../schema/read-block.ts';
import type { rootRows } from '../schema/root.ts';

/** Those that are named, the first line of each; with linkbeat_use_polling the interfaces of all instances, or of those that
 *  ask for it. Interfaces made by vipd follow their parents. */
export function lowerPolledLinks(
  root: Settings<typeof rootRows>,
  instances: readonly VrrpInstance[],
): readonly PolledLink[] {
  const asking = new Set(
    (root.vrrp_instance ?? [])
      .filter(({ settings }) => settings.linkbeat_use_polling !== undefined)
      .map(({ head }) => head),
  );
  const all = root.linkbeat_use_polling !== undefined;
  const polled = instances
    .filter(({ name }) => all || asking.has(name))
    .map((instance) => ({ interface: instance.interface, method: null }));
  const links = new Map<string, PolledLink>();
  for (const link of [...(root.linkbeat_interfaces ?? []).map(({ value }) => value), ...polled])
    if (!links.has(link.interface)) links.set(link.interface, link);
  return [...links.values()];
}

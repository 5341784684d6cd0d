/** The interfaces made for instances: made when their parent is there, adopted when they exist, removed when nobody wants
 *  them, with the settings that they and their parents need. */
import type { Log } from '../../base/log.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import type { InterfaceName } from '../../base/units.ts';
import type { VirtualLink } from '../../config/model/virtual-link.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import { isMadeFor, ownSettings, type Setting, sharedSettings } from '../../net/core/link-settings.ts';
import type { LinkKernel } from '../../ports/link-kernel.ts';
import type { LinkState } from '../../ports/net-kernel.ts';
import { vrrpShellLog } from '../core/log-events.ts';

export type LinksByName = ReadonlyMap<InterfaceName, LinkState>;

export interface VirtualLinks {
  /** Makes what is missing and can be made, removes what is no longer wanted; says whether anything changed. */
  reconcile(instances: readonly VrrpInstance[], links: LinksByName): boolean;
  /** On or off; writes only what differs. */
  switch(names: readonly InterfaceName[], up: boolean, links: LinksByName): void;
  /** Removes all and restores the settings. */
  release(links: LinksByName): void;
}

export function virtualLinks(kernel: LinkKernel, log: Log): VirtualLinks {
  let wanted: readonly VirtualLink[] = [];
  /** what settings were before, by path */
  const before = new Map<string, Setting & { readonly original: number }>();
  /** names of those that could not be made, with the reason that was told */
  const complained = new Map<InterfaceName, string>();

  /** what was ordered since the kernel last told of links: its notifications come later than its answers */
  const ordered = new Map<InterfaceName, boolean>();

  function change(setting: Setting): void {
    const original = kernel.readSetting(setting.path);
    if (original === null || original === setting.value) return;
    const error = kernel.writeSetting(setting.path, setting.value);
    if (error === null)
      before.set(setting.path, { ...setting, original: before.get(setting.path)?.original ?? original });
    else log(vrrpShellLog.linkSettingFailed({ detail: systemErrorText(error) }));
  }

  /** What somebody changed meanwhile is theirs. */
  function restore(): void {
    for (const [path, { value, original }] of [...before].reverse()) {
      if (kernel.readSetting(path) === value) kernel.writeSetting(path, original);
    }
    before.clear();
  }

  function complain({ name }: VirtualLink, detail: string): void {
    if (complained.get(name) !== detail) log(vrrpShellLog.linkFailed({ interface: name, detail }));
    complained.set(name, detail);
  }

  function make(link: VirtualLink, hasIpv6: boolean, links: LinksByName): boolean {
    const parent = links.get(link.parent);
    if (parent === undefined) return false;
    const { kind, name, mac, group, mode, flags } = link;
    const error = kernel.create({ kind, name, parent: parent.index, mac, group, mode, flags });
    if (error !== null) {
      complain(link, systemErrorText(error));
      return false;
    }
    complained.delete(name);
    for (const setting of ownSettings(link, hasIpv6)) writeOwn(setting);
    log(vrrpShellLog.linkMade({ interface: name }));
    return true;
  }

  /** A machine without IPv6 has no such settings. */
  function writeOwn({ path, value }: Setting): void {
    const actual = kernel.readSetting(path);
    if (actual === null || actual === value) return;
    const error = kernel.writeSetting(path, value);
    if (error !== null) log(vrrpShellLog.linkSettingFailed({ detail: systemErrorText(error) }));
  }

  function removeLink({ name }: VirtualLink, links: LinksByName): boolean {
    const link = links.get(name);
    const error: SystemError | null = link === undefined ? null : kernel.remove(link.index);
    if (error !== null && error.code !== 'ENODEV') {
      log(vrrpShellLog.linkFailed({ interface: name, detail: systemErrorText(error) }));
    }
    return link !== undefined && error === null;
  }

  return {
    reconcile(instances, links) {
      ordered.clear();
      const next = instances.flatMap((instance) => instance.virtualLinks);
      if (next.length + wanted.length === 0) return false;
      const gone = wanted.filter((old) => !next.some((link) => link.name === old.name && isAlike(link, old)));
      let changed = false;
      for (const link of gone) changed = removeLink(link, links) || changed;
      if (next.length === 0) restore();
      wanted = next;
      for (const instance of instances) {
        const hasIpv6 = addressesOf(instance).some(({ address }) => address.includes(':'));
        for (const link of instance.virtualLinks) {
          const present = gone.some(({ name }) => name === link.name) ? undefined : links.get(link.name);
          if (present === undefined) changed = make(link, hasIpv6, links) || changed;
          else if (!isMadeFor(link, present, links))
            complain(link, 'there is another interface of this name');
        }
      }
      const present = next.filter(({ parent }) => links.has(parent));
      for (const setting of sharedSettings(present, [...links.keys()], kernel.readSetting)) change(setting);
      return changed;
    },
    switch(names, up, links) {
      for (const name of names) {
        const link = links.get(name);
        const ours = wanted.find((one) => one.name === name);
        if (link === undefined || ours === undefined || !isMadeFor(ours, link, links)) continue;
        if ((ordered.get(name) ?? link.up) === up) continue;
        ordered.set(name, up);
        const error = kernel.setUp(link.index, up);
        if (error !== null && error.code !== 'ENODEV') complain(ours, systemErrorText(error));
      }
    },
    release(links) {
      for (const link of wanted) {
        const present = links.get(link.name);
        if (present !== undefined && isMadeFor(link, present, links)) removeLink(link, links);
      }
      wanted = [];
      restore();
    },
  };
}

const addressesOf = (instance: VrrpInstance) => [...instance.virtualAddresses, ...instance.excludedAddresses];

const isAlike = (a: VirtualLink, b: VirtualLink): boolean =>
  a.kind === b.kind && a.parent === b.parent && a.mac === b.mac && a.mode === b.mode && a.flags === b.flags;

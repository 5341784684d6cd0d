/** What the parent does about interfaces made for instances: it remembers the settings that a vrrp child may change before the
 *  child does, and when a child dies without cleaning up it removes the interfaces and restores the settings. */
import type { Log } from '../base/log.ts';
import { systemErrorText } from '../base/system-error.ts';
import type { InterfaceName } from '../base/units.ts';
import type { Config } from '../config/model/config.ts';
import type { VirtualLink } from '../config/model/virtual-link.ts';
import { isMadeFor, sharedPaths, sharedSettings } from '../net/core/link-settings.ts';
import type { LinkKernel } from '../ports/link-kernel.ts';
import type { LinkState, NetKernel } from '../ports/net-kernel.ts';
import { daemonLog } from './log-events.ts';

export interface LinkKeeper {
  /** Before a child gets a model. */
  remember(model: Config): void;
  /** After a child that worked under these models died. */
  release(models: readonly Config[]): void;
}

export interface LinkKeeperPorts {
  readonly openNetKernel: () => NetKernel | null;
  readonly openLinkKernel: () => LinkKernel;
  readonly log: Log;
}

export function linkKeeper({ openNetKernel, openLinkKernel, log }: LinkKeeperPorts): LinkKeeper {
  /** settings as they were before any child, by path */
  const before = new Map<string, number>();

  let net: NetKernel | null = null;

  function linksNow(): ReadonlyMap<InterfaceName, LinkState> {
    net ??= openNetKernel();
    const state = net?.snapshot();
    const links = state?.ok ? [...state.value.links.values()] : [];
    return new Map(links.map((link) => [link.name, link]));
  }

  function removeLinks(made: readonly VirtualLink[], kernel: LinkKernel): void {
    const links = linksNow();
    for (const link of made) {
      const present = links.get(link.name);
      if (present === undefined || !isMadeFor(link, present, links)) continue;
      const error = kernel.remove(present.index);
      log(
        error === null
          ? daemonLog.linkReleased({ interface: link.name })
          : daemonLog.releaseFailed({ what: systemErrorText(error) }),
      );
    }
  }

  /** What somebody else changed meanwhile is theirs. */
  function restoreSettings(made: readonly VirtualLink[], kernel: LinkKernel): void {
    const changed = sharedSettings(made, [...linksNow().keys()], (path) => before.get(path) ?? null);
    for (const { path, value } of changed) {
      const original = before.get(path);
      if (original !== undefined && kernel.readSetting(path) === value) kernel.writeSetting(path, original);
    }
  }

  return {
    remember(model) {
      const made = linksOf([model]);
      if (made.length === 0) return;
      const kernel = openLinkKernel();
      for (const path of sharedPaths(made, [...linksNow().keys()])) {
        const value = before.has(path) ? null : kernel.readSetting(path);
        if (value !== null) before.set(path, value);
      }
    },
    release(models) {
      const made = linksOf(models);
      if (made.length === 0) return;
      const kernel = openLinkKernel();
      removeLinks(made, kernel);
      restoreSettings(made, kernel);
    },
  };
}

const linksOf = (models: readonly Config[]): readonly VirtualLink[] =>
  models.flatMap(({ vrrpInstances }) => vrrpInstances.flatMap(({ virtualLinks }) => virtualLinks));

/** Interfaces that a simulated host makes, on the links of its kernel, and the settings of its interfaces. */
import type { SystemError } from '../base/system-error.ts';
import { ifIndex } from '../base/units.ts';
import type { LinkKernel } from '../ports/link-kernel.ts';
import type { LinkState } from '../ports/net-kernel.ts';
import type { SimKernel } from './kernel.ts';

export interface SimLinks extends LinkKernel {
  readonly settings: Map<string, number>;
}

export function newLinks(kernel: SimKernel): SimLinks {
  const settings = new Map<string, number>();
  const error = (code: string): SystemError => ({ code, attempted: 'change a link', detail: code });
  const named = (name: string): LinkState | undefined =>
    [...kernel.links.values()].find((link) => link.name === name);
  return {
    settings,
    create({ kind, name, parent, mac, mode, flags }) {
      const below = kernel.links.get(parent);
      if (below === undefined) return error('ENODEV');
      if (named(name) !== undefined) return error('EEXIST');
      kernel.addLink({
        ...below,
        index: ifIndex(kernel.nextIndex()),
        name,
        up: false,
        running: false,
        mac: mac ?? below.mac,
        layer: { kind, parent, mode, flags },
      });
      return null;
    },
    remove(index) {
      const link = kernel.links.get(index);
      if (link === undefined) return error('ENODEV');
      kernel.removeLink(link.name);
      return null;
    },
    setUp(index, up) {
      const link = kernel.links.get(index);
      if (link === undefined) return error('ENODEV');
      if (link.up !== up) kernel.addLink({ ...link, up, running: up });
      return null;
    },
    readSetting: (path) => settings.get(path) ?? null,
    writeSetting(path, value) {
      if (!settings.has(path)) return error('ENOENT');
      settings.set(path, value);
      return null;
    },
  };
}

/** lvs_sync_daemon with an instance: runs the kernel's master thread while the instance is master here, else the backup
 *  thread. It looks after each change of state, never within one: adverts and gratuitous ARP go first. */
import type { Log } from '../base/log.ts';
import type { Result } from '../base/result.ts';
import type { SystemError } from '../base/system-error.ts';
import type { ProcessSettings, SyncDaemonSettings } from '../config/model/global.ts';
import { wantedDaemons } from '../ipvs/core/daemon-plan.ts';
import { createIpvsKernel } from '../ipvs/shell/kernel.ts';
import { loadIpvs } from '../ipvs/shell/load-module.ts';
import { createSyncKeeper } from '../ipvs/shell/sync-keeper.ts';
import { insideNamespace, namespacePath } from '../native/network-namespace.ts';
import type { Clock } from '../ports/clock.ts';
import type { SyncDaemonKernel } from '../ports/sync-daemons.ts';
import type { Transition } from '../vrrp/core/actions.ts';

export interface SyncFollower {
  configure(settings: SyncDaemonSettings | null): void;
  entered(transition: Pick<Transition, 'instance' | 'to'>): void;
  close(): void;
}

interface SyncFollowerPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** where IPVS is, if not here */
  readonly ipvsNamespace: ProcessSettings['ipvsNamespace'];
}

export function followInstance({ clock, log, ipvsNamespace }: SyncFollowerPorts): SyncFollower {
  const openThere = () =>
    ipvsNamespace === null ? openKernel() : insideNamespace(namespacePath(ipvsNamespace.name), openKernel);
  const keeper = createSyncKeeper({ clock, log, openKernel: openThere });
  const masters = new Set<string>();
  let settings: SyncDaemonSettings | null = null;
  let due: NodeJS.Immediate | null = null;
  const look = (): void => {
    due = null;
    // without an instance they are the checkers' to start
    const followed = settings?.instance === null ? null : settings;
    keeper.want(wantedDaemons(followed, (name) => masters.has(name)));
  };
  const lookSoon = (): void => {
    due ??= setImmediate(look);
  };
  return {
    configure(next) {
      settings = next;
      lookSoon();
    },
    entered({ instance, to }) {
      if (to === 'MASTER') masters.add(instance);
      else masters.delete(instance);
      if (settings?.instance === instance) lookSoon();
    },
    close() {
      if (due !== null) clearImmediate(due);
      keeper.close();
    },
  };
}

/** Loading a module may take seconds, which a router has not: it is begun, and the kernel asked again later. */
function openKernel(): Result<SyncDaemonKernel, SystemError> {
  const kernel = createIpvsKernel();
  if (!kernel.ok && kernel.error.code === 'ENOENT') loadIpvs();
  return kernel;
}

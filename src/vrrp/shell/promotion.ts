/** promote_secondaries (behaviour.md section 8): while an instance that asks for it runs, its interface keeps the secondary
 *  addresses of a subnet when their primary is removed. What the setting was before is put back afterwards. */
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { IfIndex, InterfaceName } from '../../base/units.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';
import type { LinkState } from '../../ports/net-kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import { vrrpShellLog } from '../core/log-events.ts';

export interface Promotion {
  /** Sets it where it is wanted, and puts back what is wanted no more. Links that are gone are forgotten. */
  reconcile(instances: readonly VrrpInstance[], links: ReadonlyMap<InterfaceName, LinkState>): void;
}

const settingOf = (name: InterfaceName): string => `net/ipv4/conf/${name}/promote_secondaries`;
const ON = '1';

export function newPromotion(sysctl: Sysctl, log: Log): Promotion {
  const changed = new Map<InterfaceName, { readonly ifIndex: IfIndex; readonly before: string }>();

  function write(name: InterfaceName, value: string): boolean {
    const written = sysctl.write(settingOf(name), value);
    if (!written.ok) log(vrrpShellLog.settingFailed({ detail: systemErrorText(written.error) }));
    return written.ok;
  }

  return {
    reconcile(instances, links) {
      const wanted = new Set(instances.filter((one) => one.promoteSecondaries).map((one) => one.interface));
      for (const [name, { ifIndex, before }] of changed) {
        const alive = links.get(name)?.index === ifIndex;
        if (alive && wanted.has(name)) continue;
        if (alive) write(name, before);
        changed.delete(name);
      }
      for (const name of wanted) {
        const link = links.get(name);
        if (link === undefined || changed.has(name)) continue;
        const before = sysctl.read(settingOf(name));
        if (before === null || before === ON || !write(name, ON)) continue;
        changed.set(name, { ifIndex: link.index, before });
      }
    },
  };
}

/** Keeps the packet filter's rules of FULLNAT, and the kernel setting they need, as the configuration wants them; takes both
 *  back. Rules are written with iptables: its nf_tables form where the kernel has that, else the legacy one. */
import type { Family } from '../../base/ip.ts';
import type { Log } from '../../base/log.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, seconds } from '../../base/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PacketFilter } from '../../ports/packet-filter.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import { type NattedPool, restoreText, sourceNatRules } from '../core/source-nat.ts';
import { ipvsLog } from '../log-events.ts';

export interface SourceNat {
  want(services: readonly NattedPool[]): void;
  /** Removes all that was written; synchronous. */
  close(): void;
}

export interface SourceNatPorts {
  readonly filter: PacketFilter;
  readonly sysctl: Sysctl;
  readonly clock: Clock;
  readonly log: Log;
}

const CONNTRACK = 'net/ipv4/vs/conntrack';
const FORWARDING: Readonly<Record<Family, string>> = {
  inet: 'net/ipv4/ip_forward',
  inet6: 'net/ipv6/conf/all/forwarding',
};
const FAMILIES: readonly Family[] = ['inet', 'inet6'];
/** A filter that refuses, or is locked by somebody, is asked again after it. */
const RETRY_PAUSE = seconds(10);

export function createSourceNat({ filter, sysctl, clock, log }: SourceNatPorts): SourceNat {
  let services: readonly NattedPool[] = [];
  let told = '';
  /** families that have rules of ours */
  const held = new Set<Family>();
  /** the setting was off before */
  let switchedOn = false;
  const alarm = clock.alarm(() => reconcile());

  const writeRules = (family: Family): Result<void, SystemError> => {
    const rules = sourceNatRules(services, family);
    if (rules.length === 0 && !held.has(family)) return ok(undefined);
    const written = filter.update(family, (listing) => restoreText(rules, listing));
    if (!written.ok) return written;
    if (written.value) log(ipvsLog.sourceNat({ family, rules: rules.length }));
    if (rules.length > 0 && sysctl.read(FORWARDING[family]) === '0')
      log(ipvsLog.noForwarding({ setting: FORWARDING[family] }));
    if (rules.length > 0) held.add(family);
    else held.delete(family);
    return ok(undefined);
  };

  const setConntrack = (wanted: boolean): Result<void, SystemError> => {
    const now = sysctl.read(CONNTRACK);
    if (wanted && now === null) {
      return err({
        code: 'ENOENT',
        attempted: `set ${CONNTRACK}`,
        detail: 'this kernel has no such setting',
      });
    }
    if (wanted === (now === '1') || (!wanted && !switchedOn)) return ok(undefined);
    switchedOn = wanted;
    return sysctl.write(CONNTRACK, wanted ? '1' : '0');
  };

  const reconcile = (): void => {
    alarm.set(null);
    const isWanted = FAMILIES.some((family) => sourceNatRules(services, family).length > 0);
    if (!isWanted && held.size === 0) return;
    const steps = isWanted ? [setConntrack(true)] : [];
    steps.push(...FAMILIES.map(writeRules));
    if (!isWanted) steps.push(setConntrack(false));
    const failed = steps.find((step) => !step.ok);
    if (failed === undefined || failed.ok) {
      told = '';
      return;
    }
    const reason = systemErrorText(failed.error);
    if (reason !== told) log(ipvsLog.sourceNatRefused({ reason }));
    told = reason;
    alarm.set(after(clock.now(), RETRY_PAUSE));
  };

  return {
    want(wanted) {
      services = wanted;
      reconcile();
    },
    close() {
      services = [];
      reconcile();
      alarm.set(null);
    },
  };
}

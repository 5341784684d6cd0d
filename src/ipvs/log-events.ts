/** What the IPVS room logs: refusals of the kernel and repairs. That a server was added or removed, and why,
 *  is told by the checks room, which decided it. */

import type { Family } from '../base/ip.ts';
import { catalogue, row } from '../base/log.ts';
import { type SystemError, systemErrorText } from '../base/system-error.ts';
import type { IpvsOperation } from '../ports/ipvs-kernel.ts';
import type { SyncDaemon, SyncRole } from './core/daemon.ts';
import { operationText } from './core/operation-text.ts';
import { CHAIN } from './core/source-nat.ts';

export const ipvsLog = catalogue({
  unreadable: row(
    'ipvs_unreadable',
    'error',
    (f: { error: SystemError }) => `IPVS: ${systemErrorText(f.error)}`,
  ),
  refused: row(
    'ipvs_refused',
    'error',
    (f: { operation: IpvsOperation; error: SystemError }) =>
      `IPVS: ${operationText(f.operation)} failed: ${f.error.code} (${f.error.detail})`,
  ),
  moreRefused: row(
    'ipvs_more_refused',
    'error',
    (f: { count: number }) => `IPVS: ${f.count} more operations failed`,
  ),
  repaired: row(
    'ipvs_repaired',
    'warning',
    (f: { operations: number }) =>
      `IPVS: the kernel's table differed from the last one written, ${f.operations} operations repaired it`,
  ),
  drift: row(
    'ipvs_drift',
    'warning',
    (f: { change: string; repaired: boolean }) =>
      `IPVS: somebody else changed the kernel's table; ${f.repaired ? 'repaired by' : 'lvs_drift warn: not'} ${f.change}`,
  ),
  moreDrift: row(
    'ipvs_more_drift',
    'warning',
    (f: { count: number }) => `IPVS: somebody else made ${f.count} more changes`,
  ),
  /** a daemon before this one made them, and the configuration has them no more */
  leftOver: row(
    'ipvs_left_over',
    'notice',
    (f: { services: number }) =>
      `IPVS: removed ${f.services} services that an earlier vipd left behind and the configuration no longer has`,
  ),
  ownershipLost: row(
    'ipvs_ownership_lost',
    'warning',
    (f: { reason: string }) =>
      `IPVS: after a crash vipd will not know which services are its own: ${f.reason}`,
  ),
  syncStarted: row('sync_daemon_started', 'info', ({ daemon }: { daemon: SyncDaemon }) => {
    const { role, interface: carrier, syncId } = daemon;
    return `IPVS: started the ${role} sync daemon on ${carrier}, id ${syncId}`;
  }),
  syncStopped: row(
    'sync_daemon_stopped',
    'info',
    (f: { role: SyncRole }) => `IPVS: stopped the ${f.role} sync daemon`,
  ),
  syncRefused: row(
    'sync_daemon_refused',
    'error',
    (f: { reason: string }) => `IPVS: sync daemon not as configured, it is tried again: ${f.reason}`,
  ),
  sourceNat: row(
    'source_nat_written',
    'info',
    (f: { family: Family; rules: number }) =>
      `IPVS: FULLNAT: ${f.rules === 0 ? 'removed the rules' : `wrote ${f.rules} ${f.rules === 1 ? 'rule' : 'rules'}`} of ${f.family} in chain ${CHAIN}`,
  ),
  sourceNatRefused: row(
    'source_nat_refused',
    'error',
    (f: { reason: string }) =>
      `IPVS: FULLNAT does not work, real servers without a route back cannot answer; it is tried again: ${f.reason}`,
  ),
  noForwarding: row(
    'source_nat_no_forwarding',
    'warning',
    (f: { setting: string }) => `IPVS: FULLNAT needs ${f.setting} = 1, or no answer reaches a client`,
  ),
  flushed: row(
    'ipvs_flushed',
    'info',
    (f: { because: 'lvs_flush' | 'lvs_flush_on_stop' }) => `IPVS: emptied the kernel's table (${f.because})`,
  ),
});

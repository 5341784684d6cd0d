/** A synchronisation daemon as attributes, and back. */
import { isIpv4 } from '../../base/ip.ts';
import { port } from '../../base/units.ts';
import type { SyncDaemon, SyncRole } from '../core/daemon.ts';
import type { IpvsRequest } from './requests.ts';
import { type DaemonAttributes, IPVS_COMMAND } from './tables.ts';

/** IP_VS_STATE_* */
const STATE: Readonly<Record<SyncRole, number>> = { master: 1, backup: 2 };

export function startDaemonRequest(daemon: SyncDaemon): IpvsRequest {
  const { group } = daemon;
  return {
    command: IPVS_COMMAND.newDaemon,
    attributes: {
      daemon: {
        state: STATE[daemon.role],
        interface: daemon.interface,
        syncId: daemon.syncId,
        maxLength: daemon.maxLength,
        port: daemon.port,
        ttl: daemon.ttl,
        group4: group !== null && isIpv4(group) ? group : null,
        group6: group !== null && !isIpv4(group) ? group : null,
      },
    },
  };
}

export function stopDaemonRequest(role: SyncRole): IpvsRequest {
  const daemon: DaemonAttributes = {
    state: STATE[role],
    interface: null,
    syncId: null,
    maxLength: null,
    port: null,
    ttl: null,
    group4: null,
    group6: null,
  };
  return { command: IPVS_COMMAND.deleteDaemon, attributes: { daemon } };
}

/** Null for a state that is neither master nor backup, or when the kernel sent no interface. */
export function daemonFromAttributes(fields: DaemonAttributes): SyncDaemon | null {
  const role = fields.state === STATE.master ? 'master' : fields.state === STATE.backup ? 'backup' : null;
  if (role === null || fields.interface === null) return null;
  return {
    role,
    interface: fields.interface,
    syncId: fields.syncId ?? 0,
    maxLength: fields.maxLength,
    group: fields.group4 ?? fields.group6,
    port: fields.port === null ? null : port(fields.port),
    ttl: fields.ttl,
  };
}

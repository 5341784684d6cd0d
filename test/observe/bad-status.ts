/** The director of samples.ts in trouble. */

import type { DaemonStatus } from '../../src/control/api.ts';
import { BAD_NOTIFY } from './notify-samples.ts';
import { CHECKS, STATUS, VRRP } from './samples.ts';

/** STATUS at a bad hour: FAULT, a dead real server, a lost quorum, a refused reload, a dying child. */
export const BAD_STATUS: DaemonStatus = {
  ...STATUS,
  notify: BAD_NOTIFY,
  configuration: { ...STATUS.configuration, succeeded: false },
  children: [
    { name: 'vrrp', pid: 4712, state: 'running', restarts: 0 },
    { name: 'checkers', pid: null, state: 'restarting', restarts: 4 },
  ],
  vrrp: {
    ...VRRP,
    instances: VRRP.instances.map((instance) => ({
      ...instance,
      state: 'FAULT',
      reason: 'interface eth0 is down',
      effectivePriority: 100,
      addresses: instance.addresses.map((vip) => ({ ...vip, held: false })),
    })),
  },
  checks: {
    ...CHECKS,
    virtualServers: CHECKS.virtualServers.map((service) => ({
      ...service,
      aliveWeight: 0,
      quorumUp: false,
      sorryServer: { address: '192.168.100.10', port: 80, active: true },
      realServers: service.realServers.map((server) => ({
        ...server,
        alive: false,
        pooled: false,
        checkers: server.checkers.map((c) => ({ ...c, state: 'up', lastResult: 'ECONNREFUSED' })),
      })),
    })),
    kernelListing: null,
    kernelError: 'no ip_vs in this kernel',
  },
};

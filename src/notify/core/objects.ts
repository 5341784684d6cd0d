/** What can be notified about, by the name of its queue: `instance VI_1`, `server [10.0.0.8]:tcp:80 [10.0.0.1]:tcp:80`. */
import { serverName, serviceName } from '../../checks/core/names.ts';
import type { Config } from '../../config/model/config.ts';
import type { RealServer, VirtualServer } from '../../config/model/lvs.ts';

export const instanceObject = (name: string): string => `instance ${name}`;
export const groupObject = (name: string): string => `group ${name}`;
export const serviceObject = (service: VirtualServer): string => `service ${serviceName(service.match)}`;
export const serverObject = (service: VirtualServer, server: RealServer): string =>
  `server ${serverName(service, server)} ${serviceName(service.match)}`;

export const objectsOf = ({
  vrrpInstances,
  vrrpSyncGroups,
  virtualServers,
}: Pick<Config, 'vrrpInstances' | 'vrrpSyncGroups' | 'virtualServers'>): ReadonlySet<string> =>
  new Set([
    ...vrrpInstances.map(({ name }) => instanceObject(name)),
    ...vrrpSyncGroups.map(({ name }) => groupObject(name)),
    ...virtualServers.flatMap((service) => [
      serviceObject(service),
      ...service.realServers.map((server) => serverObject(service, server)),
    ]),
  ]);

/** How a model travels to a child: its services in portions, then the rest. Neither side ever holds the whole model as
 *  text, which would take several times the memory of the model itself. */
import type { Config } from '../config/model/config.ts';
import type { VirtualServer } from '../config/model/lvs.ts';
import type { ChildName, ConfigMessage, ParentMessage } from './ipc.ts';

/** Real servers of one message, about; a service is never split. */
export const SERVERS_PER_PORTION = 500;

/** The messages to send, made one by one. The vrrp process has no use for services and gets none. */
export function* inPortions(child: ChildName, message: ConfigMessage): Generator<ParentMessage, void> {
  const { config } = message;
  if (child === 'checkers') yield* servicePortions(config.virtualServers);
  yield { ...message, config: { ...config, virtualServers: [] } };
}

function* servicePortions(all: readonly VirtualServer[]): Generator<ParentMessage, void> {
  let services: VirtualServer[] = [];
  let servers = 0;
  for (const service of all) {
    services.push(service);
    servers += service.realServers.length;
    if (servers < SERVERS_PER_PORTION) continue;
    yield { kind: 'services', services };
    services = [];
    servers = 0;
  }
  if (services.length > 0) yield { kind: 'services', services };
}

/** The child's side: remembers services until the message that they belong to. */
export interface Assembly {
  readonly services: (services: readonly VirtualServer[]) => void;
  /** The whole model; the next one begins empty. */
  readonly complete: (config: Config) => Config;
}

export function createAssembly(): Assembly {
  let virtualServers: VirtualServer[] = [];
  return {
    services: (services) => void virtualServers.push(...services),
    complete: (config) => {
      const whole = { ...config, virtualServers };
      virtualServers = [];
      return whole;
    },
  };
}

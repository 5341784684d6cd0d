/** Configurations whose timers suit a test: checks each second, one retry at once. What is tried with them
 *  does not depend on the seeds' values. */
import type { Director } from './seed-config.ts';
import { VIP } from './topology.ts';

export interface QuickServer {
  readonly address: string;
  readonly weight: number;
}

export interface QuickService {
  readonly port: number;
  readonly method: 'DR' | 'NAT' | 'TUN';
  readonly servers: readonly QuickServer[];
}

export interface QuickOptions {
  /** besides the VIP */
  readonly addresses?: readonly string[];
}

export const quickConfig = (
  { state, priority }: Director,
  services: readonly QuickService[],
  { addresses = [] }: QuickOptions = {},
): string => `vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
${[VIP, ...addresses].map((address) => `        ${address}`).join('\n')}
    }
}
${services.map(serviceBlock).join('')}`;

const serviceBlock = ({ port, method, servers }: QuickService): string => `
virtual_server ${VIP} ${port} {
    delay_loop 1
    lb_algo wrr
    lb_kind ${method}
    protocol TCP
${servers.map(serverBlock).join('\n')}
}
`;

const serverBlock = ({ address, weight }: QuickServer): string => `    real_server ${address} 80 {
        weight ${weight}
        TCP_CHECK {
            connect_timeout 2
            retry 1
            delay_before_retry 1
        }
    }`;

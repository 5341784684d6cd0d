/** The table that everything is measured with: 1,000 services with 10 real servers each, as a keepalived.conf
 *  of 36,000 lines, as an `ipvsadm -R` script and as a value. No checkers: what is measured is reading,
 *  planning and writing. */
import { parseIp } from '../src/base/ip.ts';
import { port } from '../src/base/units.ts';
import {
  type DestinationConfig,
  destinationKeyText,
  type IpvsTable,
  type ServiceKey,
  serviceKeyText,
} from '../src/ipvs/core/table.ts';

export const SERVICES = 1_000;
export const SERVERS_PER_SERVICE = 10;
/** what a daemon has to write into an empty table */
export const WRITES = SERVICES * (1 + SERVERS_PER_SERVICE);

const serviceAddress = (service: number): string => `10.${100 + (service >> 8)}.${service & 255}.1`;
const serverAddress = (service: number, server: number): string => `172.16.${server}.${1 + (service % 250)}`;
const count = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

export interface ConfigSize {
  readonly services?: number;
  /** of the first server of a service */
  readonly weightOf?: (service: number) => number;
  /** statements of each real server */
  readonly checker?: readonly string[];
}

export const largeConfig = ({
  services = SERVICES,
  weightOf = () => 1,
  checker = [],
}: ConfigSize = {}): string =>
  count(services)
    .map((service) =>
      [
        `virtual_server ${serviceAddress(service)} 80 {`,
        '    lb_algo rr',
        '    lb_kind DR',
        '    protocol TCP',
        '    delay_loop 6',
        ...count(SERVERS_PER_SERVICE).flatMap((server) => [
          `    real_server ${serverAddress(service, server)} 80 {`,
          `        weight ${server === 0 ? weightOf(service) : 1}`,
          ...checker,
          '    }',
        ]),
        '}',
        '',
      ].join('\n'),
    )
    .join('');

export const largeSave = (): string =>
  count(SERVICES)
    .flatMap((service) => [
      `-A -t ${serviceAddress(service)}:80 -s rr`,
      ...count(SERVERS_PER_SERVICE).map(
        (server) => `-a -t ${serviceAddress(service)}:80 -r ${serverAddress(service, server)}:80 -g -w 1`,
      ),
      '',
    ])
    .join('\n');

export const serviceKey = (service: number): ServiceKey => ({
  kind: 'address',
  protocol: 'tcp',
  address: address(serviceAddress(service)),
  port: port(80),
});

export function largeTable(): IpvsTable {
  return new Map(
    count(SERVICES).map((service) => {
      const key = serviceKey(service);
      const config = {
        key,
        scheduler: 'rr',
        flags: 0,
        persistenceTimeout: 0,
        persistencePrefix: 32,
        persistenceEngine: null,
      };
      const destinations = count(SERVERS_PER_SERVICE).map((server) =>
        destination(serverAddress(service, server)),
      );
      return [serviceKeyText(key), { config, destinations: new Map(destinations) }];
    }),
  );
}

function destination(text: string): readonly [string, DestinationConfig] {
  const key = { address: address(text), port: port(80) };
  const config = {
    key,
    weight: 1,
    forwarding: { kind: 'dr' },
    upperThreshold: 0,
    lowerThreshold: 0,
  } as const;
  return [destinationKeyText(key), config];
}

function address(text: string) {
  const parsed = parseIp(text);
  if (parsed === null) throw new Error(`not an address: ${text}`);
  return parsed;
}

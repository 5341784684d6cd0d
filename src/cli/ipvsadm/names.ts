/** Names of hosts and ports from the system: the resolver of the C library, which reads /etc/hosts and asks DNS, and
 *  /etc/services. Every name is looked up once. */
import { lookup, lookupService } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { familyOf, type IpAddress, parseIp } from '../../base/ip.ts';
import type { SocketNames } from '../../ipvs/core/socket-names.ts';
import type { HostQuestion, Lookups } from './order.ts';
import { parseServices, type ServicesFile } from './services-file.ts';

export interface NameService {
  readonly lookups: Lookups;
  /** Afterwards `lookups.host` knows the answer. */
  resolve(question: HostQuestion): Promise<void>;
  /** Looks the names of these addresses up; those without one keep their number. */
  namesOf(addresses: Iterable<IpAddress>): Promise<SocketNames>;
}

/** Look-ups that wait at a time; Node's pool runs four of them. */
const LOOKUPS_MAX = 16;

export function systemNames(servicesPath = '/etc/services'): NameService {
  const hosts = new Map<string, IpAddress | null>();
  const names = new Map<IpAddress, string>();
  let file: ServicesFile | null = null;
  const services = (): ServicesFile => {
    file ??= parseServices(readOrEmpty(servicesPath));
    return file;
  };
  const socketNames: SocketNames = {
    host: (address) => names.get(address) ?? address,
    port: (port, protocol) =>
      (protocol === null ? undefined : services().names.get(`${port}/${protocol}`)) ?? String(port),
  };
  return {
    lookups: {
      host: ({ name, family }) => hosts.get(`${family} ${name}`),
      servicePort: (name, protocol) => services().ports.get(`${name}/${protocol}`) ?? null,
    },
    resolve: async ({ name, family }) => {
      hosts.set(`${family} ${name}`, await addressOf(name, family));
    },
    namesOf: async (addresses) => {
      const wanted = [...new Set(addresses)].filter((address) => !names.has(address));
      for (let from = 0; from < wanted.length; from += LOOKUPS_MAX) {
        const some = wanted.slice(from, from + LOOKUPS_MAX);
        const found = await Promise.all(some.map(nameOf));
        some.forEach((address, i) => {
          names.set(address, found[i] ?? address);
        });
      }
      return socketNames;
    },
  };
}

async function addressOf(name: string, family: HostQuestion['family']): Promise<IpAddress | null> {
  try {
    const found = await lookup(name, { family: family === 'inet' ? 4 : 6 });
    const address = parseIp(found.address);
    return address !== null && familyOf(address) === family ? address : null;
  } catch {
    return null; // whatever the resolver's reason: the name stands for no address
  }
}

async function nameOf(address: IpAddress): Promise<string> {
  try {
    return (await lookupService(address, 0)).hostname;
  } catch {
    return address; // no name, or nobody to ask: the number will do
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // a small system without the file: ports have numbers only
  }
}

/** The network of the seed documents: two directors, two real servers and a client on one switch, the
 *  service address bound to the real servers' lo with ARP silenced as those documents tell.
 *
 *      client .103        lvs01 .101    lvs02 .102        rs01 .8    rs02 .9     192.168.100.0/24, VIP .240
 *         └──────────────────┴─── switch ──┴─────────────────┴──────────┘
 */
import { type Host, openHost } from './host.ts';

export const VIP = '192.168.100.240';

export interface Topology {
  readonly client: Host;
  readonly lvs01: Host;
  readonly lvs02: Host;
  readonly rs01: Host;
  readonly rs02: Host;
  /** takes the host's cable out: both ends lose the carrier */
  readonly cut: (host: Host) => Promise<void>;
  readonly restore: (host: Host) => Promise<void>;
  /** percentage of the frames towards and from the host that are lost; carriers stay up. 0 ends it */
  readonly lose: (host: Host, percent: number) => Promise<void>;
  readonly close: () => void;
}

export async function openTopology(): Promise<Topology> {
  const [sw, client, lvs01, lvs02, rs01, rs02] = await Promise.all([
    openHost('switch', ''),
    openHost('client', '192.168.100.103'),
    openHost('lvs01', '192.168.100.101'),
    openHost('lvs02', '192.168.100.102'),
    openHost('rs01', '192.168.100.8'),
    openHost('rs02', '192.168.100.9'),
  ]);
  const hosts = [client, lvs01, lvs02, rs01, rs02];
  await sw.run(['ip', '-batch', '-'], switchCommands(hosts));
  await Promise.all(hosts.map((host) => host.run(['ip', '-batch', '-'], hostCommands(host))));
  await Promise.all([lvs01, lvs02].map(setUpDirector));
  await Promise.all([rs01, rs02].map(setUpRealServer));
  const set = (host: Host, state: 'up' | 'down') => sw.run(['ip', 'link', 'set', host.name, state]);
  return {
    client,
    lvs01,
    lvs02,
    rs01,
    rs02,
    cut: async (host) => void (await set(host, 'down')),
    restore: async (host) => void (await set(host, 'up')),
    async lose(host, percent) {
      const netem = (where: Host, device: string) =>
        where.run(['tc', 'qdisc', 'replace', 'dev', device, 'root', 'netem', 'loss', `${percent}%`]);
      await Promise.all([netem(sw, host.name), netem(host, 'eth0')]);
    },
    close() {
      for (const host of [sw, ...hosts]) host.close();
    },
  };
}

const switchCommands = (hosts: readonly Host[]): string =>
  ['link add br0 type bridge', 'link set br0 up', ...hosts.flatMap(portCommands)].join('\n');

const portCommands = ({ name, pid }: Host): readonly string[] => [
  `link add ${name} type veth peer name eth0 netns ${pid}`,
  `link set ${name} master br0 up`,
];

const hostCommands = ({ address }: Host): string => `addr add ${address}/24 dev eth0\nlink set eth0 up\n`;

const setUpDirector = (host: Host): Promise<string> =>
  host.run(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.send_redirects=0']);

/** Seed 003: the VIP as a host address on lo; arp_ignore 1 and arp_announce 2, so that only the director
 *  answers for it. */
async function setUpRealServer(host: Host): Promise<void> {
  const arp = ['all', 'lo'].flatMap((device) => [
    `net.ipv4.conf.${device}.arp_ignore=1`,
    `net.ipv4.conf.${device}.arp_announce=2`,
  ]);
  await host.run(['sysctl', '-qw', ...arp]);
  await host.run(['ip', 'addr', 'add', `${VIP}/32`, 'dev', 'lo']);
}

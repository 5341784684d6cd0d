// VRRP and announcement packets between two network namespaces on the real kernel. Needs root.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { IpAddress, Ipv4 } from '../../src/base/ip.ts';
import type { MacAddress } from '../../src/base/mac.ts';
import { elapsed, interfaceName, millis } from '../../src/base/units.ts';
import { AF, IP, IPPROTO, SO, SOCK, SOL_SOCKET } from '../../src/native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../src/native/datagram-socket.ts';
import { interfaceIndex } from '../../src/native/process-knobs.ts';
import { ipSockaddr, packetSockaddr } from '../../src/native/sockaddr.ts';
import { createCarrierPort } from '../../src/net/adapters/carrier.ts';
import { createClock } from '../../src/net/adapters/clock.ts';
import { createNeighbourProbe } from '../../src/net/adapters/neighbour-probe.ts';
import { createNetKernel } from '../../src/net/adapters/net-kernel.ts';
import { createPacketPort } from '../../src/net/adapters/packets.ts';
import { gratuitousArpFrame } from '../../src/net/wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../../src/net/wire/ethernet.ts';
import { decodeNeighbourAdvertisement } from '../../src/net/wire/neighbour-advertisement.ts';
import type { VrrpPacket, VrrpSocket } from '../../src/ports/packets.ts';
import { arrivals } from '../net/arrivals.ts';
import { createTestNetwork, must, type TestHost, type TestNetwork } from '../net/network-namespaces.ts';

const ETH0 = interfaceName('eth0');
const GROUP = '224.0.0.18' as IpAddress;
const LEFT = '10.0.0.1' as IpAddress;
const RIGHT = '10.0.0.2' as IpAddress;
/** Long beside what a packet needs from one end of the cable to the other. */
const READ_LATE = millis(20);
/** What matters only to some of the tests. */
const USUAL = { id: 1, ttl: 255 };
const PAYLOAD = Uint8Array.of(0x21, 51, 100, 1, 0, 1, 0, 0);

const clock = createClock();
const port = createPacketPort(clock);
const open: { close(): void }[] = [];
let network: TestNetwork;
beforeAll(async () => {
  network = await createTestNetwork();
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
afterAll(() => network.close());

const kept = <T extends { close(): void }>(socket: T): T => {
  open.push(socket);
  return socket;
};
const indexOf = (host: TestHost) => host.inside(() => must(interfaceIndex(ETH0)));

const optionsOf = (host: TestHost, group: IpAddress | null, family: 'inet' | 'inet6' = 'inet') => ({
  interface: ETH0,
  ifIndex: indexOf(host),
  family,
  protocol: 'vrrp' as const,
  receiveBuffer: null,
  group,
});

/** A VRRP socket and what it received. */
function vrrp(host: TestHost, group: IpAddress | null, family?: 'inet' | 'inet6') {
  const received = arrivals<VrrpPacket>();
  const options = optionsOf(host, group, family);
  const socket: VrrpSocket = kept(
    host.inside(() => must(port.openVrrp(options, () => received.add(socket.drain(100))))),
  );
  return { socket, received };
}

/** A VRRP socket that nobody reads until the test does. */
function unreadVrrp(host: TestHost): VrrpSocket {
  const options = optionsOf(host, GROUP);
  return kept(host.inside(() => must(port.openVrrp(options, () => {}))));
}

/** Every frame of one kind that arrives on eth0, heard by a packet socket. */
function sniffer(host: TestHost, ethertype: number) {
  const frames = arrivals<Uint8Array>();
  const socket: DatagramSocket = kept(
    host.inside(() =>
      must(openDatagramSocket({ domain: AF.PACKET, type: SOCK.RAW, protocol: 0 }, 'sniffer')),
    ),
  );
  must(socket.bind(packetSockaddr(indexOf(host), ethertype)));
  must(socket.watch(() => frames.add(socket.receive(100).messages.map(({ data }) => data))));
  return frames;
}

describe('adverts over IPv4', () => {
  test('arrive with source and TTL 255, and do not come back', async () => {
    const left = vrrp(network.left, GROUP);
    const right = vrrp(network.right, GROUP);
    must(left.socket.send({ source: LEFT, destination: GROUP, payload: PAYLOAD, ...USUAL }));
    const [packet] = await right.received.count(1);
    expect(packet).toMatchObject({ source: LEFT, destination: GROUP, ttl: 255, announcedLength: 8 });
    expect([...(packet?.payload ?? [])]).toEqual([...PAYLOAD]);
    expect(left.received.all).toEqual([]);
  });

  test('carry the time of arrival, however late they are read', () => {
    const left = vrrp(network.left, GROUP);
    const right = unreadVrrp(network.right);
    const measured = Array.from({ length: 5 }, () => {
      must(left.socket.send({ source: LEFT, destination: GROUP, payload: PAYLOAD, ...USUAL }));
      const sentAt = clock.now();
      while (elapsed(sentAt, clock.now()) < READ_LATE);
      const [packet] = right.drain(1);
      return packet === undefined ? READ_LATE : elapsed(sentAt, packet.receivedAt);
    });
    // the kernel begins to stamp packets a moment after the first socket asked for it
    expect(Math.min(...measured)).toBeLessThan(READ_LATE / 2);
    expect(Math.min(...measured)).toBeGreaterThan(-READ_LATE / 2);
  });

  test('leave with TOS 0xc0, without DF, under the ids that they are given', async () => {
    const heard = sniffer(network.right, ETHERTYPE.IPV4);
    const left = vrrp(network.left, GROUP);
    for (const id of [1, 2])
      must(left.socket.send({ source: LEFT, destination: GROUP, payload: PAYLOAD, ...USUAL, id }));
    await heard.count(2);
    const headers = heard.all.map((frame) => Buffer.from(frame.subarray(14, 24)).toString('hex'));
    expect(headers).toEqual(['45c0001c00010000ff70', '45c0001c00020000ff70']);
  });

  test('from a forwarded packet show the TTL that arrived, not 255 (RFC 9568 §5.1.1.3)', async () => {
    const right = vrrp(network.right, GROUP);
    const liar = kept(
      network.left.inside(() =>
        must(openDatagramSocket({ domain: AF.INET, type: SOCK.RAW, protocol: IPPROTO.VRRP }, 'liar')),
      ),
    );
    must(liar.setOption(IPPROTO.IP, IP.MULTICAST_TTL, 7));
    must(liar.setOption(SOL_SOCKET, SO.BINDTODEVICE, Buffer.from('eth0\0')));
    must(liar.send({ parts: [PAYLOAD], to: ipSockaddr(GROUP) }));
    expect((await right.received.count(1))[0]?.ttl).toBe(7);
  });

  test('reach a unicast socket, which hears no multicast', async () => {
    const left = vrrp(network.left, GROUP);
    // the host as a whole has joined the group, through another socket
    vrrp(network.right, GROUP);
    const right = vrrp(network.right, null);
    must(left.socket.send({ source: LEFT, destination: GROUP, payload: PAYLOAD, ...USUAL }));
    must(left.socket.send({ source: LEFT, destination: RIGHT, payload: Uint8Array.of(9), ...USUAL }));
    const received = await right.received.count(1);
    expect(received.map((p) => p.destination)).toEqual([RIGHT]);
  });

  test('that the socket has no room for are counted', async () => {
    const left = vrrp(network.left, GROUP);
    const right = unreadVrrp(network.right);
    const send = () =>
      must(left.socket.send({ source: LEFT, destination: GROUP, payload: PAYLOAD, ...USUAL }));
    for (let i = 0; i < 2000; i++) send();
    const waiting = right.drain(4000).length;
    send();
    expect(right.drain(10).length).toBe(1);
    expect(right.dropped).toBe(2000 - waiting);
    expect(right.dropped).toBeGreaterThan(0);
  });

  test('on an interface that was deleted fail with an error, and others go on', () => {
    network.left.run('ip link add gone type veth peer name gone-too');
    network.left.run('ip link set gone up');
    const name = interfaceName('gone');
    const ifIndex = network.left.inside(() => must(interfaceIndex(name)));
    const options = { ...optionsOf(network.left, GROUP), interface: name, ifIndex };
    const socket = kept(network.left.inside(() => must(port.openVrrp(options, () => {}))));
    network.left.run('ip link delete gone');
    const sent = socket.send({ source: LEFT, destination: GROUP, payload: PAYLOAD, ...USUAL });
    expect(sent).toMatchObject({
      ok: false,
      error: { code: 'ENODEV', attempted: 'send on VRRP socket on gone' },
    });
  });

  test('cannot be opened on an interface that is not there', () => {
    const options = { ...optionsOf(network.left, GROUP), interface: interfaceName('nosuch') };
    const socket = network.left.inside(() => port.openVrrp(options, () => {}));
    expect(socket).toMatchObject({ ok: false, error: { code: 'ENODEV' } });
  });
});

describe('adverts over IPv6', () => {
  test('arrive with the link-local source they were given, hop limit 255 and the group', async () => {
    const group = 'ff02::12' as IpAddress;
    network.left.run('ip addr add fe80::1/64 nodad dev eth0');
    network.left.run('ip addr add fe80::2/64 nodad dev eth0');
    const left = vrrp(network.left, group, 'inet6');
    const right = vrrp(network.right, group, 'inet6');
    for (const source of ['fe80::2', 'fe80::1']) {
      must(left.socket.send({ source: source as IpAddress, destination: group, payload: PAYLOAD, ...USUAL }));
    }
    const packets = await right.received.count(2);
    expect(packets.map(({ source, destination, ttl }) => [source, destination, ttl])).toEqual([
      ['fe80::2', group, 255],
      ['fe80::1', group, 255],
    ]);
  });
});

describe('a probe for an address', () => {
  const probe = (host: TestHost, ...addresses: readonly string[]) =>
    host.inside(() =>
      createNeighbourProbe(must(createNetKernel()), clock).probe(
        addresses.map((address) => ({ interface: ETH0, address: address as Ipv4 })),
      ),
    );

  test('is answered by the machine that has it, and changes no neighbour table', async () => {
    network.right.run('ip addr add 10.0.0.77/32 dev eth0');
    network.right.run('ip neigh flush dev eth0');
    const answers = must(await probe(network.left, '10.0.0.77', '10.0.0.78'));
    const mac = /link\/ether (\S+)/.exec(network.right.run('ip link show dev eth0'))?.[1];
    expect(answers).toEqual([{ address: '10.0.0.77', mac }]);
    expect(network.right.run('ip neigh show dev eth0')).not.toContain('10.0.0.1');
    network.right.run('ip addr del 10.0.0.77/32 dev eth0');
  });

  test('is not answered by the machine that asks', async () => {
    network.left.run('ip addr add 10.0.0.77/32 dev eth0');
    expect(must(await probe(network.left, '10.0.0.77'))).toEqual([]);
    network.left.run('ip addr del 10.0.0.77/32 dev eth0');
  });
});

describe('announcements', () => {
  const linkOf = (host: TestHost) => {
    const { links } = must(host.inside(() => must(createNetKernel()).snapshot()));
    const link = [...links.values()].find((l) => l.name === ETH0);
    return { ifIndex: indexOf(host), mac: link?.mac as MacAddress };
  };

  test('for IPv4 are heard by the peer as the gratuitous ARP frame', async () => {
    const link = linkOf(network.left);
    const heard = sniffer(network.right, ETHERTYPE.ARP);
    const announcer = kept(network.left.inside(() => must(port.openAnnouncer(link))));
    must(announcer.announce('10.0.0.9' as IpAddress));
    const [frame] = await heard.count(1);
    expect([...(frame ?? [])]).toEqual([...gratuitousArpFrame(link.mac, '10.0.0.9' as never)]);
  });

  test('for IPv6 are heard as a neighbour advertisement that says whether the host forwards', async () => {
    const link = linkOf(network.left);
    const heard = sniffer(network.right, ETHERTYPE.IPV6);
    const about = async (text: string) =>
      advertised(
        await heard.first(`an advertisement of ${text}`, (frame) => advertised(frame)?.address === text),
      );
    const advertised = (frame: Uint8Array) =>
      decodeNeighbourAdvertisement(decodeEthernet(frame)?.payload ?? new Uint8Array(0));
    for (const [forwarding, address] of [
      [0, '2001:db8::8'],
      [1, '2001:db8::9'],
    ] as const) {
      network.left.run(`sysctl -qw net.ipv6.conf.eth0.forwarding=${forwarding}`);
      network.left.inside(() => {
        const announcer = kept(must(port.openAnnouncer(link)));
        must(announcer.announce(address as IpAddress));
      });
      expect(await about(address)).toEqual({ address, mac: link.mac, router: forwarding === 1 });
    }
  });

  test('change the neighbour table of the peer at once', async () => {
    network.right.run('sysctl -qw net.ipv4.conf.eth0.arp_accept=1');
    const heard = sniffer(network.right, ETHERTYPE.ARP);
    network.right.run('ip neigh replace 10.0.0.9 lladdr 02:00:00:00:00:99 dev eth0 nud stale');
    const link = linkOf(network.left);
    const announcer = kept(network.left.inside(() => must(port.openAnnouncer(link))));
    must(announcer.announce('10.0.0.9' as IpAddress));
    await heard.count(1);
    expect(network.right.run('ip neigh show 10.0.0.9 dev eth0')).toContain(link.mac);
  });

  test('on a link that is down are refused, and heard again when it is back (POLLERR)', async () => {
    const link = linkOf(network.left);
    const announcer = kept(network.left.inside(() => must(port.openAnnouncer(link))));
    const heard = sniffer(network.right, ETHERTYPE.ARP);
    network.right.run('ip link set eth0 down');
    network.left.run('ip link set eth0 down');
    expect(announcer.announce('10.0.0.9' as IpAddress)).toMatchObject({
      ok: false,
      error: { code: 'ENETDOWN' },
    });
    // a turn of the loop, in which the listening socket is told of the error
    await new Promise((resolve) => setImmediate(resolve));
    network.left.run('ip link set eth0 up');
    network.right.run('ip link set eth0 up');
    for (const last of [10, 11, 12]) must(announcer.announce(`10.0.0.${last}` as IpAddress));
    await heard.first('10.0.0.12 announced', (frame) => frame[41] === 12);
    const targets = heard.all.map((frame) => frame[41]).filter((last) => last !== undefined && last >= 10);
    expect(targets).toEqual([10, 11, 12]);
  });
});

describe('the carrier of a link', () => {
  const carrier = createCarrierPort();
  const ask = (method: 'mii' | 'ethtool' | 'ioctl' | null) =>
    network.left.inside(() => carrier.ask(ETH0, method));

  test('is told in every way that its driver knows', () => {
    for (const method of ['ethtool', 'ioctl', null] as const)
      expect(ask(method)).toEqual({ ok: true, value: true });
    network.right.run('ip link set eth0 down');
    for (const method of ['ethtool', 'ioctl', null] as const)
      expect(ask(method)).toEqual({ ok: true, value: false });
    network.right.run('ip link set eth0 up');
  });

  test('is not told in a way that it does not know', () => {
    expect(ask('mii')).toMatchObject({ ok: false, error: { code: 'EOPNOTSUPP' } });
  });
});

// Links and addresses on the real kernel, in network namespaces. Needs root.
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AddressTraits, PLAIN_TRAITS } from '../../src/base/address-traits.ts';
import type { IpAddress, Ipv4 } from '../../src/base/ip.ts';
import { interfaceName } from '../../src/base/units.ts';
import { NETLINK } from '../../src/native/constants.ts';
import { interfaceIndex } from '../../src/native/process-knobs.ts';
import { createNetKernel } from '../../src/net/adapters/net-kernel.ts';
import { openNetlinkSession } from '../../src/net/adapters/netlink-socket.ts';
import { applyOperation } from '../../src/net/core/model.ts';
import { planAddresses } from '../../src/net/core/plan.ts';
import { addressKey, applyEvent } from '../../src/net/core/state.ts';
import { resolveFamily } from '../../src/net/netlink/generic.ts';
import type {
  AddressState,
  NetEvent,
  NetKernel,
  NetOperation,
  NetState,
} from '../../src/ports/net-kernel.ts';
import { type Arrivals, arrivals } from '../net/arrivals.ts';
import { createTestNetwork, must, type TestNetwork } from '../net/network-namespaces.ts';

let network: TestNetwork;
let kernel: NetKernel;
let eth0: AddressState['ifIndex'];
const unsubscribers: (() => void)[] = [];

beforeAll(async () => {
  network = await createTestNetwork();
  kernel = network.left.inside(() => must(createNetKernel()));
  eth0 = network.left.inside(() => must(interfaceIndex(interfaceName('eth0'))));
});
afterEach(() => {
  for (const unsubscribe of unsubscribers.splice(0)) unsubscribe();
  network.left.run('ip -4 addr flush dev eth0');
  network.left.run('ip -6 addr flush dev eth0 scope global');
});
afterAll(() => network.close());

const address = (text: string, prefixLength: number, more: Partial<AddressState> = {}): AddressState => ({
  ifIndex: eth0,
  address: text as IpAddress,
  prefixLength,
  label: null,
  scope: 0,
  broadcast: null,
  protocol: 18,
  secondary: false,
  traits: PLAIN_TRAITS,
  detection: 'over',
  ...more,
});
/** In a subnet of its own, with something out of the ordinary. */
const traits = (text: string, more: Partial<AddressTraits>): AddressState =>
  address(text, text.includes(':') ? 64 : 24, { traits: { ...PLAIN_TRAITS, ...more } });
const add = (a: AddressState): NetOperation => ({ kind: 'add_address', address: a });
const remove = (a: AddressState): NetOperation => ({ kind: 'remove_address', address: a });
const snapshot = (): NetState => must(kernel.snapshot());
const onEth0 = (state: NetState): readonly AddressState[] =>
  state.addresses.filter((a) => a.ifIndex === eth0 && a.scope === 0);

/** The events of a new subscription. */
function listen(): Arrivals<NetEvent> {
  const events = arrivals<NetEvent>();
  unsubscribers.push(must(network.left.inside(() => kernel.subscribe((event) => events.add([event])))));
  return events;
}

const added = (text: string) => (event: NetEvent) =>
  event.kind === 'address_added' && event.address.address === text;

describe('a snapshot', () => {
  test('has the links and addresses that ip(8) shows', () => {
    const [shown] = JSON.parse(network.left.run('ip -j addr show dev eth0')) as {
      ifindex: number;
      address: string;
      mtu: number;
    }[];
    const state = snapshot();
    expect(state.links.get(eth0)).toMatchObject({
      index: shown?.ifindex,
      name: 'eth0',
      mac: shown?.address,
      mtu: shown?.mtu,
      up: true,
      running: true,
      multicast: true,
      loopback: false,
    });
    expect(onEth0(state)).toEqual([
      address('10.0.0.1', 24, { label: 'eth0', broadcast: '10.0.0.255' as Ipv4, protocol: null }),
    ]);
  });
});

describe('operations', () => {
  test('add addresses with prefix, label, broadcast and protocol 18, and remove them', () => {
    const addresses = [
      address('10.0.0.9', 24, { label: 'eth0:vip', broadcast: '10.0.0.255' as Ipv4 }),
      address('10.9.9.9', 32, { label: 'eth0' }),
      address('2001:db8::9', 128, { traits: { ...PLAIN_TRAITS, preferredSeconds: 0 } }),
    ];
    expect(kernel.apply(addresses.map(add))).toEqual([null, null, null]);
    expect(onEth0(snapshot())).toEqual(addresses);
    expect(network.left.run('ip -6 addr show dev eth0')).toContain('nodad deprecated');
    expect(kernel.apply(addresses.map(remove))).toEqual([null, null, null]);
    expect(onEth0(snapshot())).toEqual([]);
  });

  test.each<[string, string, Partial<AddressTraits>, RegExp]>([
    ['home', '2001:db8::9', { home: true }, /2001:db8::9\/64 scope global nodad home/],
    ['mngtmpaddr', '2001:db8::9', { manageTemporary: true }, /scope global nodad mngtmpaddr/],
    ['noprefixroute', '2001:db8::9', { noPrefixRoute: true }, /nodad noprefixroute/],
    ['noprefixroute over IPv4', '10.7.0.9', { noPrefixRoute: true }, /10\.7\.0\.9\/24 .*noprefixroute/],
    ['a preferred lifetime', '10.7.0.9', { preferredSeconds: 0 }, /10\.7\.0\.9\/24 .*deprecated eth0/],
    ['a peer', '10.7.0.9', { peer: '10.6.0.1' as IpAddress }, /inet 10\.7\.0\.9 peer 10\.6\.0\.1\/24/],
    [
      'an IPv6 peer',
      '2001:db8::9',
      { peer: '2001:db8:1::1' as IpAddress },
      /2001:db8::9 peer 2001:db8:1::1\/64/,
    ],
  ])(
    'add an address with %s as ip(8) shows it, read it back the same, and remove it',
    (_, text, more, shown) => {
      const own = traits(text, more);
      expect(kernel.apply([add(own)])).toEqual([null]);
      expect(network.left.run('ip addr show dev eth0')).toMatch(shown);
      expect(onEth0(snapshot())).toMatchObject([{ address: own.address, traits: own.traits }]);
      expect(kernel.apply([remove(own)])).toEqual([null]);
      expect(onEth0(snapshot())).toEqual([]);
    },
  );

  test('on 2,000 addresses of which one exists fail there only, in the words of the kernel', () => {
    const many = Array.from({ length: 2000 }, (_, i) => address(`10.8.${i >> 8}.${i & 255}`, 32));
    const twice = many[1000] as AddressState;
    expect(kernel.apply([add(twice)])).toEqual([null]);
    const outcomes = kernel.apply(many.map(add));
    expect(outcomes.flatMap((outcome, i) => (outcome === null ? [] : [{ i, ...outcome }]))).toEqual([
      {
        i: 1000,
        code: 'EEXIST',
        attempted: `add 10.8.3.232/32 to interface ${eth0}`,
        detail: expect.stringContaining('already assigned'),
      },
    ]);
    expect(onEth0(snapshot()).length).toBe(2000);
    expect(kernel.apply(many.map(remove)).every((outcome) => outcome === null)).toBe(true);
  });

  const host = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.1.1', '2001:db8::1', '2001:db8::2');
  const anyAddress = fc.record({ host, long: fc.boolean() }).map(({ host: text, long }) => {
    if (text.includes(':')) return { text, prefixLength: long ? 128 : 64 };
    return { text, prefixLength: long ? 32 : 24 };
  });
  const anyOperations = fc.array(fc.record({ target: anyAddress, adding: fc.boolean() }), { maxLength: 30 });

  test('do what the model of the kernel says, refusals included', () => {
    fc.assert(
      fc.property(anyOperations, (steps) => {
        const operations = steps.map(({ target: { text, prefixLength }, adding }) =>
          (adding ? add : remove)(address(text, prefixLength)),
        );
        let model = snapshot();
        const expected = operations.map((operation) => {
          const next = applyOperation(model, operation);
          if (!next.ok) return next.error;
          model = next.value;
          return null;
        });
        expect(kernel.apply(operations).map((outcome) => outcome?.code ?? null)).toEqual(expected);
        const text = (a: AddressState) => `${addressKey(a)} ${a.label} ${a.secondary} ${a.protocol}`;
        expect(onEth0(snapshot()).map(text).sort()).toEqual(onEth0(model).map(text).sort());
        const left = onEth0(snapshot());
        const cleared = kernel.apply(planAddresses({ hold: [], release: left }, snapshot()));
        expect(cleared.every((outcome) => outcome === null)).toBe(true);
        expect(onEth0(snapshot())).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a subscription', () => {
  test('tells of addresses and links that come, change and go', async () => {
    const events = listen();
    kernel.apply([add(address('10.9.9.9', 32))]);
    kernel.apply([remove(address('10.9.9.9', 32))]);
    network.left.run('ip link add other type veth peer name another');
    network.left.run('ip link set other up');
    network.left.run('ip link delete other');
    await events.first(
      'the end of other',
      (event) => event.kind === 'link_removed' && event.name === 'other',
    );
    const told = events.all.map((event) => {
      if (event.kind === 'link_changed') return `${event.link.name} ${event.link.up ? 'up' : 'down'}`;
      if (event.kind === 'link_removed') return `${event.name} removed`;
      return event.kind === 'resynced' ? event.kind : `${event.kind} ${event.address.address}`;
    });
    expect(told.filter((line) => !line.startsWith('another'))).toEqual(
      expect.arrayContaining([
        'address_added 10.9.9.9',
        'address_removed 10.9.9.9',
        'other down',
        'other up',
      ]),
    );
  });

  test('tells when the carrier is lost and returns', async () => {
    const lost = listen();
    const running = (wanted: boolean) => (event: NetEvent) =>
      event.kind === 'link_changed' && event.link.index === eth0 && event.link.running === wanted;
    network.right.run('ip link set eth0 down');
    await lost.first('a carrier lost', running(false));
    const returned = listen();
    network.right.run('ip link set eth0 up');
    await returned.first('a carrier back', running(true));
  });

  test('gives a state that equals a snapshot when its events are applied to an earlier one', async () => {
    const events = listen();
    const before = snapshot();
    const many = Array.from({ length: 50 }, (_, i) => address(`10.0.0.${i + 1}`, 24));
    kernel.apply([...many.map(add), ...many.slice(10).map(remove), add(address('10.7.7.7', 32))]);
    await events.first('10.7.7.7', added('10.7.7.7'));
    const followed = events.all.reduce(applyEvent, before);
    expect(onEth0(followed).map(addressKey).sort()).toEqual(onEth0(snapshot()).map(addressKey).sort());
  });

  test('that lost events gives the whole state, and goes on (ENOBUFS)', async () => {
    const events = listen();
    const many = Array.from({ length: 2000 }, (_, i) => address(`10.8.${i >> 8}.${i & 255}`, 32));
    // the loop does not run meanwhile, so nothing is read
    for (let round = 0; round < 6; round++) kernel.apply([...many.map(add), ...many.map(remove)]);
    kernel.apply([add(address('10.9.9.9', 32))]);
    const resynced = await events.first('the whole state', (event) => event.kind === 'resynced');
    if (resynced.kind !== 'resynced') throw new Error('impossible');
    expect(onEth0(resynced.state).map((a) => a.address)).toEqual(['10.9.9.9']);
    const seen = events.all.length;
    kernel.apply([add(address('10.9.9.10', 32))]);
    await events.first('10.9.9.10', added('10.9.9.10'));
    expect(events.all.length).toBe(seen + 1);
  });
});

describe('generic netlink', () => {
  test('finds the controller by its name, and says of a missing family that it is missing', () => {
    const session = must(openNetlinkSession(NETLINK.GENERIC));
    expect(resolveFamily(session, 'nlctrl')).toMatchObject({ ok: true, value: { id: 0x10 } });
    expect(resolveFamily(session, 'vipd-none')).toMatchObject({ ok: false, error: { code: 'ENOENT' } });
    session.close();
  });
});

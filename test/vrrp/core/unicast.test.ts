import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../../src/base/checksum.ts';
import { instant, priority, seconds } from '../../../src/base/units.ts';
import { NO_STATICS } from '../../../src/config/model/routing.ts';
import type { VrrpDestination, VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { address, ETH0, unicastTo, vrrpGlobals, vrrpInstance } from '../../../src/sim/topology.ts';
import type { VrrpAction } from '../../../src/vrrp/core/actions.ts';
import type { VrrpEvent } from '../../../src/vrrp/core/events.ts';
import { nextDeadline, stepNode } from '../../../src/vrrp/core/node.ts';
import { type NodeState, newNode } from '../../../src/vrrp/core/node-state.ts';
import { type Advert, advertChecksum, encodeAdvert } from '../../../src/vrrp/wire/advert.ts';
import type { ReceivedPacket } from '../../../src/vrrp/wire/receive.ts';

const OWN = address('192.168.100.101');
const PEERS = [address('192.168.100.102'), address('192.168.100.103')];
const PEER = address('192.168.100.102');
const GROUP = address('224.0.0.18');
const NOTHING_ELSE = { statics: NO_STATICS, groups: [], trackers: { scripts: [], files: [], processes: [] } };

type Unicast = Extract<VrrpDestination, { kind: 'unicast' }>;

const started = (unicast: Partial<Unicast> = {}, changes: Partial<VrrpInstance> = {}): NodeState => {
  const globals = vrrpGlobals();
  const instance = vrrpInstance({ version: 3, destination: unicastTo(PEERS, unicast), ...changes });
  const [node] = stepNode(
    newNode(globals),
    {
      kind: 'started',
      config: {
        globals,
        instances: [instance],
        groups: [],
        statics: NO_STATICS,
        trackers: { scripts: [], files: [], processes: [] },
      },
      links: [{ name: ETH0, up: true, switchedOn: true, multicast: true, announces: true, mtu: 1500 }],
      addresses: [{ interface: ETH0, address: OWN, prefixLength: 24, ours: null, detection: 'over' }],
    },
    instant(0),
  );
  return node;
};

type SendAdvert = Extract<VrrpAction, { kind: 'send_advert' }>;
const sentAtDeadline = (node: NodeState): readonly SendAdvert[] => {
  const [, actions] = stepNode(node, { kind: 'deadline_reached' }, nextDeadline(node) ?? instant(0));
  return actions.filter((action) => action.kind === 'send_advert');
};

const heardFromPeer = (node: NodeState, checksumDestination: typeof OWN): NodeState => {
  const [first] = sentAtDeadline(node);
  const advert: Advert = { ...(first as SendAdvert).advert, priority: priority(200), interval: seconds(1) };
  const payload = encodeAdvert(advert, { source: PEER, destination: checksumDestination });
  const packet: ReceivedPacket = {
    source: PEER,
    destination: OWN,
    ttl: 255,
    announcedLength: payload.length,
    payload,
    seal: { kind: 'none' },
  };
  const [next] = stepNode(
    node,
    { kind: 'packet_received', interface: ETH0, family: 'inet', packet },
    instant(1),
  );
  expect(next.routers[0]?.counters.advertsReceived).toBe(1);
  return next;
};

describe('unicast', () => {
  test('one advert to each peer, each with its own pseudo header', () => {
    const sent = sentAtDeadline(started());
    expect(sent.map(({ destination }) => destination)).toEqual(PEERS);
    for (const { advert, source, destination, checksumDestination } of sent) {
      const payload = encodeAdvert(advert, { source, destination: checksumDestination });
      expect(advertChecksum(payload, { source, destination })).toBe(0);
    }
  });

  test('a peer with the old checksum over the group is understood and answered in kind (behaviour.md section 2)', () => {
    const sent = sentAtDeadline(heardFromPeer(started(), GROUP));
    expect(sent.map(({ checksumDestination }) => checksumDestination)).toEqual([GROUP, GROUP]);
  });

  test('old_unicast_checksum forces the group into the pseudo header, never forbids it', () => {
    const forced = started({ checksum: 'old' });
    expect(sentAtDeadline(forced).map(({ checksumDestination }) => checksumDestination)).toEqual([
      GROUP,
      GROUP,
    ]);
    const still = sentAtDeadline(heardFromPeer(forced, OWN));
    expect(still.map(({ checksumDestination }) => checksumDestination)).toEqual([GROUP, GROUP]);
    expect(() => heardFromPeer(started({ checksum: 'new' }), GROUP)).toThrow();
  });

  test('v3_checksum_as_v2 leaves the pseudo header out and demands no checksum', () => {
    const node = started({}, { checksumAsV2: true });
    const [first] = sentAtDeadline(node);
    expect(first?.checksumDestination).toBeNull();
    const advert = encodeAdvert((first as SendAdvert).advert, { source: OWN, destination: null });
    expect(internetChecksum(advert)).toBe(0);
    heardFromPeer(node, address('10.1.2.3'));
  });

  test('unicast_ttl is the TTL of each advert; without it the kernel or the family decides', () => {
    expect(sentAtDeadline(started({ ttl: 9 })).map(({ ttl }) => ttl)).toEqual([9, 9]);
    expect(sentAtDeadline(started()).map(({ ttl }) => ttl)).toEqual([null, null]);
  });

  test('when a fault is over the peers are told where the source is (behaviour.md section 4.7)', () => {
    const link = { name: ETH0, up: true, switchedOn: true, multicast: true, announces: true, mtu: 1500 };
    const [down] = stepNode(started(), { kind: 'link_changed', link: { ...link, up: false } }, instant(1));
    const [, actions] = stepNode(down, { kind: 'link_changed', link }, instant(2));
    expect(actions).toContainEqual({ kind: 'announce_address', interface: ETH0, address: OWN });
  });
});

describe('two unicast routers of one VRID on one interface', () => {
  const THIRD = address('192.168.100.103');
  const pair = (): NodeState => {
    const globals = vrrpGlobals();
    const instances = [PEER, THIRD].map((peer, i) =>
      vrrpInstance({ name: `VI_${i + 1}`, version: 3, destination: unicastTo([peer]) }),
    );
    const [node] = stepNode(
      newNode(globals),
      {
        kind: 'started',
        config: { globals, instances, ...NOTHING_ELSE },
        links: [{ name: ETH0, up: true, switchedOn: true, multicast: true, announces: true, mtu: 1500 }],
        addresses: [{ interface: ETH0, address: OWN, prefixLength: 24, ours: null, detection: 'over' }],
      },
      instant(0),
    );
    return node;
  };

  test('each hears its own peers, and each survives a reload', () => {
    const before = pair();
    expect(new Set(before.routers.map(({ key }) => key)).size).toBe(2);
    const [first] = sentAtDeadline(before);
    const arrived = (source: typeof OWN): VrrpEvent => {
      const payload = encodeAdvert((first as SendAdvert).advert, { source, destination: OWN });
      const seal = { kind: 'none' } as const;
      const packet = { source, destination: OWN, ttl: 255, announcedLength: payload.length, payload, seal };
      return { kind: 'packet_received', interface: ETH0, family: 'inet', packet };
    };
    const counts = ({ routers }: NodeState): readonly number[] =>
      routers.map(({ counters }) => counters.advertsReceived);
    const [once] = stepNode(before, arrived(PEER), instant(1));
    expect(counts(once)).toEqual([1, 0]);
    const [heard] = stepNode(once, arrived(THIRD), instant(1));
    expect(counts(heard)).toEqual([1, 1]);
    const instances = heard.routers.map((router) => router.config);
    const config = { globals: heard.globals, instances, ...NOTHING_ELSE };
    const [reloaded, actions] = stepNode(heard, { kind: 'config_changed', config }, instant(2));
    expect(actions).toEqual([]);
    expect(reloaded.routers).toEqual(heard.routers);
  });
});

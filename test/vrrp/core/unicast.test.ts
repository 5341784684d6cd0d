import { describe, expect, test } from 'vitest';
import { instant, priority, seconds } from '../../../src/base/units.ts';
import { NO_STATICS } from '../../../src/config/model/routing.ts';
import { address, ETH0, vrrpGlobals, vrrpInstance } from '../../../src/sim/topology.ts';
import type { VrrpAction } from '../../../src/vrrp/core/actions.ts';
import { nextDeadline, stepNode } from '../../../src/vrrp/core/node.ts';
import { type NodeState, newNode } from '../../../src/vrrp/core/node-state.ts';
import { type Advert, advertChecksum, encodeAdvert } from '../../../src/vrrp/wire/advert.ts';

const OWN = address('192.168.100.101');
const PEERS = ['192.168.100.102', '192.168.100.103'].map((text) => ({
  address: address(text),
  minTtl: null,
  maxTtl: null,
}));
const PEER = address('192.168.100.102');
const GROUP = address('224.0.0.18');

const started = (): NodeState => {
  const globals = vrrpGlobals();
  const instance = vrrpInstance({ version: 3, destination: { kind: 'unicast', peers: PEERS } });
  const [node] = stepNode(
    newNode(globals),
    {
      kind: 'started',
      config: { globals, instances: [instance], statics: NO_STATICS },
      links: [{ name: ETH0, up: true, multicast: true, announces: true, mtu: 1500 }],
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
  const packet = { source: PEER, destination: OWN, ttl: 255, announcedLength: payload.length, payload };
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
    expect(sent.map(({ destination }) => destination)).toEqual(PEERS.map((peer) => peer.address));
    for (const { advert, source, destination, checksumDestination } of sent) {
      const payload = encodeAdvert(advert, { source, destination: checksumDestination });
      expect(advertChecksum(payload, { source, destination })).toBe(0);
    }
  });

  test('a peer with the old checksum over the group is understood and answered in kind (behaviour.md section 2)', () => {
    const sent = sentAtDeadline(heardFromPeer(started(), GROUP));
    expect(sent.map(({ checksumDestination }) => checksumDestination)).toEqual([GROUP, GROUP]);
  });
});

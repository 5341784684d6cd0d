import { describe, expect, test } from 'vitest';
import { PLAIN_TRAITS } from '../../../src/base/address-traits.ts';
import { type Instant, instant } from '../../../src/base/units.ts';
import { NO_STATICS } from '../../../src/config/model/routing.ts';
import type { VirtualAddress, VrrpInstance } from '../../../src/config/model/vrrp.ts';
import { address, ETH0, virtualAddress, vrrpGlobals, vrrpInstance } from '../../../src/sim/topology.ts';
import type { VrrpAction } from '../../../src/vrrp/core/actions.ts';
import type { VrrpEvent } from '../../../src/vrrp/core/events.ts';
import { type AddressFact, ownFact } from '../../../src/vrrp/core/network.ts';
import { nextDeadline, stepNode } from '../../../src/vrrp/core/node.ts';
import { type NodeState, newNode } from '../../../src/vrrp/core/node-state.ts';

const GROUP = address('ff02::12');
const LINK_LOCAL: AddressFact = {
  interface: ETH0,
  address: address('fe80::1'),
  prefixLength: 64,
  ours: false,
  detection: 'over',
};

/** One IPv6 router with one link of 1,500 octets. */
class Router {
  node: NodeState = newNode(vrrpGlobals());
  now: Instant = instant(0);

  constructor(changes: Partial<VrrpInstance>, own: AddressFact = LINK_LOCAL) {
    const instance = vrrpInstance({
      family: 'inet6',
      version: 3,
      destination: { kind: 'multicast', group: GROUP },
      ...changes,
    });
    const trackers = { scripts: [], files: [], processes: [] };
    const config = {
      globals: vrrpGlobals(),
      instances: [instance],
      groups: [],
      trackers,
      statics: NO_STATICS,
    };
    const links = [{ name: ETH0, up: true, switchedOn: true, multicast: true, announces: true, mtu: 1500 }];
    this.feed({ kind: 'started', config, links, addresses: [own] });
  }

  feed(event: VrrpEvent): readonly VrrpAction[] {
    const [node, actions] = stepNode(this.node, event, this.now);
    this.node = node;
    return actions;
  }

  /** until its next deadline */
  wait(): readonly VrrpAction[] {
    this.now = nextDeadline(this.node) ?? this.now;
    return this.feed({ kind: 'deadline_reached' });
  }

  get state(): string | undefined {
    return this.node.routers[0]?.phase.kind;
  }
}

const announced = (actions: readonly VrrpAction[]): readonly string[] =>
  actions.flatMap((action) => (action.kind === 'announce_address' ? [action.address] : []));
const advertised = (
  actions: readonly VrrpAction[],
): readonly Extract<VrrpAction, { kind: 'send_advert' }>[] =>
  actions.filter((action) => action.kind === 'send_advert');

test('duplicate address detection of the own address is waited for (RFC 4862 section 5.4)', () => {
  const router = new Router({}, { ...LINK_LOCAL, detection: 'running' });
  expect(router.state).toBe('fault');
  router.feed({ kind: 'address_appeared', address: LINK_LOCAL });
  expect(router.state).toBe('backup');
  const [advert] = advertised(router.wait());
  expect(advert).toMatchObject({ source: 'fe80::1', destination: GROUP, family: 'inet6' });
});

describe('a virtual address with -nodad', () => {
  const detected: VirtualAddress = virtualAddress('fe80::51', {
    traits: { ...PLAIN_TRAITS, detectDuplicates: true },
  });
  const master = (): Router => {
    const router = new Router({ virtualAddresses: [detected, virtualAddress('2001:db8::51')] });
    expect(new Set(announced(router.wait()))).toEqual(new Set(['2001:db8::51']));
    return router;
  };

  test('is announced when the kernel has found no other machine with it, and not before', () => {
    const router = master();
    const running = { ...ownFact(detected), detection: 'running' } as const;
    expect(announced(router.feed({ kind: 'address_appeared', address: running }))).toEqual([]);
    const over = { ...running, detection: 'over' } as const;
    expect(new Set(announced(router.feed({ kind: 'address_appeared', address: over })))).toEqual(
      new Set(['fe80::51']),
    );
    expect(announced(router.feed({ kind: 'address_appeared', address: over }))).toEqual([]);
  });

  test('that another machine has is told as an error and not announced', () => {
    const router = master();
    const failed = { ...ownFact(detected), detection: 'failed' } as const;
    const actions = router.feed({ kind: 'address_appeared', address: failed });
    expect(announced(actions)).toEqual([]);
    expect(actions).toMatchObject([{ kind: 'write_log', entry: { level: 'error' } }]);
  });
});

test('an advert lists no more addresses than fit its link; all of them are held (behaviour.md section 3)', () => {
  const virtualAddresses = Array.from({ length: 100 }, (_, i) => virtualAddress(`fe80::1:${i + 1}`));
  const router = new Router({ virtualAddresses });
  const actions = router.wait();
  // 1,500 - 40 of the IPv6 header - 8 of the advert's, 16 for each
  expect(advertised(actions)[0]?.advert.addresses).toHaveLength(90);
  expect(actions.find(({ kind }) => kind === 'add_addresses')).toMatchObject({ addresses: virtualAddresses });
});

test('a virtual address with no_track that somebody takes away stays away', () => {
  const untracked = virtualAddress('2001:db8::51', { tracked: false });
  const router = new Router({ virtualAddresses: [virtualAddress('fe80::51'), untracked] });
  router.wait();
  const gone = { interface: ETH0, address: untracked.address, prefixLength: 128 };
  const restores = (actions: readonly VrrpAction[]): boolean =>
    actions.some(({ kind }) => kind === 'restore_addresses');
  expect(restores(router.feed({ kind: 'address_vanished', ...gone }))).toBe(false);
  expect(restores(router.wait())).toBe(false);
  expect(restores(router.feed({ kind: 'address_vanished', ...gone, address: address('fe80::51') }))).toBe(
    true,
  );
});

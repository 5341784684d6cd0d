// IPv6 routers beside the real keepalived, on the machine's own kernel, as first and as second. Needs root.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DaemonKind } from './harness/daemon.ts';
import { type Duel, openDuel, type Side } from './native/duel.ts';

const PRIORITY: Readonly<Record<Side, number>> = { first: 150, second: 100 };
const SOURCE: Readonly<Record<Side, string>> = { first: 'fd00::1', second: 'fd00::2' };
const VIP = 'fe80::51';
const ADDRESSES = [VIP, 'fd00::51', '10.0.0.51'];

const unicastTo = (side: Side): string => `
    check_unicast_src
    unicast_ttl 9
    unicast_src_ip ${SOURCE[side]}
    unicast_peer {
        ${SOURCE[side === 'first' ? 'second' : 'first']}
    }`;

const configOf =
  (extra: (side: Side) => string) =>
  (side: Side): string =>
    `
global_defs {
    vrrp_garp_master_delay 1
    vrrp_garp_master_repeat 2
}
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${PRIORITY[side]}
    advert_int 1${extra(side)}
    virtual_ipaddress {
        ${VIP}/64
        fd00::51
    }
    virtual_ipaddress_excluded {
        10.0.0.51/24
    }
}
`;

interface Variant {
  readonly what: string;
  readonly extra: (side: Side) => string;
  /** where the first router's adverts come from and go to, and their hop limit */
  readonly advert: RegExp;
}

const VARIANTS: readonly Variant[] = [
  {
    what: 'multicast from a link-local address with hop limit 255 (RFC 9568 section 5.1.2)',
    extra: () => '',
    advert:
      /class 0xc0.* hlim 255.* fe80::[\da-f:]+ > ff02::12: VRRPv3, .*prio 150,.*addrs\(2\): fe80::51,fd00::51/,
  },
  {
    what: 'unicast with unicast_ttl 9, of checked sources',
    extra: unicastTo,
    advert: /class 0xc0.* hlim 9,.* fd00::1 > fd00::2: VRRPv3, .*prio 150,.*addrs\(2\): fe80::51,fd00::51/,
  },
];

const PAIRS: readonly Readonly<Record<Side, DaemonKind>>[] = [
  { first: 'vipd', second: 'keepalived' },
  { first: 'keepalived', second: 'vipd' },
];

describe.each(VARIANTS)('$what', ({ extra, advert }) => {
  describe.each(PAIRS)('$first, and $second below it', (kinds) => {
    let duel: Duel;
    beforeAll(async () => {
      duel = await openDuel({ kinds, config: configOf(extra), addresses: ADDRESSES });
      await Promise.all([duel.start('first'), duel.start('second')]);
    });
    afterAll(() => duel?.close());

    test('the higher priority becomes master, advertises, and is believed', async () => {
      await duel.stays('first');
      await duel.onWire(advert);
    });

    test('it announces each address: neighbour advertisements that override, and gratuitous ARP', async () => {
      for (const address of [VIP, 'fd00::51']) {
        await duel.onWire(new RegExp(`${address} > ff02::1: .*tgt is ${address}, Flags \\[override\\]`));
      }
      await duel.onWire(/who-has 10\.0\.0\.51 \(ff:ff:ff:ff:ff:ff\) tell 10\.0\.0\.51/);
    });

    test('when it stops it resigns with priority 0, and the other takes over', async () => {
      await duel.stop('first');
      await duel.onWire(/VRRPv3, .*prio 0,/);
      await duel.mastered('second');
    });

    test('started again it takes its addresses back, without priority 0 from the other', async () => {
      await duel.start('first');
      await duel.mastered('first');
      const resigned = duel.wire().filter((line) => /VRRPv3, .*prio 0,/.test(line));
      expect(new Set(resigned.map((line) => / ([\da-f:]+) > /.exec(line)?.[1])).size).toBe(1);
    });

    test('neither complains', () => {
      expect(duel.complaints()).toEqual([]);
    });
  });
});

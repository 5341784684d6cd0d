// Authenticated adverts on the machine's own kernel: AH beside the real keepalived, auth_hmac (which the installed keepalived
// may be too old for) between two of vipd. Needs root.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DaemonKind } from './harness/daemon.ts';
import { type Duel, openDuel, type Side } from './native/duel.ts';

const PRIORITY: Readonly<Record<Side, number>> = { first: 150, second: 100 };

const configOf =
  (lines: string, address: string) =>
  (side: Side): string =>
    `
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${PRIORITY[side]}
    advert_int 1
${lines}
    virtual_ipaddress {
        ${address}
    }
}
`;

const AH = `    authentication {
        auth_type AH
        auth_pass secret12
    }`;
const hmac = (version: 2 | 3): string => `    version ${version}
    auth_hmac {
        key 7 "0123456789abcdef0123456789abcdef"
        active_key 7
    }`;

interface Row {
  readonly what: string;
  readonly kinds: Readonly<Record<Side, DaemonKind>>;
  readonly lines: string;
  readonly address: string;
  /** an advert of the first router, and the one by which it resigns */
  readonly advert: RegExp;
  readonly resignation: RegExp;
}

const AH_ADVERT =
  /proto AH \(51\).* 10\.0\.0\.1 > 224\.0\.0\.18: AH\(.*seq=.*VRRPv2, .*prio 150, authtype ah/;
const AH_RESIGNATION = /AH\(.*VRRPv2, .*prio 0, authtype ah/;

const ROWS: readonly Row[] = [
  {
    what: 'AH, keepalived below',
    kinds: { first: 'vipd', second: 'keepalived' },
    lines: AH,
    address: '10.0.0.51',
    advert: AH_ADVERT,
    resignation: AH_RESIGNATION,
  },
  {
    what: 'AH, keepalived above',
    kinds: { first: 'keepalived', second: 'vipd' },
    lines: AH,
    address: '10.0.0.51',
    advert: AH_ADVERT,
    resignation: AH_RESIGNATION,
  },
  {
    what: 'auth_hmac, version 2',
    kinds: { first: 'vipd', second: 'vipd' },
    lines: hmac(2),
    address: '10.0.0.51',
    advert: /VRRPv2, .*prio 150,.*length 48/,
    resignation: /VRRPv2, .*prio 0,.*length 48/,
  },
  {
    what: 'auth_hmac, version 3 over IPv6',
    kinds: { first: 'vipd', second: 'vipd' },
    lines: hmac(3),
    address: 'fe80::51',
    advert: /fe80::[\da-f:]+ > ff02::12: VRRPv3, .*prio 150,.*length 52/,
    resignation: /VRRPv3, .*prio 0,.*length 52/,
  },
];

describe.each(ROWS)('$what', ({ kinds, lines, address, advert, resignation }) => {
  let duel: Duel;
  beforeAll(async () => {
    duel = await openDuel({ kinds, config: configOf(lines, address), addresses: [address] });
    await Promise.all([duel.start('first'), duel.start('second')]);
  });
  afterAll(() => duel?.close());

  test('the higher priority becomes master; its adverts are sealed and believed', async () => {
    await duel.stays('first');
    await duel.onWire(advert);
  });

  test('the other believes its priority 0 and takes over', async () => {
    await duel.stop('first');
    await duel.onWire(resignation);
    await duel.mastered('second');
  });

  test('started again, with numbers of its own, it is believed again', async () => {
    await duel.start('first');
    await duel.stays('first');
  });

  test('neither complains', () => {
    expect(duel.complaints()).toEqual([]);
  });

  if (lines !== AH) return;
  test('their numbers continue where the other stopped, whoever sends', () => {
    const numbers = duel.wire().flatMap((line) => /AH\(.*seq=(0x[\da-f]+)/.exec(line)?.slice(1) ?? []);
    const sorted = numbers.map(Number).sort((a, b) => a - b);
    expect(numbers.length).toBeGreaterThan(10);
    expect(numbers.map(Number)).toEqual(sorted);
  });
});

test.each([
  ['auth_type AH', AH, AH.replace('secret12', 'secret13')],
  ['auth_hmac', hmac(3), hmac(3).replaceAll('0123', '3210')],
])('%s: with different secrets neither believes the other, and both say so', async (_, mine, theirs) => {
  const config = (side: Side): string => configOf(side === 'first' ? mine : theirs, '10.0.0.51')(side);
  const duel = await openDuel({ kinds: { first: 'vipd', second: 'vipd' }, config, addresses: ['10.0.0.51'] });
  try {
    const daemons = await Promise.all([duel.start('first'), duel.start('second')]);
    for (const daemon of daemons) {
      await daemon.line(/Entering MASTER STATE/, 20_000);
      await daemon.line(/wrong digest|invalid HMAC/, 20_000);
    }
  } finally {
    duel.close();
  }
});

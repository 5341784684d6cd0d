// The real daemon against an independent sender of adverts, right and wrong ones, on the machine's own kernel. Needs root.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { until } from './harness/clock.ts';
import { type Arena, openArena, PATIENCE_MS, type RouterStatus, SENDER_ADDRESS } from './native/arena.ts';
import {
  type Counter,
  INTERVAL_MS,
  rightAdvert,
  THEIR_PRIORITY,
  type Version,
  VRID,
  wrongAdverts,
} from './native/wrong-adverts.ts';

const PRIORITY = 100;
/** RFC 3768 §6.1; for an interval of one second RFC 9568 §6.1 says the same. */
const SKEW_MS = ((256 - PRIORITY) / 256) * 1000;

const configOf = (version: Version): string => `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id ${VRID}
    version ${version}
    priority ${PRIORITY}
    advert_int ${INTERVAL_MS / 1000}
    ${version === 2 ? 'authentication {\n        auth_type PASS\n        auth_pass 1111\n    }' : ''}
    virtual_ipaddress {
        10.0.0.240
    }
}
`;

type Counts = Partial<Record<Counter, number>>;

/** How far the counters of received packets moved; those that did not are left out. */
function received(before: RouterStatus, after: RouterStatus): Counts {
  const countersOf = ({ counters, strayPackets }: RouterStatus) => {
    const { advertsSent, gratuitousArpsSent, splitsSeen, ...others } = counters;
    return Object.entries({ ...others, strayPackets });
  };
  const old = new Map(countersOf(before));
  const moved = countersOf(after).map(([name, count]) => [name, count - (old.get(name) ?? 0)] as const);
  return Object.fromEntries(moved.filter(([, difference]) => difference !== 0));
}

const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);

describe.each([2, 3] as const)('VRRPv%i', (version) => {
  const right = rightAdvert(version);
  const wrong = wrongAdverts(version).map(({ packet }) => packet);
  /** Counted as stray. Packets are read in order: when this one is counted, so are those before it. */
  const fence = { ...right, vrid: 99 };
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(configOf(version));
  });
  afterAll(() => arena.close());
  beforeEach(() => {
    for (const stream of ['right', 'wrong']) arena.sender.end(stream);
  });

  const becomesMaster = () => arena.statusWhere('MASTER', ({ state }) => state === 'MASTER');
  /** It follows the sender, whose right adverts go on. */
  const becomesBackup = (): Promise<RouterStatus> => {
    arena.sender.repeat('right', INTERVAL_MS, [right]);
    const follows = ({ state, master }: RouterStatus) => state === 'BACKUP' && master !== null;
    return arena.statusWhere('BACKUP that follows a master', follows);
  };
  const sendWrongOften = () => arena.sender.repeat('wrong', INTERVAL_MS / 20, wrong);
  /** until the daemon has put `count` more adverts on the wire */
  const adverts = (count: number): Promise<unknown> => {
    const wanted = arena.sender.heard.length + count;
    return until(`${count} adverts`, PATIENCE_MS, () => arena.sender.heard.length >= wanted);
  };

  test.each(wrongAdverts(version).map(({ what, counter, packet }) => [what, counter, packet] as const))(
    'an advert %s counts under %s, and a master stays master',
    async (_, counter, packet) => {
      const before = await becomesMaster();
      await arena.sender.send([packet, packet, packet, fence]);
      const expected = { [counter]: 3, strayPackets: counter === 'strayPackets' ? 3 + 1 : 1 };
      const after = await arena.statusWhere(
        'the fence counted',
        ({ strayPackets }) => strayPackets >= before.strayPackets + expected.strayPackets,
      );
      expect(received(before, after)).toEqual(expected);
      expect(after.state).toBe('MASTER');
    },
  );

  test('a master that hears wrong adverts twenty times in its interval goes on advertising (unlike keepalived)', async () => {
    const before = await becomesMaster();
    sendWrongOften();
    await adverts(1 + 3); // the first may have been on its way
    const after = await arena.status();
    expect(total(received(before, after))).toBeGreaterThan(wrong.length);
    expect(after.state).toBe('MASTER');
    expect(after.counters.becameMaster).toBe(before.counters.becameMaster);
  });

  test('a burst of 5,000 packets of random octets is counted to the last and told in few lines', async () => {
    const before = await becomesMaster();
    const lines = arena.log().length;
    await arena.sender.sendGarbage({ count: 5000, vrid: VRID, head: (version << 4) | 1 });
    await arena.sender.send([fence]);
    const counted = (status: RouterStatus) => total(received(before, status));
    const after = await arena.statusWhere('all are counted', (status) => counted(status) >= 5001);
    expect(counted(after)).toBe(5001);
    expect(after.state).toBe('MASTER');
    expect(arena.log().length - lines).toBeLessThan(20);
    await adverts(1);
  });

  test('wrong adverts do not feed the master-down timer of a backup: it takes over when the right ones end', async () => {
    const before = await becomesBackup();
    sendWrongOften();
    arena.sender.end('right');
    const after = await becomesMaster();
    expect(after.counters.becameMaster).toBe(before.counters.becameMaster + 1);
  });

  test('wrong adverts of priority 0 do not make a backup take over', async () => {
    const before = await becomesBackup();
    await arena.sender.send(wrong.map((packet) => ({ ...packet, priority: 0 })));
    const { advertsReceived, becameMaster, priorityZeroReceived } = before.counters;
    const after = await arena.statusWhere(
      'two more right adverts heard',
      ({ counters }) => counters.advertsReceived >= advertsReceived + 2,
    );
    expect(after.state).toBe('BACKUP');
    expect(after.counters).toMatchObject({ becameMaster, priorityZeroReceived });
  });

  test('a right advert of higher priority makes a master step back (RFC 9568 §6.4.3)', async () => {
    const before = await becomesMaster();
    const after = await becomesBackup();
    expect(after.master).toEqual({ address: SENDER_ADDRESS, priority: THEIR_PRIORITY });
    expect(after.counters.releasedMaster).toBe(before.counters.releasedMaster + 1);
    expect(after.addresses.map(({ held }) => held)).toEqual([false]);
  });

  test('a right advert of priority 0 lets a backup take over after the skew alone (RFC 9568 §6.4.2)', async () => {
    await becomesBackup();
    arena.sender.end('right');
    const heardBefore = arena.sender.heard.length;
    const resignedAt = await arena.sender.send([{ ...right, priority: 0 }]);
    const next = () => arena.sender.heard[heardBefore];
    const first = await until('an advert of the new master', PATIENCE_MS, next);
    expect(first.priority).toBe(PRIORITY);
    expect(first.at - resignedAt).toBeGreaterThan(SKEW_MS - 1); // a timer may ring up to a millisecond early
    expect(first.at - resignedAt).toBeLessThan(3 * INTERVAL_MS); // with a silent master not even this would do
  });
});

describe('the memory of the vrrp process', () => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await openArena(configOf(3));
  });
  afterAll(() => arena.close());

  test('does not grow by even half of 70 MB of wrong adverts', async () => {
    const oversized = [{ ...rightAdvert(3), length: 1400 }];
    const send = () => arena.sender.send(oversized, 50_000);
    await send(); // so that the heap has its working size
    const before = arena.residentKilobytes();
    await send();
    const { counters, strayPackets } = await arena.status();
    expect(counters.packetLengthErrors + strayPackets).toBeGreaterThan(99_000);
    expect(arena.residentKilobytes() - before).toBeLessThan(35_000);
  });
});

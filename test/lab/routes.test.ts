// Virtual routes and rules, and static entries, on this machine's own kernel, beside keepalived with the same file. Needs root.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { now, pause } from './harness/clock.ts';
import type { Daemon, DaemonKind } from './harness/daemon.ts';
import {
  openRoutedPair,
  PATIENCE_MS,
  type RoutedHost,
  type Tables,
  untilTables,
} from './native/routed-host.ts';

const STATICS = `
static_ipaddress { 10.77.0.1/24 dev eth0 }
static_routes {
    10.78.0.0/16 via 10.77.0.2 dev eth0
    10.79.0.0/16 dev eth0
    blackhole 10.80.0.0/16
}
static_rules { from 10.9.9.9 table 100 priority 1000 }
`;
const instance = (state: string, level: number): string => `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    state ${state}
    priority ${level}
    advert_int 1
    virtual_ipaddress { 10.0.0.100/24 }
    virtual_routes {
        10.10.0.0/16 via 10.0.0.2 dev eth0 src 10.0.0.100
        10.11.0.0/16 dev eth0
        10.12.0.0/16 via 10.0.0.2 table 100 metric 77 mtu lock 1400 advmss 1300 rtt 300ms initcwnd 10 quickack 1 features ecn
        unreachable 10.13.1.0/24 metric 5
        10.14.0.0/16 nexthop via 10.0.0.2 dev eth0 weight 2 nexthop via 10.0.0.3 dev eth0 weight 1
        default via 10.0.0.2 table 200 onlink dev eth0
        2001:db8:1::/48 via fe80::2 dev eth0
        2001:db8:2::/48 dev eth0 metric 300 pref high
        2001:db8:3::/48 nexthop via fe80::2 dev eth0 nexthop via fe80::3 dev eth0
        2001:db8:5::/48 via fe80::2 dev eth0 expires 600
        10.18.0.0/16 via 10.0.0.2 no_track protocol 99
    }
    virtual_rules {
        from 10.0.0.0/8 table 100 priority 10
        to 10.2.0.0/16 lookup 100 priority 11 tos 0x10
        fwmark 5/0xff table 100 priority 12
        iif eth0 table 100 priority 13
        not from 10.3.0.0/16 table 100 priority 15 suppress_prefixlength 0
        from 10.4.0.0/16 goto 32000 priority 16
        from 10.5.0.0/16 blackhole priority 17
        from 2001:db8::/32 table 100 priority 21
        ipproto tcp sport 10-20 dport 30-40 table 100 priority 22
    }
}
`;
const OWNER = `${STATICS}${instance('MASTER', 255)}`;
const ADVERT_INTERVAL_MS = 1_000;
/** A repair takes 100 ms at most; the rest is for six runs of ip(8) on a busy machine. Adverts, which repair too, are a
 *  second apart. */
const REPAIR_MS = 100 + 500;

const holds = ({ routes }: Tables): boolean => routes.some((line) => line.includes('10.12.0.0/16'));

/** The life of one daemon as only router: what was there before it, as master, and after its stop. */
async function life(kind: DaemonKind): Promise<Record<'before' | 'master' | 'after', Tables>> {
  const [here, there] = await openRoutedPair();
  try {
    const before = await here.tables();
    const daemon = await here.start(kind, OWNER);
    await daemon.line(/Entering MASTER STATE/, PATIENCE_MS);
    const master = await untilTables('the rules', here, ({ rules }) =>
      rules.some((rule) => rule.startsWith('22:')),
    );
    await daemon.stop();
    return { before, master, after: await here.tables() };
  } finally {
    here.host.close();
    there.host.close();
  }
}

describe('the same file on vipd and on keepalived', () => {
  let vipd: Awaited<ReturnType<typeof life>>;
  let keepalived: Awaited<ReturnType<typeof life>>;
  beforeAll(async () => {
    vipd = await life('vipd');
    keepalived = await life('keepalived');
  });

  test('gives the same routes, rules and addresses to a master', () => {
    expect(vipd.master.routes).toEqual(keepalived.master.routes);
    expect(vipd.master.rules).toEqual(keepalived.master.rules);
    expect(vipd.master.addresses).toEqual(keepalived.master.addresses);
    expect(vipd.master.routes.length - vipd.before.routes.length).toBeGreaterThan(14);
    expect(vipd.master.rules.length - vipd.before.rules.length).toBe(10);
  });

  test('leaves nothing behind at a stop', () => {
    expect(vipd.after).toEqual(vipd.before);
  });
});

describe('a takeover between vipd and keepalived', () => {
  let pair: readonly [RoutedHost, RoutedHost];
  let daemons: readonly [Daemon, Daemon];
  beforeAll(async () => {
    pair = await openRoutedPair();
    const [first, second] = pair;
    daemons = [
      await first.start('vipd', instance('BACKUP', 150)),
      await second.start('keepalived', instance('BACKUP', 100)),
    ];
    await daemons[0].line(/Entering MASTER STATE/, PATIENCE_MS);
  });
  afterAll(() => {
    for (const { host } of pair) host.close();
  });

  test('routes and rules are on the master alone, and move with the mastership', async () => {
    const [first, second] = pair;
    await untilTables('routes on vipd', first, holds);
    expect(holds(await second.tables())).toBe(false);
    await daemons[0].stop();
    await untilTables('routes on keepalived', second, holds);
    expect(holds(await first.tables())).toBe(false);
    const again = await first.start('vipd', instance('BACKUP', 150));
    await again.line(/Entering MASTER STATE/, PATIENCE_MS);
    await untilTables('routes on vipd again', first, holds);
    await untilTables('no routes on keepalived', second, (tables) => !holds(tables));
    await again.stop();
  });
});

describe('what somebody else takes away', () => {
  let here: RoutedHost;
  let there: RoutedHost;
  let daemon: Daemon;
  let before: Tables;
  beforeAll(async () => {
    [here, there] = await openRoutedPair();
    daemon = await here.start('vipd', OWNER);
    before = await untilTables('the rules', here, ({ rules }) =>
      rules.some((rule) => rule.startsWith('22:')),
    );
  });
  afterAll(() => {
    here.host.close();
    there.host.close();
  });

  // five repairs between two adverts: each test has its own
  beforeEach(() => pause(ADVERT_INTERVAL_MS));

  test.each([
    'route del 10.10.0.0/16',
    '-6 route del 2001:db8:1::/48',
    '-6 route del 2001:db8:3::/48 via fe80::3 dev eth0',
    'rule del priority 10',
    'route del 10.78.0.0/16',
    'rule del priority 1000',
    'addr del 10.0.0.100/24 dev eth0',
    'addr del 10.77.0.1/24 dev eth0',
  ])('ip %s is undone within 100 ms', async (command) => {
    await here.ip(command);
    const taken = now();
    await untilTables(
      `the end of ip ${command}`,
      here,
      (tables) => JSON.stringify(tables) === JSON.stringify(before),
    );
    expect(now() - taken).toBeLessThan(REPAIR_MS);
    expect(daemon.lines.filter(({ text }) => /Entering (BACKUP|FAULT)/.test(text))).toEqual([]);
  });

  test('an untracked route stays away (no_track)', async () => {
    await here.ip('route del 10.18.0.0/16');
    await here.ip('rule del priority 11');
    const repaired = await untilTables('the rule', here, ({ rules }) =>
      rules.some((rule) => rule.startsWith('11:')),
    );
    expect(repaired.routes.filter((line) => line.includes('10.18.0.0/16'))).toEqual([]);
  });

  test('a killed vrrp process leaves no virtual route or rule; static ones stay and are adopted', async () => {
    const started = daemon.lines.findLast(({ text }) => /Starting vrrp child process/.test(text));
    const pid = Number(/pid=(\d+)/.exec(started?.text ?? '')?.[1]);
    const monitor = here.host.start(['ip', 'monitor', 'route', 'rule']);
    process.kill(pid, 'SIGKILL');
    await daemon.line(/routes and rules left behind by the dead vrrp child/, PATIENCE_MS);
    await untilTables('routes of the next master', here, holds);
    const deleted = monitor.lines.map(({ text }) => text).filter((text) => text.startsWith('Deleted'));
    expect(deleted.some((text) => text.includes('10.12.0.0/16'))).toBe(true);
    expect(deleted.filter((text) => /10\.7[89]\.|10\.80\.|10\.9\.9\.9/.test(text))).toEqual([]);
    await monitor.stop();
  });
});

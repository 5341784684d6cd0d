// use_vmac on this machine's own kernel, beside keepalived with the same file. Needs root.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from './harness/clock.ts';
import type { Daemon, DaemonKind } from './harness/daemon.ts';
import {
  openRoutedPair,
  PATIENCE_MS,
  type RoutedHost,
  type Tables,
  untilTables,
} from './native/routed-host.ts';

const instance = (level: number, more = ''): string => `
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    state ${level === 255 ? 'MASTER' : 'BACKUP'}
    priority ${level}
    advert_int 1
    use_vmac
    ${more}
    virtual_ipaddress {
        10.0.0.100/24
        10.0.0.101/32
    }
}
`;
/** Long enough for whatever a backup might want to say: its adverts would be a second apart. */
const SILENCE_MS = 2_500;
const VMAC = '00:00:5e:00:01:33';
const CAPTURE = ['tcpdump', '-i', 'eth0', '-enl', '--immediate-mode', `ether src ${VMAC}`];
const SETTINGS = ['arp_ignore', 'arp_filter', 'rp_filter', 'accept_local', 'promote_secondaries'];

const holds = ({ addresses }: Tables): boolean => addresses.some((line) => line.includes('10.0.0.100/24'));

async function settingsOf({ host }: RoutedHost, ...names: readonly string[]): Promise<readonly string[]> {
  const paths = names.flatMap((name) => [
    ...SETTINGS.map((setting) => `ipv4/conf/${name}/${setting}`),
    `ipv6/conf/${name}/disable_ipv6`,
    `ipv6/conf/${name}/addr_gen_mode`,
  ]);
  const values = await host.run(['cat', ...paths.map((path) => `/proc/sys/net/${path}`)]);
  return values
    .trim()
    .split('\n')
    .map((value, i) => `${paths[i]} ${value}`);
}

interface Life {
  readonly before: Tables;
  readonly master: Tables;
  readonly settings: readonly string[];
  readonly after: Tables;
  readonly settingsAfter: readonly string[];
}

async function life(kind: DaemonKind): Promise<Life> {
  const [here, there] = await openRoutedPair();
  try {
    const before = await here.tables();
    const daemon = await here.start(kind, instance(255));
    const master = await untilTables('the addresses', here, (tables) =>
      tables.addresses.some((line) => line.includes('10.0.0.101')),
    );
    const settings = await settingsOf(here, 'all', 'eth0', 'vrrp.51');
    await daemon.stop();
    const settingsAfter = await settingsOf(here, 'all', 'eth0');
    return { before, master, settings, after: await here.tables(), settingsAfter };
  } finally {
    here.host.close();
    there.host.close();
  }
}

describe('the same file with use_vmac on vipd and on keepalived', () => {
  let vipd: Life;
  let keepalived: Life;
  beforeAll(async () => {
    vipd = await life('vipd');
    keepalived = await life('keepalived');
  });

  test('gives the same interfaces, addresses, routes and settings to a master', () => {
    expect(vipd.master).toEqual(keepalived.master);
    expect(vipd.settings).toEqual(keepalived.settings);
    expect(vipd.master.links.find((line) => line.includes('vrrp.51'))).toMatch(
      /00:00:5e:00:01:33.*macvlan mode private/,
    );
  });

  test('leaves nothing behind at a stop, settings included', () => {
    expect(vipd.after).toEqual(vipd.before);
    expect(vipd.settingsAfter.filter((line) => !/ 0$/.test(line))).toEqual([]);
  });
});

describe('two routers with use_vmac, vipd and keepalived', () => {
  let pair: readonly [RoutedHost, RoutedHost];
  let daemons: readonly [Daemon, Daemon];
  beforeAll(async () => {
    pair = await openRoutedPair();
    const [first, second] = pair;
    daemons = [await first.start('vipd', instance(100)), await second.start('keepalived', instance(150))];
    await daemons[1].line(/Entering MASTER STATE/, PATIENCE_MS);
  });
  afterAll(() => {
    for (const { host } of pair) host.close();
  });

  test('a backup never emits from its VMAC, not even when somebody sends by it (RFC 9568 §6.4.2)', async () => {
    const [first, second] = pair;
    const heard = second.host.start([...CAPTURE, 'and', 'inbound']);
    await heard.line(/listening on/, PATIENCE_MS);
    const tables = await first.tables();
    expect(holds(tables)).toBe(false);
    expect(tables.links.find((line) => line.includes('vrrp.51'))).not.toMatch(/[<,]UP[,>]/);
    await first.host
      .run([
        'sh',
        '-c',
        'ip addr add 10.9.9.9/24 dev vrrp.51; bash -c "echo x > /dev/udp/10.9.9.8/9"; ip addr del 10.9.9.9/24 dev vrrp.51',
      ])
      .catch(() => 'the network is unreachable, as it should be');
    await pause(SILENCE_MS);
    expect(heard.lines.map(({ text }) => text).filter((text) => text.includes(VMAC))).toEqual([]);
    await heard.stop();
  });

  test('takes over with adverts and gratuitous ARP from the VMAC, and gives it back', async () => {
    const [first, second] = pair;
    const heard = second.host.start([...CAPTURE, 'and', 'inbound']);
    await heard.line(/listening on/, PATIENCE_MS);
    await daemons[1].stop();
    await heard.line(/10\.0\.0\.1 > 224\.0\.0\.18: VRRPv2, Advertisement/, PATIENCE_MS);
    await heard.line(/who-has 10\.0\.0\.100 .*tell 10\.0\.0\.100|Request who-has 10\.0\.0\.100/, PATIENCE_MS);
    expect(holds(await first.tables())).toBe(true);
    const again = await second.start('keepalived', instance(150));
    await again.line(/Entering MASTER STATE/, PATIENCE_MS);
    await untilTables('no address on vipd', first, (tables) => !holds(tables));
    await untilTables('its VMAC off', first, ({ links }) =>
      links.some((line) => line.includes('vrrp.51') && !/[<,]UP[,>]/.test(line)),
    );
    await heard.stop();
  });

  test('sends from the parent with vmac_xmit_base, and its addresses still live on the VMAC', async () => {
    const [first, second] = pair;
    await daemons[0].stop();
    const heard = second.host.start(['tcpdump', '-i', 'eth0', '-enl', '--immediate-mode', 'inbound']);
    await heard.line(/listening on/, PATIENCE_MS);
    const based = await first.start('vipd', instance(200, 'vmac_xmit_base'));
    await heard.line(/02:00:00:00:00:01 > 01:00:5e:00:00:12.*10\.0\.0\.1 > 224/, PATIENCE_MS);
    await untilTables('the addresses', first, holds);
    expect((await first.tables()).addresses.find((line) => line.includes('10.0.0.100/24'))).toContain(
      'vrrp.51',
    );
    await based.stop();
    await heard.stop();
  });
});

describe('after a crash of the vrrp process', () => {
  test('the parent removes the VMAC and restores the settings, and the next process begins anew', async () => {
    const [here, there] = await openRoutedPair();
    try {
      const daemon = await here.start('vipd', instance(255));
      await untilTables('the addresses', here, holds);
      const started = daemon.lines.findLast(({ text }) => /Starting vrrp child process/.test(text));
      process.kill(Number(/pid=(\d+)/.exec(started?.text ?? '')?.[1]), 'SIGKILL');
      await daemon.line(/Removed interface vrrp.51, left behind/, PATIENCE_MS);
      await untilTables('the addresses again', here, holds);
      await daemon.stop();
      const settings = await settingsOf(here, 'all', 'eth0');
      expect(settings.filter((line) => !/ 0$/.test(line))).toEqual([]);
      expect((await here.tables()).links.filter((line) => line.includes('vrrp.51'))).toEqual([]);
    } finally {
      here.host.close();
      there.host.close();
    }
  });
});

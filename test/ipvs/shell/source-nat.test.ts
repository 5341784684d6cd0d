import { describe, expect, test } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import { seconds } from '../../../src/base/units.ts';
import type { VirtualServer } from '../../../src/config/model/lvs.ts';
import { sourceNatRules } from '../../../src/ipvs/core/source-nat.ts';
import { createSourceNat } from '../../../src/ipvs/shell/source-nat.ts';
import { createFakeClock, createFakeLog } from '../../checks/fakes.ts';
import { groupMatch, realServer, sorryServer, virtualServer } from '../../checks/model.ts';
import { fakePacketFilter } from '../fake-packet-filter.ts';

const FULL = { forwarding: { kind: 'fullnat' } } as const;
const web = (...last: number[]): VirtualServer =>
  virtualServer(
    '192.168.100.240',
    80,
    last.map((n) => realServer(`10.9.0.${n}`, 8080, FULL)),
  );

function open(conntrack = '0', filter = fakePacketFilter()) {
  const settings = new Map([
    ['net/ipv4/vs/conntrack', conntrack],
    ['net/ipv4/ip_forward', '1'],
  ]);
  const clock = createFakeClock();
  const { log, lines } = createFakeLog();
  const sysctl = {
    read: (path: string) => settings.get(path) ?? null,
    write: (path: string, value: string) => {
      settings.set(path, value);
      return ok(undefined);
    },
  };
  return { nat: createSourceNat({ filter, sysctl, clock, log }), filter, settings, clock, lines };
}

describe('the rules of FULLNAT', () => {
  test('match what a client asked for and who gets it, once for each service and server', () => {
    const group = virtualServer('10.0.0.1', 0, [realServer('10.9.0.8', 0, FULL)], {
      match: groupMatch('WEB', ['10.0.0.1:80', '10.0.0.2:0', 'fwmark:7']),
    });
    expect(sourceNatRules([web(8, 8), group], 'inet')).toEqual([
      '-A VIPD_FULLNAT -d 10.9.0.8/32 -p tcp -m conntrack --ctorigdst 192.168.100.240 --ctorigdstport 80 -j MASQUERADE',
      '-A VIPD_FULLNAT -d 10.9.0.8/32 -p tcp -m conntrack --ctorigdst 10.0.0.1 --ctorigdstport 80 -j MASQUERADE',
      '-A VIPD_FULLNAT -d 10.9.0.8/32 -p tcp -m conntrack --ctorigdst 10.0.0.2 -j MASQUERADE',
      '-A VIPD_FULLNAT -d 10.9.0.8/32 -m mark --mark 0x7 -j MASQUERADE',
    ]);
  });

  test('leave out servers of other methods, but not the sorry server', () => {
    const service = virtualServer('192.168.100.240', 80, [realServer('192.168.100.8', 80)], {
      sorryServer: sorryServer('10.9.0.7', 80, FULL),
    });
    expect(sourceNatRules([service], 'inet').join()).toMatch(/^-A VIPD_FULLNAT -d 10\.9\.0\.7\/32 [^,]*$/);
  });

  test('are kept apart by family', () => {
    const service = virtualServer('2001:db8::1', 80, [realServer('2001:db8::8', 80, FULL)]);
    expect(sourceNatRules([service], 'inet')).toEqual([]);
    expect(sourceNatRules([service], 'inet6')).toHaveLength(1);
  });
});

describe('what is written', () => {
  test('comes with the setting it needs, beside the rules of others, and goes with it', () => {
    const { nat, filter, settings } = open();
    const before = filter.listing();
    nat.want([web(8)]);
    expect(filter.listing()).toContain('-A POSTROUTING -j OTHERS');
    expect(filter.listing()).toContain('-A POSTROUTING -j VIPD_FULLNAT');
    expect(filter.listing().match(/-A VIPD_FULLNAT/g)).toHaveLength(1);
    expect(settings.get('net/ipv4/vs/conntrack')).toBe('1');
    nat.close();
    expect([filter.listing(), settings.get('net/ipv4/vs/conntrack')]).toEqual([before, '0']);
  });

  test('a setting that was on before stays on', () => {
    const { nat, settings } = open('1');
    nat.want([web(8)]);
    nat.close();
    expect(settings.get('net/ipv4/vs/conntrack')).toBe('1');
  });

  test('a reload writes only what differs, and a restart finds all right', () => {
    const { nat, filter } = open();
    nat.want([web(8)]);
    nat.want([web(8)]);
    open('1', filter).nat.want([web(8)]);
    expect(filter.writes()).toBe(1);
    nat.want([web(8, 9)]);
    expect(filter.listing().match(/-A VIPD_FULLNAT/g)).toHaveLength(2);
    expect(filter.listing().match(/-j VIPD_FULLNAT/g)).toHaveLength(1);
  });

  test('is nothing at all without FULLNAT', () => {
    const { nat, filter, settings } = open();
    nat.want([virtualServer('192.168.100.240', 80, [realServer('192.168.100.8', 80)])]);
    nat.close();
    expect([filter.writes(), settings.get('net/ipv4/vs/conntrack')]).toEqual([0, '0']);
  });

  test('is tried again after a refusal, which is told once', () => {
    const { nat, filter, clock, lines } = open();
    filter.breakDown(true);
    nat.want([web(8)]);
    clock.pass(seconds(10));
    filter.breakDown(false);
    clock.pass(seconds(10));
    expect(filter.listing()).toContain('-j VIPD_FULLNAT');
    expect(lines.filter((line) => line.includes('tried again'))).toHaveLength(1);
  });
});

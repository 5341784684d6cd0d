import { describe, expect, test } from 'vitest';
import { instant, interfaceName, micros, seconds } from '../../../src/base/units.ts';
import { ETH0, virtualAddress, vrrpGlobals } from '../../../src/sim/topology.ts';
import {
  announceDue,
  announceTimersFrom,
  cancelAnnouncements,
  dueBurst,
  type Lanes,
  lanesDeadline,
  queueAnnouncements,
} from '../../../src/vrrp/core/announce.ts';

const NOW = instant(1_000_000);
const GLOBALS = vrrpGlobals();
const A = virtualAddress('10.0.0.1');
const B = virtualAddress('10.0.0.2');

const burst = (
  router: string,
  repeat: number,
  ...addresses: (typeof A)[]
): Parameters<typeof queueAnnouncements>[1] => ({
  router,
  repeat,
  addresses,
});
const sent = (lanes: Lanes, globals = GLOBALS): readonly string[] =>
  announceDue(lanes, globals, NOW).actions.map((action) =>
    action.kind === 'announce_address' ? action.address : action.kind,
  );

describe('a burst', () => {
  test('goes round by round over all addresses (behaviour.md section 4.4)', () => {
    const lanes = queueAnnouncements(new Map(), burst('VI_1', 2, A, B), GLOBALS, NOW);
    expect(sent(lanes)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1', '10.0.0.2']);
  });

  test('for an address that already waits is not added to it: the larger wish counts', () => {
    const once = queueAnnouncements(new Map(), burst('VI_1', 2, A), GLOBALS, NOW);
    expect(sent(queueAnnouncements(once, burst('VI_1', 3, A), GLOBALS, NOW))).toHaveLength(3);
    expect(sent(queueAnnouncements(once, burst('VI_1', 1, A), GLOBALS, NOW))).toHaveLength(2);
  });

  test('of one family does not wait for the pace of the other (vrrp_garp_interval, vrrp_gna_interval)', () => {
    const sixth = virtualAddress('2001:db8::1');
    const lanes = queueAnnouncements(new Map(), burst('VI_1', 2, sixth, A), GLOBALS, NOW);
    const slow = vrrpGlobals({ gnaInterval: seconds(1) });
    expect(sent(lanes, slow)).toEqual(['2001:db8::1', '10.0.0.1', '10.0.0.1']);
  });

  test('of no rounds is nothing', () => {
    expect(lanesDeadline(queueAnnouncements(new Map(), burst('VI_1', 0, A), GLOBALS, NOW))).toBeNull();
  });

  test('ends when its router is no longer master; others go on', () => {
    const both = queueAnnouncements(
      queueAnnouncements(new Map(), burst('VI_1', 2, A), GLOBALS, NOW),
      burst('VI_2', 1, B),
      GLOBALS,
      NOW,
    );
    expect(sent(cancelAnnouncements(both, 'VI_1'))).toEqual(['10.0.0.2']);
  });

  test('of many addresses goes out in slices, so that adverts come between', () => {
    const many = Array.from({ length: 200 }, (_, i) => virtualAddress(`10.0.1.${i + 1}`));
    const lanes = queueAnnouncements(new Map(), burst('VI_1', 5, ...many), GLOBALS, NOW);
    const first = announceDue(lanes, GLOBALS, NOW);
    expect(first.actions).toHaveLength(64);
    expect(lanesDeadline(first.lanes)).toBe(NOW);
    let rest = first.lanes;
    let total = first.actions.length;
    for (let i = 0; i < 20 && lanesDeadline(rest) !== null; i++) {
      const slice = announceDue(rest, GLOBALS, NOW);
      total += slice.actions.length;
      rest = slice.lanes;
    }
    expect(total).toBe(1000);
  });

  test('is paced by garp_interval for IPv4 and gna_interval for IPv6', () => {
    const globals = vrrpGlobals({ garpInterval: micros(300), gnaInterval: micros(700) });
    const lanes = queueAnnouncements(new Map(), burst('VI_1', 2, A), GLOBALS, NOW);
    const first = announceDue(lanes, globals, NOW);
    expect(first.actions).toHaveLength(1);
    expect(lanesDeadline(first.lanes)).toBe(NOW + 300);
    expect([...first.sent]).toEqual([['VI_1', 1]]);
  });
});

describe('the timers of a master', () => {
  const garp = {
    delay: seconds(5),
    repeat: 3,
    refresh: seconds(60),
    refreshRepeat: 2,
    lowerPrioDelay: seconds(5),
    lowerPrioRepeat: 4,
  };

  test('second burst after the delay, refreshes from delay and refresh on', () => {
    const timers = announceTimersFrom(garp, NOW);
    expect(timers).toEqual({ secondBurstAt: 6_000_000, refreshAt: 66_000_000, lowerPrioBurstAt: null });
    const second = dueBurst(timers, garp, instant(6_000_000));
    expect(second).toMatchObject({ repeat: 3, timers: { secondBurstAt: null, refreshAt: 66_000_000 } });
    const refresh = dueBurst(second.timers, garp, instant(66_000_000));
    expect(refresh).toMatchObject({ repeat: 2, timers: { refreshAt: 126_000_000 } });
  });

  test('when several are due there is one burst, of the most rounds', () => {
    const timers = { secondBurstAt: NOW, refreshAt: NOW, lowerPrioBurstAt: NOW };
    expect(dueBurst(timers, garp, NOW).repeat).toBe(4);
  });

  test('zero means never', () => {
    const off = { ...garp, delay: micros(0), refresh: micros(0) };
    expect(announceTimersFrom(off, NOW)).toEqual({
      secondBurstAt: null,
      refreshAt: null,
      lowerPrioBurstAt: null,
    });
  });
});

describe('a garp_group', () => {
  const other = virtualAddress('10.0.0.3', { interface: interfaceName('eth1') });
  const garpGroups = [
    { interfaces: [ETH0, interfaceName('eth1')], garpInterval: seconds(1), gnaInterval: null },
  ];

  test('has one pace for all its interfaces, and each its own announcements', () => {
    const globals = vrrpGlobals({ garpGroups });
    const lanes = queueAnnouncements(new Map(), burst('VI_1', 1, A, other), globals, NOW);
    const first = announceDue(lanes, globals, NOW);
    expect(first.actions).toEqual([{ kind: 'announce_address', interface: ETH0, address: '10.0.0.1' }]);
    expect(lanesDeadline(first.lanes)).toBe(2_000_000);
    const second = announceDue(first.lanes, globals, instant(2_000_000));
    expect(second.actions).toEqual([{ kind: 'announce_address', interface: 'eth1', address: '10.0.0.3' }]);
  });

  test('that says nothing of a family leaves it the global pace', () => {
    const globals = vrrpGlobals({ garpGroups, gnaInterval: seconds(3) });
    const six = virtualAddress('fd00::1');
    const { lanes } = announceDue(
      queueAnnouncements(new Map(), burst('VI_1', 2, six), globals, NOW),
      globals,
      NOW,
    );
    expect(lanesDeadline(lanes)).toBe(4_000_000);
  });
});

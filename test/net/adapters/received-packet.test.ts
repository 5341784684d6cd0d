import { describe, expect, test } from 'vitest';
import { instant } from '../../../src/base/units.ts';
import { SO, SOL_SOCKET } from '../../../src/native/constants.ts';
import {
  decodeIpv4Packet,
  decodeIpv6Packet,
  receiveTimes,
} from '../../../src/net/adapters/received-packet.ts';
import { NetlinkWriter } from '../../../src/net/netlink/bytes.ts';
import { ADVERT } from '../wire/captured-frames.ts';

const WALL_AT_START = 1_700_000_000_000_000;
const SECOND = 1_000_000;

/** Two clocks that the test moves; the boot clock starts at 100 s. */
function clocks() {
  const state = { boot: 100 * SECOND, wall: WALL_AT_START, interruptions: [] as number[] };
  /** A look at a clock, after which the process may be interrupted. */
  const read = (clock: 'boot' | 'wall'): number => {
    const at = state[clock];
    const interruption = state.interruptions.shift() ?? 0;
    state.boot += interruption;
    state.wall += interruption;
    return at;
  };
  return {
    pass: (micros: number) => {
      state.boot += micros;
      state.wall += micros;
    },
    setWall: (micros: number) => {
      state.wall += micros;
    },
    /** from here on, microseconds that pass after each look at a clock */
    interrupt: (...interruptions: number[]) => {
      state.interruptions = interruptions;
    },
    times: () => receiveTimes({ now: () => instant(read('boot')) }, () => read('wall')),
    stampNow: () => ({
      control: [
        {
          level: SOL_SOCKET,
          type: SO.TIMESTAMPNS,
          data: new NetlinkWriter()
            .u64(BigInt(Math.floor(state.wall / SECOND)))
            .u64(BigInt(state.wall % SECOND) * 1000n)
            .finish(),
        },
      ],
    }),
  };
}

describe('the receive time of a packet', () => {
  test('is when the kernel got it, not when it was read', () => {
    const world = clocks();
    const times = world.times();
    world.pass(SECOND);
    const message = world.stampNow();
    world.pass(3 * SECOND);
    times.look();
    expect(times.of(message)).toBe(101 * SECOND);
  });

  test('is now when the wall clock was set meanwhile, in either direction', () => {
    for (const step of [3600 * SECOND, -3600 * SECOND]) {
      const world = clocks();
      const times = world.times();
      world.pass(SECOND);
      const message = world.stampNow();
      world.setWall(step);
      world.pass(SECOND);
      times.look();
      expect(times.of(message)).toBe(102 * SECOND);
    }
  });

  test('never goes backwards and is never before the socket was opened', () => {
    const world = clocks();
    const old = world.stampNow();
    world.pass(SECOND);
    const times = world.times();
    world.pass(SECOND);
    const recent = world.stampNow();
    times.look();
    expect(times.of(old)).toBe(101 * SECOND);
    expect(times.of(recent)).toBe(102 * SECOND);
    expect(times.of(old)).toBe(102 * SECOND);
  });

  test('is exact when the process is interrupted between its looks at the two clocks', () => {
    const world = clocks();
    const times = world.times();
    world.pass(SECOND);
    const message = world.stampNow();
    world.pass(SECOND);
    world.interrupt(20_000, 0, 0, 0, 20_000, 0);
    times.look();
    expect(times.of(message)).toBe(101 * SECOND);
  });

  test('is too late rather than too early when it is interrupted each time', () => {
    const world = clocks();
    const times = world.times();
    world.pass(SECOND);
    const message = world.stampNow();
    world.pass(SECOND);
    world.interrupt(...Array.from({ length: 100 }, () => 5_000));
    times.look();
    expect(times.of(message)).toBe(101 * SECOND + 5_000);
  });

  test('is now without a stamp', () => {
    const world = clocks();
    const times = world.times();
    world.pass(SECOND);
    times.look();
    expect(times.of({ control: [] })).toBe(101 * SECOND);
  });
});

describe('a received packet', () => {
  const packet = ADVERT.subarray(14);

  test('of IPv4 has TTL, addresses and the payload without its header', () => {
    expect(decodeIpv4Packet({ data: packet, from: new Uint8Array(0), control: [] })).toEqual({
      source: '192.168.100.101',
      id: 2,
      destination: '224.0.0.18',
      ttl: 255,
      announcedLength: 20,
      payload: packet.subarray(20),
    });
  });

  test('of IPv4 cut within its header is refused', () => {
    for (let length = 0; length < 20; length++) {
      expect(
        decodeIpv4Packet({ data: packet.subarray(0, length), from: new Uint8Array(0), control: [] }),
      ).toBeNull();
    }
  });

  test('of IPv6 without its destination is refused', () => {
    const from = new Uint8Array(28);
    from[0] = 10;
    expect(decodeIpv6Packet({ data: packet, from, control: [] })).toBeNull();
  });
});

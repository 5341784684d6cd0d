/** The BFD process with sockets in memory and a clock that is moved by hand. */
import { expect, test } from 'vitest';
import type { LogEntry } from '../../../src/base/log.ts';
import { err, ok } from '../../../src/base/result.ts';
import { after, type Micros, millis, seconds } from '../../../src/base/units.ts';
import type { BfdVerdicts } from '../../../src/bfd/core/node.ts';
import { startBfd } from '../../../src/bfd/shell/process.ts';
import {
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
} from '../../../src/bfd/wire/control-packet.ts';
import type { BfdInstance } from '../../../src/config/model/bfd.ts';
import type { BfdArrival, BfdPath, BfdPort } from '../../../src/ports/bfd-packets.ts';
import { createFakeClock } from '../../checks/fakes.ts';
import { bfdInstance, HERE } from '../model.ts';

/** Opens what `refuses` does not name; remembers what is open, what was sent, and what waits to be read. */
function createFakePort() {
  const open = new Set<string>();
  const sent: { to: string; packet: ControlPacket }[] = [];
  const waiting: BfdArrival[] = [];
  const state = { refused: '', sendFails: false, wake: () => {} };
  const opened = <T>(name: string, socket: T) => {
    if (state.refused === name)
      return err({ code: 'EADDRINUSE', attempted: `bind ${name}`, detail: 'in use' });
    if (open.has(name)) throw new Error(`${name} is open already`);
    open.add(name);
    return ok({ ...socket, close: () => void open.delete(name) });
  };
  const port: BfdPort = {
    openReceiver: ({ family, multihop }, onReadable) => {
      state.wake = onReadable;
      const drain = (limit: number) => waiting.splice(0, limit);
      return opened(`${family} ${multihop ? 4784 : 3784}`, { drain, dropped: 0 });
    },
    openSender: ({ neighbour }: BfdPath) =>
      opened(`to ${neighbour}`, {
        send: (payload: Uint8Array) => {
          if (state.sendFails) return err({ code: 'ENETUNREACH', attempted: 'send', detail: 'unreachable' });
          const decoded = decodeControlPacket(payload);
          if (decoded.ok) sent.push({ to: neighbour, packet: decoded.value });
          return ok(undefined);
        },
      }),
  };
  return { port, open, sent, waiting, state };
}

function start(
  instances: readonly BfdInstance[],
  prepare: (port: ReturnType<typeof createFakePort>) => void = () => {},
) {
  const clock = createFakeClock();
  const entries: LogEntry[] = [];
  const said = (id: string) => entries.filter((entry) => entry.id === id);
  const fake = createFakePort();
  prepare(fake);
  const told: BfdVerdicts[] = [];
  const bfd = startBfd(
    { clock, log: (entry) => entries.push(entry), sockets: fake.port, seed: 1 },
    instances,
    (verdicts) => told.push(verdicts),
  );
  /** Time goes on without a stall. */
  const run = (duration: Micros): void => {
    for (let passed = 0; passed < duration; passed += millis(1)) clock.pass(millis(1));
  };
  /** The neighbour answers the last packet. */
  const hear = (state: ControlPacket['state']): void => {
    const last = fake.sent.at(-1)?.packet;
    const payload = encodeControlPacket({
      ...{ state, diagnostic: 0, poll: false, final: true, demand: false, multiplier: 3 },
      ...{ myDiscriminator: 9, yourDiscriminator: last?.myDiscriminator ?? 0 },
      ...{ minTx: millis(100), minRx: millis(100) },
    });
    const { neighbour } = instances[0] ?? bfdInstance();
    const datagram = { source: neighbour, destination: HERE, ttl: 255, multihop: false, payload };
    fake.waiting.push({ datagram, receivedAt: clock.now() });
    fake.state.wake();
  };
  return { clock, run, said, bfd, told, hear, ...fake };
}

test('sockets are those of the sessions, and closed with them', () => {
  const near = bfdInstance();
  const far = bfdInstance({ name: 'b2', neighbour: near.neighbour, multihop: true });
  const { bfd, open } = start([near]);
  expect([...open]).toEqual(['inet 3784', 'to 10.0.0.2']);
  bfd.reload([{ ...far, name: 'b1' }]);
  expect([...open].toSorted()).toEqual(['inet 4784', 'to 10.0.0.2']);
  bfd.reload([]);
  expect([...open]).toEqual([]);
});

test('what cannot be opened is told once and tried each second', () => {
  const { run, said, open, state, sent } = start([bfdInstance()], (port) => {
    port.state.refused = 'inet 3784';
  });
  run(seconds(3));
  expect(said('bfd_socket_failed')).toHaveLength(1);
  expect(sent.length).toBeGreaterThan(1); // it speaks although it cannot hear
  state.refused = '';
  run(seconds(1));
  expect(open).toContain('inet 3784');
});

test('the neighbour is heard, followers are told, and a stop says goodbye', () => {
  const { hear, bfd, told, sent, open } = start([bfdInstance()]);
  hear('init');
  expect(told).toEqual([{ b1: 'up' }]);
  expect(bfd.status().sessions[0]).toMatchObject({ state: 'up', verdict: 'up' });
  bfd.stop();
  bfd.stop();
  expect(sent.slice(-3).map(({ packet }) => packet.state)).toEqual([
    'admin_down',
    'admin_down',
    'admin_down',
  ]);
  expect(told).toHaveLength(1);
  expect([...open]).toEqual([]);
});

test('after a stall packets that wait are heard before deadlines pass', () => {
  const { clock, run, hear, told, waiting, bfd } = start([bfdInstance()]);
  hear('init');
  hear('up');
  const [session] = bfd.status().sessions;
  const payload = encodeControlPacket({
    ...{ state: 'up', diagnostic: 0, poll: false, final: false, demand: false, multiplier: 3 },
    ...{ myDiscriminator: 9, yourDiscriminator: session?.discriminator ?? 0 },
    ...{ minTx: millis(100), minRx: millis(100) },
  });
  const datagram = { source: bfdInstance().neighbour, destination: HERE, ttl: 255, multihop: false, payload };
  waiting.push({ datagram, receivedAt: after(clock.now(), millis(1_950)) });
  clock.pass(seconds(2));
  expect(told).toEqual([{ b1: 'up' }]);
  run(millis(200));
  expect(told).toEqual([{ b1: 'up' }]);
  run(millis(60));
  expect(told).toEqual([{ b1: 'up' }, { b1: 'down' }]);
});

test('a packet that cannot be sent is told once, and once that it can', () => {
  const { run, said, state } = start([bfdInstance()], (port) => {
    port.state.sendFails = true;
  });
  run(seconds(3));
  expect(said('bfd_send_failed')).toHaveLength(1);
  state.sendFails = false;
  run(seconds(3));
  expect(said('bfd_send_works')).toHaveLength(1);
});

/** A kernel's IPVS table that refuses what the real one refuses, a clock that only a test moves, a log to wait on. */
import type { LogEntry } from '../../src/base/log.ts';
import { err, ok, type Result } from '../../src/base/result.ts';
import type { SystemError } from '../../src/base/system-error.ts';
import { after, type Instant, instant, type Micros, seconds } from '../../src/base/units.ts';
import { applyOperations } from '../../src/ipvs/core/apply.ts';
import { type IpvsService, type IpvsTable, serviceKeyText } from '../../src/ipvs/core/table.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type {
  DestinationConnections,
  IpvsKernel,
  IpvsOperation,
  IpvsTimeouts,
} from '../../src/ports/ipvs-kernel.ts';
import { tableText } from './world.ts';

const NO_CONNECTIONS: DestinationConnections = {
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
};

export interface FakeKernel extends IpvsKernel {
  readonly operations: readonly IpvsOperation[];
  /** calls of `apply` that carried something */
  readonly batches: number;
  readonly reads: number;
  /** calls of `readServices` */
  readonly looks: number;
  readonly timeoutWrites: number;
  text(): string;
  /** connections of a destination, by `destinationKeyText`; none unless told */
  carries(destination: string, connections: Partial<DestinationConnections>): void;
  /** what somebody else does with ipvsadm */
  meddle(...operations: readonly IpvsOperation[]): void;
  /** the kernel loses or regains its ip_vs module */
  missing(is: boolean): void;
}

const NO_IPVS: SystemError = {
  code: 'ENOENT',
  attempted: 'find IPVS in the kernel',
  detail: 'no ip_vs module; try: modprobe ip_vs',
};

export function createFakeKernel(start: IpvsTable = new Map()): FakeKernel {
  let table = start;
  let absent = false;
  let timeouts: IpvsTimeouts = { tcp: seconds(900), tcpFin: seconds(120), udp: seconds(300) };
  const operations: IpvsOperation[] = [];
  const carried = new Map<string, Partial<DestinationConnections>>();
  const connectionsOf = (service: IpvsService | undefined) =>
    new Map(
      [...(service?.destinations.keys() ?? [])].map((key) => [
        key,
        { ...NO_CONNECTIONS, ...carried.get(key) },
      ]),
    );
  const counts = { batches: 0, reads: 0, looks: 0, timeoutWrites: 0 };
  const answer = <T>(value: () => T): Result<T, SystemError> => (absent ? err(NO_IPVS) : ok(value()));
  return {
    operations,
    get batches() {
      return counts.batches;
    },
    get looks() {
      return counts.looks;
    },
    get reads() {
      return counts.reads;
    },
    get timeoutWrites() {
      return counts.timeoutWrites;
    },
    text: () => tableText(table),
    missing: (is) => {
      absent = is;
    },
    info: () => answer(() => ({ version: '1.2.1', connectionTableSize: 4096 })),
    read: () => {
      counts.reads++;
      return answer(() => ({ table, services: new Map(), destinations: new Map() }));
    },
    readServices: (keys) => {
      counts.looks++;
      const wanted = new Set(keys.map(serviceKeyText));
      return answer(() => new Map([...table].filter(([key]) => wanted.has(key))));
    },
    readTable: () => {
      counts.reads++;
      return answer(() => table);
    },
    readConnections: (keys) =>
      answer(() => new Map(keys.map(serviceKeyText).map((key) => [key, connectionsOf(table.get(key))]))),
    carries: (destination, connections) => void carried.set(destination, connections),
    meddle: (...batch) => {
      table = applyOperations(table, batch).table;
    },
    apply: (batch) => {
      if (absent) return batch.map(() => NO_IPVS);
      counts.batches++;
      operations.push(...batch);
      const applied = applyOperations(table, batch);
      table = applied.table;
      return applied.refusals.map((code) =>
        code === null ? null : { code, attempted: 'apply', detail: '' },
      );
    },
    timeouts: () => answer(() => timeouts),
    setTimeouts: (wanted) =>
      answer(() => {
        timeouts = { ...timeouts, ...wanted };
        counts.timeoutWrites++;
      }),
    flush: () =>
      answer(() => {
        table = new Map();
      }),
  };
}

export interface FakeClock extends Clock {
  /** Time goes on; an alarm that is due then rings. */
  pass(duration: Micros): void;
  /** some alarm is set */
  armed(): boolean;
}

export function createFakeClock(): FakeClock {
  let time: Instant = instant(1_000_000);
  const due = new Map<() => void, Instant>();
  const ringDue = (): void => {
    for (const [ring, at] of [...due]) {
      if (at > time) continue;
      due.delete(ring);
      ring();
    }
  };
  return {
    now: () => time,
    wall: () => 1_000_000_000_000 + time / 1000,
    alarm: (ring) => ({
      set(at) {
        if (at === null) due.delete(ring);
        else due.set(ring, at);
        if (at !== null && at <= time) setImmediate(ringDue);
      },
    }),
    pass(duration) {
      time = after(time, duration);
      ringDue();
    },
    armed: () => due.size > 0,
  };
}

export interface FakeLog {
  readonly log: (entry: LogEntry) => void;
  readonly lines: string[];
  /** Resolves when a line contains `text`, now or later. */
  said(text: string): Promise<void>;
}

export function createFakeLog(): FakeLog {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  return {
    lines,
    log: (entry) => {
      lines.push(entry.text);
      for (const look of [...waiting]) look();
    },
    said: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!lines.some((line) => line.includes(text))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

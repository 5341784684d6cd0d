/** Cuts what hosts do into episodes, and holds each against the rules. */
import { after, type Instant, instant, type Micros } from '../base/units.ts';
import type { Transition } from '../vrrp/core/actions.ts';
import type { Frame, Host, HostObserver } from './host.ts';
import { advertsOf, type Episode, RULES } from './invariants.ts';
import type { Trace } from './trace.ts';

export interface Watch extends HostObserver {
  readonly violations: readonly string[];
  report(violation: string): void;
  /** From outside the addresses of this host were disturbed: no judgement on them for a while. */
  excuse(host: Host, duration: Micros): void;
  /** What happened since the last call. */
  take(): {
    readonly transitions: readonly Transition[];
    readonly frames: ReadonlyMap<Host, readonly Frame[]>;
  };
}

const VIOLATIONS_MAX = 20;

interface Memory {
  frames: Frame[];
  transitions: Transition[];
  hasty: string[];
  /** of the kernel, when it was last judged without an excuse; null when it has to be judged again */
  revision: number | null;
  masters: ReadonlySet<string>;
  excusedUntil: Instant;
  readonly lastAdvertAt: Map<number, Instant>;
}

export function newWatch(now: () => Instant, trace: Trace): Watch {
  const violations: string[] = [];
  const memories = new Map<Host, Memory>();
  let transitions: Transition[] = [];
  let frames = new Map<Host, Frame[]>();

  function memoryOf(host: Host): Memory {
    const known = memories.get(host) ?? newMemory();
    memories.set(host, known);
    return known;
  }
  function report(violation: string): void {
    trace.line('VIOLATION', violation);
    if (violations.length < VIOLATIONS_MAX) violations.push(violation);
  }
  function settled(host: Host): void {
    const memory = memoryOf(host);
    if (isUneventful(host, memory)) return;
    const episode = episodeOf(host, memory, now());
    for (const rule of RULES) rule(episode).forEach(report);
    beginNext(memory, episode);
  }

  return {
    violations,
    report,
    settled,
    excuse(host, duration) {
      const from = host.isStalled ? host.stalledUntil : now();
      memoryOf(host).excusedUntil = after(from, duration);
    },
    take() {
      const taken = { transitions, frames };
      transitions = [];
      frames = new Map();
      return taken;
    },
    crashed: (host) => void memories.delete(host),
    log: (host) => (entry) => trace.line(host.plan.name, entry.text),
    sent(host, frame) {
      memoryOf(host).frames.push(frame);
      frames.set(host, [...(frames.get(host) ?? []), frame]);
    },
    changed(host, transition) {
      const { instance, from, to, reason } = transition;
      trace.line(host.plan.name, `${instance} ${from} -> ${to}: ${reason}`);
      transitions.push(transition);
      const memory = memoryOf(host);
      memory.transitions.push(transition);
      if (to === 'MASTER' && host.unread > 0) memory.hasty.push(instance);
    },
  };
}

const newMemory = (): Memory => ({
  frames: [],
  transitions: [],
  hasty: [],
  revision: null,
  masters: new Set(),
  excusedUntil: instant(0),
  lastAdvertAt: new Map(),
});

/** Most callbacks only read an advert: nothing was sent, decided or written, so nothing can have broken. */
const isUneventful = (host: Host, { frames, transitions, revision }: Memory): boolean =>
  host.process !== null &&
  frames.length === 0 &&
  transitions.length === 0 &&
  revision === host.kernel.revision;

function episodeOf(host: Host, memory: Memory, now: Instant): Episode {
  const statuses = host.process?.status().instances ?? [];
  return {
    host,
    now,
    frames: memory.frames,
    transitions: memory.transitions,
    hasty: memory.hasty,
    mastersBefore: memory.masters,
    statuses,
    released: host.process === null && host.releasesVips,
    excused: host.kernel.pending > 0 || now < memory.excusedUntil,
    lastAdvertAt: memory.lastAdvertAt,
    stalledUntil: host.stalledUntil,
  };
}

function beginNext(memory: Memory, { host, now, frames, statuses, excused }: Episode): void {
  memory.revision = excused ? null : host.kernel.revision;
  memory.masters = new Set(statuses.filter(({ state }) => state === 'MASTER').map(({ name }) => name));
  for (const instance of host.plan.config.vrrpInstances) {
    if (!memory.masters.has(instance.name)) memory.lastAdvertAt.delete(instance.vrid);
    else if (advertsOf(frames, instance).length > 0) memory.lastAdvertAt.set(instance.vrid, now);
  }
  memory.frames = [];
  memory.transitions = [];
  memory.hasty = [];
}

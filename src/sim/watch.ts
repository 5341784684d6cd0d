/** Cuts what hosts do into episodes, and holds each against the rules. */

import type { IpAddress } from '../base/ip.ts';
import { after, type Instant, instant, type Micros, micros } from '../base/units.ts';
import type { Transition } from '../vrrp/core/actions.ts';
import type { VrrpNews } from '../vrrp/core/news.ts';
import type { VrrpPart } from '../vrrp/shell/process.ts';
import type { Frame } from './frame.ts';
import type { Host, HostObserver } from './host.ts';
import { advertsOf, type Episode, RULES } from './invariants.ts';
import { newRivals } from './rivals.ts';
import { type Ears, listen } from './takeover.ts';
import type { Trace } from './trace.ts';
import type { World } from './world.ts';

export interface Violation {
  /** its name stays, whatever the texts say */
  readonly rule: string;
  readonly text: string;
}

export interface Watch extends HostObserver {
  readonly violations: readonly Violation[];
  report(rule: string, text: string): void;
  /** From outside the addresses of this host were disturbed: no judgement on them for a while. */
  excuse(host: Host, duration: Micros): void;
  /** Is the network whole from now on? */
  setWhole(whole: boolean): void;
  /** When the host last announced the address; null = never, or not since it became what it is. */
  announcedAt(host: Host, address: IpAddress): Instant | null;
  /** when anything but the beat of the adverts last happened */
  readonly restlessAt: Instant;
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
  said: (Transition | VrrpNews)[];
  hasty: string[];
  ears: Ears;
  /** of the kernel, when it was last judged without an excuse; null when it has to be judged again */
  revision: number | null;
  masters: ReadonlySet<string>;
  /** in world time */
  excusedUntil: Instant;
  config: VrrpPart;
  /** in the host's time */
  lastAdvertAt: Map<number, Instant>;
  announcedAt: Map<IpAddress, Instant>;
  /** the stall that was seen last, in world time, and when its end was seen, in the host's */
  stall: Instant;
  stallEndedAt: Instant;
}

export function newWatch(world: World, trace: Trace): Watch {
  const violations: Violation[] = [];
  const memories = newMemories();
  const history = newHistory();
  let restlessAt = instant(0);

  function report(rule: string, text: string): void {
    trace.line('VIOLATION', `${rule}: ${text}`);
    if (violations.length < VIOLATIONS_MAX) violations.push({ rule, text });
  }
  const rivals = newRivals(
    () => world.now,
    (text) => report('one master at a time', text),
  );
  function settled(host: Host): void {
    const memory = memories.of(host);
    noteStall(memory, host);
    if (isUneventful(host, memory)) return;
    const episode = episodeOf(host, memory, world.now);
    for (const [name, rule] of RULES) for (const text of rule(episode)) report(name, text);
    if (episode.transitions.length > 0 || host.kernel.revision !== memory.revision) restlessAt = world.now;
    if (episode.transitions.length > 0 || host.process === null) rivals.note(host);
    beginNext(memory, episode);
  }

  return {
    violations,
    report,
    settled,
    excuse(host, duration) {
      const from = host.isStalled ? host.stalledUntil : world.now;
      memories.of(host).excusedUntil = after(from, duration);
    },
    setWhole(whole) {
      restlessAt = world.now;
      rivals.setWhole(whole);
    },
    announcedAt: (host, address) => memories.of(host).announcedAt.get(address) ?? null,
    get restlessAt() {
      return restlessAt;
    },
    take: () => history.take(),
    crashed(host) {
      memories.forget(host);
      rivals.note(host);
    },
    log: (host) => (entry) => trace.line(host.plan.name, entry.text),
    sent(host, frame) {
      const memory = memories.of(host);
      memory.frames.push(frame);
      if (frame.kind === 'announcement') memory.announcedAt.set(frame.address, world.now);
      history.sent(host, frame);
    },
    stepped(host, step) {
      for (const text of listen(memories.of(host).ears, step, host.config.vrrpInstances)) {
        report('no takeover is early', `${host.plan.name} ${text}`);
      }
    },
    changed(host, transition) {
      const { instance, from, to, reason } = transition;
      trace.line(host.plan.name, `${instance} ${from} -> ${to}: ${reason}`);
      history.changed(transition);
      const memory = memories.of(host);
      memory.transitions.push(transition);
      memory.said.push(transition);
      // an owner begins as master, whoever else is one (RFC 9568 §6.4.1)
      if (from === 'BACKUP' && to === 'MASTER' && host.unread > 0) memory.hasty.push(instance);
    },
    told: (host, news) => void memories.of(host).said.push(news),
  };
}

/** Frames of a host kept between two calls of `take`; nobody reads more than a few. */
const FRAMES_MAX = 10_000;

interface History extends Pick<Watch, 'take'> {
  sent(host: Host, frame: Frame): void;
  changed(transition: Transition): void;
}

function newHistory(): History {
  let transitions: Transition[] = [];
  let frames = new Map<Host, Frame[]>();
  return {
    sent(host, frame) {
      const known = frames.get(host);
      if (known === undefined) frames.set(host, [frame]);
      else if (known.length < FRAMES_MAX) known.push(frame);
    },
    changed: (transition) => void transitions.push(transition),
    take() {
      const taken = { transitions, frames };
      transitions = [];
      frames = new Map();
      return taken;
    },
  };
}

interface Memories {
  of(host: Host): Memory;
  forget(host: Host): void;
}

function newMemories(): Memories {
  const memories = new Map<Host, Memory>();
  return {
    of(host) {
      const known = memories.get(host) ?? newMemory(host);
      memories.set(host, known);
      return known;
    },
    forget: (host) => void memories.delete(host),
  };
}

const newMemory = (host: Host): Memory => ({
  frames: [],
  transitions: [],
  said: [],
  hasty: [],
  ears: new Map(),
  revision: null,
  masters: new Set(),
  excusedUntil: instant(0),
  config: host.config,
  lastAdvertAt: new Map(),
  announcedAt: new Map(),
  stall: instant(0),
  stallEndedAt: instant(0),
});

function noteStall(memory: Memory, host: Host): void {
  if (memory.stall === host.stalledUntil) return;
  memory.stall = host.stalledUntil;
  memory.stallEndedAt = host.now;
}

/** Most callbacks only read an advert: nothing was sent, decided or written, so nothing can have broken. */
const isUneventful = (host: Host, { frames, said, revision }: Memory): boolean =>
  host.process !== null && frames.length === 0 && said.length === 0 && revision === host.kernel.revision;

/** A clock may run slower than the world's by this much (draw-faults.ts). */
const SLOWEST_CLOCK = 0.85;

function episodeOf(host: Host, memory: Memory, worldNow: Instant): Episode {
  if (memory.config !== host.config) {
    // another interval counts from here
    memory.config = host.config;
    for (const vrid of memory.lastAdvertAt.keys()) memory.lastAdvertAt.set(vrid, host.now);
  }
  const { failingSince } = host.tracked;
  return {
    host,
    now: host.now,
    frames: memory.frames,
    transitions: memory.transitions,
    said: memory.said,
    hasty: memory.hasty,
    mastersBefore: memory.masters,
    statuses: host.process?.status().instances ?? [],
    released: host.process === null && host.releasesVips,
    excused: host.kernel.pending > 0 || worldNow < memory.excusedUntil,
    lastAdvertAt: memory.lastAdvertAt,
    failingFor: failingSince === null ? null : micros((worldNow - failingSince) * SLOWEST_CLOCK),
    stalledUntil: memory.stallEndedAt,
  };
}

function beginNext(memory: Memory, { host, now, frames, statuses, excused }: Episode): void {
  memory.revision = excused ? null : host.kernel.revision;
  memory.masters = new Set(statuses.filter(({ state }) => state === 'MASTER').map(({ name }) => name));
  for (const instance of host.config.vrrpInstances) {
    if (!memory.masters.has(instance.name)) memory.lastAdvertAt.delete(instance.vrid);
    else if (advertsOf(frames, instance).length > 0) memory.lastAdvertAt.set(instance.vrid, now);
  }
  memory.frames = [];
  memory.transitions = [];
  memory.said = [];
  memory.hasty = [];
}

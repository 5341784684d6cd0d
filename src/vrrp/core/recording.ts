/** A run of the VRRP core as text: one JSON line per event, with the time at which the core saw it and what it ordered. A
 *  replay feeds the same events to the same core; where it then orders something else, the core is another one. */
import { err, ok, type Result } from '../../base/result.ts';
import { type Instant, instant } from '../../base/units.ts';
import type { VrrpGlobals } from '../../config/model/global.ts';
import type { VrrpAction } from './actions.ts';
import type { VrrpEvent } from './events.ts';
import { stepNode } from './node.ts';
import { type NodeState, newNode } from './node-state.ts';

/** Raised whenever an older recording could not be replayed. */
const FORMAT = 1;

export interface RecordedStep {
  readonly at: Instant;
  /** in the first step of a process: what its core began with */
  readonly globals?: VrrpGlobals;
  readonly event: VrrpEvent;
  /** what the core that was recorded ordered, in order */
  readonly ordered: readonly VrrpAction['kind'][];
}

/** The first line of a recording. `startedWall`: milliseconds since 1970 at the instant `startedAt`. */
export interface RecordingHead {
  readonly version: string;
  readonly host: string;
  readonly startedWall: number;
  readonly startedAt: Instant;
}

export const headLine = (head: RecordingHead): string => JSON.stringify({ vipd_recording: FORMAT, ...head });

export const stepLine = ({ event, ...step }: RecordedStep): string =>
  JSON.stringify({ ...step, event: withTextBytes(event) });

/** Errors: not a recording, or one of another format. */
export function parseHead(line: string): Result<RecordingHead, string> {
  const value = parseObject(line);
  if (value === null || !('vipd_recording' in value)) return err('this is no recording of vipd');
  const { vipd_recording: format, version, host, startedWall, startedAt } = value;
  if (format !== FORMAT) return err(`the recording has format ${String(format)}, this vipd reads ${FORMAT}`);
  return ok({
    version: String(version),
    host: String(host),
    startedWall: Number(startedWall),
    startedAt: instant(Number(startedAt)),
  });
}

/** Errors: a line that was cut, as the last one of a killed daemon is. */
export function parseStep(line: string): Result<RecordedStep, string> {
  const value = parseObject(line);
  if (value === null || !('event' in value) || typeof value['at'] !== 'number') {
    return err('this line is no recorded event');
  }
  const { at, event, ordered, globals } = value;
  return ok({
    at: instant(at),
    ...(globals === undefined ? {} : { globals: globals as VrrpGlobals }),
    event: withBytes(event as TextEvent),
    ordered: ordered as readonly VrrpAction['kind'][],
  });
}

type TextEvent = VrrpEvent & { readonly packet?: { readonly payload: unknown } };

/** Only a packet has bytes: as hexadecimal text. */
function withTextBytes(event: VrrpEvent): unknown {
  if (event.kind !== 'packet_received') return event;
  const { packet } = event;
  const payload = [...packet.payload].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { ...event, packet: { ...packet, payload } };
}

function withBytes(event: TextEvent): VrrpEvent {
  if (event.kind !== 'packet_received') return event;
  const pairs = String(event.packet.payload).match(/../g) ?? [];
  const payload = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  return { ...event, packet: { ...event.packet, payload } };
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export interface ReplayedStep {
  readonly actions: readonly VrrpAction[];
  /** false: this core ordered something else than the recorded one */
  readonly asRecorded: boolean;
}

/** A core that goes through a recording. */
export function createReplay(): (step: RecordedStep) => ReplayedStep {
  let node: NodeState | null = null;
  return ({ at, globals, event, ordered }) => {
    if (globals !== undefined) node = newNode(globals);
    if (node === null) return { actions: [], asRecorded: false }; // the beginning is missing
    const [next, actions] = stepNode(node, event, at);
    node = next;
    const kinds = actions.map(({ kind }) => kind);
    const asRecorded = kinds.length === ordered.length && kinds.every((kind, i) => kind === ordered[i]);
    return { actions, asRecorded };
  };
}

/** The core, telling `write` each step that it takes. */
export function recording(write: (step: RecordedStep) => void): typeof stepNode {
  let isFirst = true;
  return (node, event, now) => {
    const step = stepNode(node, event, now);
    const ordered = step[1].map(({ kind }) => kind);
    write({ at: now, ...(isFirst ? { globals: node.globals } : {}), event, ordered });
    isFirst = false;
    return step;
  };
}

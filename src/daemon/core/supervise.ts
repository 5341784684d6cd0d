/** The parent's decisions about its children, as a pure machine: start, respawn with back-off, permanent exits, orderly
 *  stop. The shell (parent.ts) owns the real processes and carries out the actions.
 *
 *      absent ──wanted──▶ running ──crash──▶ waiting ──deadline──▶ running
 *                            │  └─permanent exit─▶ stop everything, exit with its status
 *                            └─unwanted or stop──▶ stopping ──deadline──▶ killed
 */
import { exhaustive } from '../../base/never.ts';
import { after, earliest, elapsed, type Instant, type Micros, seconds } from '../../base/units.ts';
import type { ChildName } from '../ipc.ts';

export const CHILD_NAMES: readonly ChildName[] = ['checkers', 'vrrp', 'bfd'];

/** Exit statuses that a restart cannot mend: fatal, configuration, missing permission (behaviour of keepalived, 1). */
const PERMANENT_EXITS: ReadonlySet<number> = new Set([1, 2, 4]);
/** A child that lived this long was healthy: the back-off starts anew. */
export const HEALTHY_LIFE = seconds(60);
const RESPAWN_DELAYS = [0, 1, 2, 4, 8, 16, 32, 60].map(seconds);

export type ChildState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'running'; readonly since: Instant; readonly quickDeaths: number }
  | { readonly kind: 'waiting'; readonly respawnAt: Instant; readonly quickDeaths: number }
  | { readonly kind: 'stopping'; readonly killAt: Instant | null };

export interface Supervision {
  readonly settings: { readonly respawn: boolean; readonly stopLimit: Micros };
  readonly wanted: readonly ChildName[];
  readonly children: Readonly<Record<ChildName, ChildState>>;
  /** set once the daemon is on its way out */
  readonly leaving: { readonly exitCode: number } | null;
}

export type SupervisionEvent =
  | { readonly kind: 'children_wanted'; readonly children: readonly ChildName[] }
  | {
      readonly kind: 'child_exited';
      readonly child: ChildName;
      readonly status: number | null;
      readonly signal: string | null;
    }
  | { readonly kind: 'stop_requested'; readonly exitCode: number }
  | { readonly kind: 'time_passed' };

export type SupervisionAction =
  | { readonly kind: 'start_child'; readonly child: ChildName }
  | { readonly kind: 'terminate_child'; readonly child: ChildName }
  | { readonly kind: 'kill_child'; readonly child: ChildName }
  /** what a crashed child may have left in the kernel must go before it is started again */
  | { readonly kind: 'release_leftovers'; readonly child: ChildName }
  | { readonly kind: 'report_crash'; readonly child: ChildName; readonly how: string; readonly delay: Micros }
  | { readonly kind: 'exit'; readonly exitCode: number };

type Step = readonly [Supervision, readonly SupervisionAction[]];

export const initialSupervision = (settings: Supervision['settings']): Supervision => ({
  settings,
  wanted: [],
  children: { vrrp: { kind: 'absent' }, checkers: { kind: 'absent' }, bfd: { kind: 'absent' } },
  leaving: null,
});

export function supervise(state: Supervision, event: SupervisionEvent, now: Instant): Step {
  switch (event.kind) {
    case 'children_wanted':
      return adjust({ ...state, wanted: event.children }, now);
    case 'child_exited':
      return afterExit(state, event, now);
    case 'stop_requested':
      return leave(state, event.exitCode, now);
    case 'time_passed':
      return fireDeadlines(state, now);
    default:
      return exhaustive(event);
  }
}

export function nextSupervisionDeadline(state: Supervision): Instant | null {
  return earliest(...CHILD_NAMES.map((name) => childDeadline(state.children[name])));
}

function childDeadline(child: ChildState): Instant | null {
  if (child.kind === 'waiting') return child.respawnAt;
  return child.kind === 'stopping' ? child.killAt : null;
}

/** Starts what is wanted and absent, stops what runs unwanted. */
function adjust(state: Supervision, now: Instant): Step {
  if (state.leaving !== null) return [state, []];
  const children = { ...state.children };
  const actions: SupervisionAction[] = [];
  for (const name of CHILD_NAMES) {
    const child = children[name];
    const wanted = state.wanted.includes(name);
    if (wanted && child.kind === 'absent') {
      children[name] = { kind: 'running', since: now, quickDeaths: 0 };
      actions.push({ kind: 'start_child', child: name });
    } else if (!wanted && child.kind === 'running') {
      children[name] = { kind: 'stopping', killAt: after(now, state.settings.stopLimit) };
      actions.push({ kind: 'terminate_child', child: name });
    } else if (!wanted && child.kind === 'waiting') {
      children[name] = { kind: 'absent' };
    }
  }
  return [{ ...state, children }, actions];
}

function afterExit(
  state: Supervision,
  event: Extract<SupervisionEvent, { kind: 'child_exited' }>,
  now: Instant,
): Step {
  const child = state.children[event.child];
  const gone: Supervision = { ...state, children: { ...state.children, [event.child]: { kind: 'absent' } } };
  if (child.kind === 'stopping' || state.leaving !== null) {
    // A child that was killed because it did not stop in time did not clean up either.
    const leftovers: SupervisionAction[] =
      event.status === 0 ? [] : [{ kind: 'release_leftovers', child: event.child }];
    const [next, actions] = state.leaving === null ? adjust(gone, now) : exitWhenAlone(gone);
    return [next, [...leftovers, ...actions]];
  }
  const release: SupervisionAction = { kind: 'release_leftovers', child: event.child };
  if (event.status !== null && (PERMANENT_EXITS.has(event.status) || !state.settings.respawn)) {
    const [next, actions] = leave(gone, event.status, now);
    return [next, [release, ...actions]];
  }
  if (!state.settings.respawn) {
    const [next, actions] = leave(gone, 1, now);
    return [next, [release, ...actions]];
  }
  return respawnLater(gone, event, { crashed: child, release, now });
}

function respawnLater(
  state: Supervision,
  event: Extract<SupervisionEvent, { kind: 'child_exited' }>,
  crash: { readonly crashed: ChildState; readonly release: SupervisionAction; readonly now: Instant },
): Step {
  const { crashed, release, now } = crash;
  const healthy = crashed.kind === 'running' && elapsed(crashed.since, now) >= HEALTHY_LIFE;
  const deaths = healthy || crashed.kind !== 'running' ? 0 : crashed.quickDeaths;
  const delay = RESPAWN_DELAYS[Math.min(deaths, RESPAWN_DELAYS.length - 1)] ?? HEALTHY_LIFE;
  const how = event.signal === null ? `exited with status ${event.status}` : `was ended by ${event.signal}`;
  const report: SupervisionAction = { kind: 'report_crash', child: event.child, how, delay };
  const waiting: ChildState = { kind: 'waiting', respawnAt: after(now, delay), quickDeaths: deaths + 1 };
  const next = { ...state, children: { ...state.children, [event.child]: waiting } };
  const [started, actions] = fireDeadlines(next, now);
  return [started, [report, release, ...actions]];
}

function leave(state: Supervision, exitCode: number, now: Instant): Step {
  if (state.leaving !== null) return [state, []];
  const children = { ...state.children };
  const actions: SupervisionAction[] = [];
  for (const name of CHILD_NAMES) {
    const child = children[name];
    if (child.kind === 'running') {
      children[name] = { kind: 'stopping', killAt: after(now, state.settings.stopLimit) };
      actions.push({ kind: 'terminate_child', child: name });
    } else if (child.kind === 'waiting') {
      children[name] = { kind: 'absent' };
    }
  }
  const [next, exit] = exitWhenAlone({ ...state, children, leaving: { exitCode } });
  return [next, [...actions, ...exit]];
}

function exitWhenAlone(state: Supervision): Step {
  const alone = CHILD_NAMES.every((name) => state.children[name].kind === 'absent');
  return [state, alone && state.leaving !== null ? [{ kind: 'exit', exitCode: state.leaving.exitCode }] : []];
}

function fireDeadlines(state: Supervision, now: Instant): Step {
  const children = { ...state.children };
  const actions: SupervisionAction[] = [];
  for (const name of CHILD_NAMES) {
    const child = children[name];
    if (child.kind === 'waiting' && child.respawnAt <= now) {
      children[name] = { kind: 'running', since: now, quickDeaths: child.quickDeaths };
      actions.push({ kind: 'start_child', child: name });
    } else if (child.kind === 'stopping' && child.killAt !== null && child.killAt <= now) {
      children[name] = { kind: 'stopping', killAt: null };
      actions.push({ kind: 'kill_child', child: name });
    }
  }
  return [{ ...state, children }, actions];
}

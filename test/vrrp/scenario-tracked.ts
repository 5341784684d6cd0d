/** Groups and trackers of a scenario, from their words. */
import { seconds } from '../../src/base/units.ts';
import type {
  TrackedObject,
  TrackFile,
  TrackProcess,
  VrrpScript,
  VrrpSyncGroup,
} from '../../src/config/model/vrrp.ts';
import type { ProgramResult } from '../../src/ports/programs.ts';
import { vrrpInstance } from '../../src/sim/topology.ts';
import type { TrackerConfigs, TrackerEvent } from '../../src/track/core/trackers.ts';
import { bfdInstance } from '../bfd/model.ts';
import type { Words } from './scenario-words.ts';

const TRACKED = { scripts: 'script', files: 'file', processes: 'process', sessions: 'bfd' } as const;

/** `scripts=chk:-20,other:0:reverse files=f:1 processes=web` */
export const trackedOf = (words: Words): readonly TrackedObject[] =>
  Object.entries(TRACKED).flatMap(([key, kind]) =>
    (words[key] ?? '')
      .split(',')
      .filter((text) => text !== '')
      .map((text) => {
        const [name = '', weight = '0', reverse = ''] = text.split(':');
        return { kind, name, weight: Number(weight), reverse: reverse === 'reverse' };
      }),
  );

export const groupOf = ([name = 'G', ...members]: readonly string[]): VrrpSyncGroup => ({
  name,
  members,
  trackingWeight: false,
  notify: vrrpInstance().notify,
});

const scriptOf = (name: string, words: Words): VrrpScript => ({
  name,
  command: { argv: [words['command'] ?? `/bin/${name}`], user: null },
  interval: seconds(Number(words['interval'] ?? 1)),
  timeout: seconds(Number(words['timeout'] ?? 1)),
  weight: 0,
  reverse: false,
  rise: Number(words['rise'] ?? 1),
  fall: Number(words['fall'] ?? 1),
  initFail: 'init_fail' in words,
});

const fileOf = (name: string): TrackFile => ({
  name,
  path: `/run/${name}`,
  weight: 1,
  reverse: false,
  initial: null,
});

const processOf = (name: string, words: Words): TrackProcess => ({
  name,
  command: [name],
  fullCommand: false,
  parameters: null,
  weight: 0,
  reverse: false,
  quorum: Number(words['quorum'] ?? 1),
  quorumMax: 'quorum_max' in words ? Number(words['quorum_max']) : null,
  terminateDelay: seconds(Number(words['terminate_delay'] ?? 0)),
  forkDelay: seconds(Number(words['fork_delay'] ?? 0)),
});

export const NO_TRACKERS: TrackerConfigs = { scripts: [], files: [], processes: [], sessions: [] };

/** `script chk rise=2`, `file load`, `process web quorum=2`, `session b1` */
export function withTracker(
  all: TrackerConfigs,
  kind: 'script' | 'file' | 'process' | 'session',
  name: string | undefined,
  words: Words,
): TrackerConfigs {
  switch (kind) {
    case 'script':
      return { ...all, scripts: [...all.scripts, scriptOf(name ?? 'chk', words)] };
    case 'file':
      return { ...all, files: [...all.files, fileOf(name ?? 'f')] };
    case 'process':
      return { ...all, processes: [...all.processes, processOf(name ?? 'p', words)] };
    case 'session':
      return { ...all, sessions: [...all.sessions, bfdInstance({ name: name ?? 'b1' })] };
  }
}

/** `0`, `1` …, `timed_out`, `SIGSEGV`, `ENOENT` */
export function resultOf(how: string): ProgramResult {
  if (/^\d+$/.test(how)) return { kind: 'exited', status: Number(how) };
  if (how === 'timed_out') return { kind: 'timed_out' };
  if (how.startsWith('SIG')) return { kind: 'killed', signal: how };
  return { kind: 'not_started', error: { code: how, attempted: 'run it', detail: 'it does not exist' } };
}

/** `content load 5`, `content load gone`, `count web 3`, `session_is b1 up` */
export function trackerEventOf(command: string, [name = '', what = '']: readonly string[]): TrackerEvent {
  switch (command) {
    case 'content':
      return { kind: 'file_read', tracker: `file ${name}`, content: what === 'gone' ? null : what };
    case 'count':
      return { kind: 'processes_counted', tracker: `process ${name}`, count: Number(what) };
    default:
      return { kind: 'session_told', tracker: `bfd ${name}`, verdict: what === 'up' ? 'up' : 'down' };
  }
}

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
import type { Words } from './scenario-words.ts';

const TRACKED = { scripts: 'script', files: 'file', processes: 'process' } as const;

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

export const scriptOf = (name: string, words: Words): VrrpScript => ({
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

export const fileOf = (name: string): TrackFile => ({
  name,
  path: `/run/${name}`,
  weight: 1,
  reverse: false,
  initial: null,
});

export const processOf = (name: string, words: Words): TrackProcess => ({
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

/** `0`, `1` …, `timed_out`, `SIGSEGV`, `ENOENT` */
export function resultOf(how: string): ProgramResult {
  if (/^\d+$/.test(how)) return { kind: 'exited', status: Number(how) };
  if (how === 'timed_out') return { kind: 'timed_out' };
  if (how.startsWith('SIG')) return { kind: 'killed', signal: how };
  return { kind: 'not_started', error: { code: how, attempted: 'run it', detail: 'it does not exist' } };
}

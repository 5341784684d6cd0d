/** The sections of keepalived.data about sync groups and what is tracked; pure, as dump-vrrp.ts. */
import type { BfdInstance } from '../config/model/bfd.ts';
import type { Config } from '../config/model/config.ts';
import type {
  TrackedObject,
  TrackFile,
  TrackProcess,
  VrrpInstance,
  VrrpScript,
  VrrpSyncGroup,
} from '../config/model/vrrp.ts';
import type { VrrpStatus } from '../vrrp/core/status.ts';
import type { TrackerStatus } from '../vrrp/core/tracker-status.ts';
import { heading, optional, shortSeconds } from './dump-text.ts';
import { notifyLines, weightText, wholeSeconds } from './dump-vrrp.ts';

export function trackedSections(config: Config, status: VrrpStatus | null): readonly string[] {
  const { vrrpInstances: instances } = config;
  const now = (kind: TrackedObject['kind'], name: string): TrackerStatus | null =>
    status?.trackers.find((tracker) => tracker.kind === kind && tracker.name === name) ?? null;
  return [
    ...section(
      'VRRP Sync groups',
      config.vrrpSyncGroups.flatMap((group) => groupLines(group, status)),
    ),
    ...section(
      'VRRP Scripts',
      config.vrrpScripts.flatMap((script) => scriptLines(script, now('script', script.name), instances)),
    ),
    ...section(
      'VRRP Track files',
      config.trackFiles.flatMap((file) => fileLines(file, now('file', file.name), instances)),
    ),
    ...section(
      'VRRP Track processes',
      config.trackProcesses.flatMap((process) =>
        processLines(process, now('process', process.name), instances),
      ),
    ),
    ...section(
      'VRRP Track BFDs',
      config.bfdInstances
        .filter(({ forVrrp }) => forVrrp)
        .flatMap((session) => sessionLines(session, now('bfd', session.name), instances)),
    ),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [...heading(title), ...lines];

/** The group's state is its members': they change together. */
function groupLines(group: VrrpSyncGroup, status: VrrpStatus | null): readonly string[] {
  const state = status?.groups.find(({ name }) => name === group.name)?.state;
  return [
    ` VRRP Sync Group = ${group.name}${state === undefined ? '' : `, ${state}`}`,
    '   VRRP member instances :',
    ...group.members.map((name) => `     ${name}`),
    ...optional(group.trackingWeight, '   sync_group_tracking_weight = true'),
    ...notifyLines(group.notify),
  ];
}

/** Result is the level between 0 and rise + fall - 1 (behaviour.md section 6.1). */
function scriptLines(
  script: VrrpScript,
  now: TrackerStatus | null,
  instances: readonly VrrpInstance[],
): readonly string[] {
  const status = now?.state === 'up' ? 'GOOD' : 'BAD';
  return [
    ` VRRP Script = ${script.name}`,
    `   Command = ${script.command.argv.map((word) => `'${word}'`).join(' ')}`,
    `   Interval = ${wholeSeconds(script.interval)}`,
    `   Timeout = ${wholeSeconds(script.timeout)}`,
    `   Weight = ${script.weight}${script.reverse ? ' reverse' : ''}`,
    `   Rise = ${script.rise}`,
    `   Fall = ${script.fall}`,
    ...(now === null
      ? []
      : [`   Result = ${now.value ?? 0}`, `   Status = ${now.state === 'unknown' ? 'unknown' : status}`]),
    ...trackingLines('script', script.name, instances),
    ...(now === null ? [] : [`   State = ${now.running ? 'running' : 'idle'}`]),
  ];
}

const fileLines = (
  file: TrackFile,
  now: TrackerStatus | null,
  instances: readonly VrrpInstance[],
): readonly string[] => [
  ` Track file = ${file.name}`,
  `   File = ${file.path}`,
  ...optional(now !== null, `   Status = ${now?.value ?? 0}`),
  `   Weight = ${file.weight}${file.reverse ? ' reverse' : ''}`,
  ...trackingLines('file', file.name, instances),
];

function processLines(
  process: TrackProcess,
  now: TrackerStatus | null,
  instances: readonly VrrpInstance[],
): readonly string[] {
  const [command, ...parameters] = process.command;
  return [
    ` Track process = ${process.name}`,
    `   Process = ${command}`,
    ...optional(parameters.length > 0, `   Parameters = ${parameters.join(' ')}`),
    ...optional(process.parameters !== null, `   Param match = ${process.parameters}`),
    `   Min processes = ${process.quorum}`,
    ...optional(process.quorumMax !== null, `   Max processes = ${process.quorumMax}`),
    ...(now === null
      ? []
      : [`   Current processes = ${now.value ?? 0}`, `   Have quorum = ${now.state === 'up'}`]),
    `   Weight = ${process.weight}${process.reverse ? ' reverse' : ''}`,
    `   Terminate delay = ${shortSeconds(process.terminateDelay)}s`,
    `   Fork delay = ${shortSeconds(process.forkDelay)}s`,
    `   Full command = ${process.fullCommand}`,
    ...trackingLines('process', process.name, instances),
  ];
}

const sessionLines = (
  session: BfdInstance,
  now: TrackerStatus | null,
  instances: readonly VrrpInstance[],
): readonly string[] => [
  ` VRRP Track BFD = ${session.name}`,
  `   Weight = ${session.weight}${session.reverse ? ' reverse' : ''}`,
  ...(now === null ? [] : [`   Bfd is ${now.state}`]),
  ...trackingLines('bfd', session.name, instances),
];

function trackingLines(
  kind: TrackedObject['kind'],
  name: string,
  instances: readonly VrrpInstance[],
): readonly string[] {
  const lines = instances.flatMap((instance) =>
    instance.trackers
      .filter((tracked) => tracked.kind === kind && tracked.name === name)
      .map((tracked) => `     ${instance.name}, ${weightText(tracked)}`),
  );
  return lines.length === 0 ? [] : ['   Tracking instances :', ...lines];
}

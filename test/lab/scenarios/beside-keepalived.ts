/** The daemon under test as one director of a pair whose other is the real keepalived, in both roles:
 *  election, stop with priority 0, preemption, loss, and what each says of the other. */
import { type Capture, captureVrrpAndArp } from '../harness/capture.ts';
import { now, pause } from '../harness/clock.ts';
import { type Daemon, type DaemonKind, daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { PATIENCE_MS, startPair } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

/** Times are seconds; `heard` are distinct `source priority` of adverts; `announced` counts the new
 *  master's gratuitous ARPs. */
interface RoleSteps {
  readonly elected: {
    readonly holders: readonly string[];
    readonly heard: readonly string[];
    readonly announced: number;
  };
  readonly stopped: {
    readonly takeover: number;
    readonly heard: readonly string[];
    readonly announced: number;
  };
  readonly preempted: { readonly holders: readonly string[]; readonly announced: number };
  readonly cut: { readonly takeover: number; readonly announced: number };
  /** lines in which either complained of the other */
  readonly complaints: readonly string[];
  /** the longest time in which both held the VIP */
  readonly overlap: number;
}

export interface BesideScenarios {
  readonly asFirst: RoleSteps;
  readonly asSecond: RoleSteps;
}

/** Five announcements at once, and the lateness of a capture. */
const BURST_MS = 500;

playScenarios<BesideScenarios>({
  asFirst: (stage, note) => playRole(stage, note, [daemonUnderTest(), 'keepalived']),
  asSecond: (stage, note) => playRole(stage, note, ['keepalived', daemonUnderTest()]),
});

/** Words of a router that does not like what it hears. What a preempting router says of the lower priority
 *  is none of them. */
const COMPLAINT =
  /bogus|bad |wrong|mismatch|invalid|incorrect|malformed|checksum|unexpected|error|fail|ttl|ignor/i;

async function playRole(
  stage: Stage,
  note: Note<RoleSteps>,
  kinds: readonly [DaemonKind, DaemonKind],
): Promise<void> {
  const capture = await captureVrrpAndArp(stage.client);
  const daemons: Daemon[] = [];
  try {
    await playElection(stage, note, capture, kinds, daemons);
    await playLoss(stage, note, capture);
  } finally {
    note('complaints', complaints(daemons));
    note('overlap', stage.watch.overlapMax());
  }
}

/** Start, stop and restart of the first director; what runs is added to `daemons`. */
async function playElection(
  stage: Stage,
  note: Note<RoleSteps>,
  capture: Capture,
  kinds: readonly [DaemonKind, DaemonKind],
  daemons: Daemon[],
): Promise<void> {
  const { lvs01, lvs02, watch, stopwatch } = stage;
  daemons.push(...(await startPair(stage, kinds, [])));
  const electedAt = now();
  await pause(4000); // longer than a second master that hears nothing would need
  note('elected', {
    holders: watch.holders(),
    heard: heard(capture, electedAt),
    announced: capture.announcements(VIP).length,
  });

  const stoppedAt = now();
  const ended = daemons[0]?.stop();
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await ended;
  await pause(BURST_MS);
  note('stopped', {
    takeover: stopwatch.seconds(stoppedAt, takenAt),
    heard: heard(capture, stoppedAt, lvs01),
    announced: capture.announcements(VIP, stoppedAt).length,
  });

  const restartedAt = now();
  daemons.push(stage.follow(startDaemon(kinds[0], lvs01, quickConfig(FIRST, []))));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await pause(BURST_MS);
  note('preempted', {
    holders: watch.holders(),
    announced: capture.announcements(VIP, restartedAt).length,
  });
}

async function playLoss(stage: Stage, note: Note<RoleSteps>, capture: Capture): Promise<void> {
  const { lvs01, lvs02, watch, stopwatch } = stage;
  const cutAt = now();
  await stage.cut(lvs01);
  const lostTo = await watch.soleHolder(lvs02, PATIENCE_MS);
  await pause(BURST_MS);
  note('cut', {
    takeover: stopwatch.seconds(cutAt, lostTo),
    announced: capture.announcements(VIP, cutAt).length,
  });
}

const heard = (capture: Capture, from: number, host?: Host): readonly string[] => [
  ...new Set(
    capture
      .adverts(from)
      .filter(({ source }) => host === undefined || source === host.address)
      .map(({ source, priority }) => `${source} ${priority}`),
  ),
];

/** Of the other: what is said of an own interface that is gone does not count. */
const complaints = (daemons: readonly Daemon[]): readonly string[] =>
  daemons.flatMap(({ host, lines }) =>
    lines
      .filter(({ text }) => COMPLAINT.test(text) && !/advert error|No such device|Network is/.test(text))
      .map(({ text }) => `${host.name}: ${text}`),
  );

/** The daemon under test as one director of a pair whose other is the real keepalived, in both roles: election, stop with priority 0,
 *  preemption, and what each says of the other. */

import { type Capture, captureVrrpAndArp } from '../harness/capture.ts';
import { now, pause } from '../harness/clock.ts';
import { type Daemon, type DaemonKind, daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { PATIENCE_MS, startPair } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

export interface Role {
  /** who holds the VIP after the election; priorities heard while it was master, besides those of the election itself */
  readonly elected: {
    readonly holders: readonly string[];
    readonly heard: readonly string[];
    readonly announced: number;
  };
  /** from the stop of the first director to the VIP on the second */
  readonly stopped: { readonly takeover: number; readonly heard: readonly string[] };
  /** from the link cut of the first director to the VIP on the second */
  readonly cut: { readonly takeover: number };
  readonly preempted: { readonly holders: readonly string[]; readonly announced: number };
  /** lines in which either complains of the other */
  readonly complaints: readonly string[];
  /** the longest time in which both held the VIP, seconds */
  readonly overlap: number;
}

export interface BesideScenarios {
  readonly asFirst: Role;
  readonly asSecond: Role;
}

playScenarios({
  asFirst: (stage) => playRole(stage, [daemonUnderTest(), 'keepalived']),
  asSecond: (stage) => playRole(stage, ['keepalived', daemonUnderTest()]),
});

/** Words of a router that does not like what it hears; the first director's lower-priority remark is part of preemption. */
const COMPLAINT =
  /bogus|bad |wrong|mismatch|invalid|incorrect|malformed|checksum|unexpected|error|fail|ttl|ignor/i;

async function playRole(stage: Stage, kinds: readonly [DaemonKind, DaemonKind]): Promise<Role> {
  const { lvs01, lvs02, watch } = stage;
  const capture = await captureVrrpAndArp(stage.client);
  const [first, second] = await startPair(stage, kinds, []);
  const electedAt = now();
  await pause(2500); // two adverts at least
  const elected = {
    holders: watch.holders(),
    heard: heard(capture, electedAt),
    announced: capture.announcements(VIP).length,
  };

  const stoppedAt = now();
  const ended = first.stop();
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await ended;
  const stopped = {
    takeover: stage.stopwatch.seconds(stoppedAt, takenAt),
    heard: heard(capture, stoppedAt, lvs01),
  };

  const restartedAt = now();
  const again = stage.follow(startDaemon(kinds[0], lvs01, quickConfig(FIRST, [])));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await pause(500);
  const preempted = { holders: watch.holders(), announced: capture.announcements(VIP, restartedAt).length };

  const cutAt = now();
  await stage.cut(lvs01);
  const cut = { takeover: stage.stopwatch.seconds(cutAt, await watch.soleHolder(lvs02, PATIENCE_MS)) };
  return {
    elected,
    stopped,
    preempted,
    cut,
    complaints: complaints([first, second, again]),
    overlap: watch.overlapMax(),
  };
}

/** Distinct `source priority` of the adverts since `from`. */
const heard = (capture: Capture, from: number, host?: Host): readonly string[] => [
  ...new Set(
    capture
      .adverts(from)
      .filter(({ source }) => host === undefined || source === host.address)
      .map(({ source, priority }) => `${source} ${priority}`),
  ),
];

const complaints = (daemons: readonly Daemon[]): readonly string[] =>
  daemons.flatMap(({ host, lines }) =>
    lines.filter(({ text }) => COMPLAINT.test(text)).map(({ text }) => `${host.name}: ${text}`),
  );

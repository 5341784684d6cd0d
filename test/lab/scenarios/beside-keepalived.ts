/** The daemon under test as one director of a pair whose other is the real keepalived, in both roles: election, stop with priority 0,
 *  preemption, loss, and what each says of the other. */
import { type Capture, captureVrrpAndArp } from '../harness/capture.ts';
import { now, pause } from '../harness/clock.ts';
import { type Daemon, type DaemonKind, daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { quickConfig } from '../harness/quick-config.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { FIRST } from '../harness/seed-config.ts';
import { PATIENCE_MS, startPair } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

/** Times are seconds; `heard` are distinct `source priority` of adverts; `announced` counts gratuitous ARPs for the VIP. */
interface RoleSteps {
  readonly elected: {
    readonly holders: readonly string[];
    readonly heard: readonly string[];
    readonly announced: number;
  };
  readonly stopped: { readonly takeover: number; readonly heard: readonly string[] };
  readonly preempted: { readonly holders: readonly string[]; readonly announced: number };
  readonly cut: { readonly takeover: number };
  readonly ended: {
    /** lines in which either complains of the other */
    readonly complaints: readonly string[];
    /** the longest time in which both held the VIP */
    readonly overlap: number;
  };
}

export interface BesideScenarios {
  readonly asFirst: RoleSteps;
  readonly asSecond: RoleSteps;
}

playScenarios<BesideScenarios>({
  asFirst: (stage, note) => playRole(stage, note, [daemonUnderTest(), 'keepalived']),
  asSecond: (stage, note) => playRole(stage, note, ['keepalived', daemonUnderTest()]),
});

/** Words of a router that does not like what it hears. What a preempting router says of the lower priority is none of them. */
const COMPLAINT =
  /bogus|bad |wrong|mismatch|invalid|incorrect|malformed|checksum|unexpected|error|fail|ttl|ignor/i;

async function playRole(
  stage: Stage,
  note: Note<RoleSteps>,
  kinds: readonly [DaemonKind, DaemonKind],
): Promise<void> {
  const { lvs01, lvs02, watch, stopwatch } = stage;
  const capture = await captureVrrpAndArp(stage.client);
  const [first, second] = await startPair(stage, kinds, []);
  const electedAt = now();
  await pause(2500); // two adverts at least
  note('elected', {
    holders: watch.holders(),
    heard: heard(capture, electedAt),
    announced: capture.announcements(VIP).length,
  });

  const stoppedAt = now();
  const ended = first.stop();
  const takenAt = await watch.soleHolder(lvs02, PATIENCE_MS);
  await ended;
  note('stopped', {
    takeover: stopwatch.seconds(stoppedAt, takenAt),
    heard: heard(capture, stoppedAt, lvs01),
  });

  const restartedAt = now();
  const again = stage.follow(startDaemon(kinds[0], lvs01, quickConfig(FIRST, [])));
  await watch.soleHolder(lvs01, PATIENCE_MS);
  await pause(500);
  note('preempted', { holders: watch.holders(), announced: capture.announcements(VIP, restartedAt).length });

  const cutAt = now();
  await stage.cut(lvs01);
  const lostTo = await watch.soleHolder(lvs02, PATIENCE_MS);
  note('cut', { takeover: stopwatch.seconds(cutAt, lostTo) });
  note('ended', { complaints: complaints([first, second, again], cutAt), overlap: watch.overlapMax() });
}

const heard = (capture: Capture, from: number, host?: Host): readonly string[] => [
  ...new Set(
    capture
      .adverts(from)
      .filter(({ source }) => host === undefined || source === host.address)
      .map(({ source, priority }) => `${source} ${priority}`),
  ),
];

/** Said before `until`: after it an interface is gone, which is worth a complaint. */
const complaints = (daemons: readonly Daemon[], until: number): readonly string[] =>
  daemons.flatMap(({ host, lines }) =>
    lines
      .filter(({ at, text }) => at < until && COMPLAINT.test(text))
      .map(({ text }) => `${host.name}: ${text}`),
  );

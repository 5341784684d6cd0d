/** BFD_CHECK on a real table: one real server speaks keepalived's BFD, the other vipd's. Each leaves the table with its
 *  session and returns with it; a crash of the director's BFD process leaves the table alone. */
import { now, pause } from '../harness/clock.ts';
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { PATIENCE_MS, removed, returned } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

/** Seconds from the deed to the change of the table. */
interface InAndOut {
  readonly removed: number;
  readonly returned: number;
}

interface BfdSteps {
  /** what the director said when both sessions were up */
  readonly started: readonly string[];
  readonly stopped: InAndOut;
  readonly cut: InAndOut;
  readonly killed: { readonly tableChanges: number };
}

export interface BfdScenarios {
  readonly bfd: BfdSteps;
}

playScenarios<BfdScenarios>({ bfd: playBfd });

async function playBfd(stage: Stage, note: Note<BfdSteps>): Promise<void> {
  const { lvs01, rs01, rs02, stopwatch } = stage;
  const answering = (host: Host, kind: 'vipd' | 'keepalived') =>
    stage.follow(startDaemon(kind, host, session(host.name, lvs01)));
  let first = answering(rs01, 'keepalived');
  answering(rs02, 'vipd');
  const director = stage.follow(startDaemon(daemonUnderTest(), lvs01, configuration([rs01, rs02])));
  for (const server of [rs01, rs02]) {
    await director.line(new RegExp(`\\(${server.name}\\) Entering Up state`), PATIENCE_MS);
    await returned(stage, lvs01, server);
  }
  await director.line(/Received BFD event: instance rs02 is in state Up/, PATIENCE_MS);
  note(
    'started',
    director.lines.map(({ text }) => text).filter((text) => /BFD/.test(text)),
  );

  const outAndIn = async (server: Host, out: () => unknown, back: () => unknown): Promise<InAndOut> => {
    const outAt = now();
    await out();
    const removedAt = await removed(stage, lvs01, server);
    const backAt = now();
    await back();
    const returnedAt = await returned(stage, lvs01, server);
    return { removed: stopwatch.seconds(outAt, removedAt), returned: stopwatch.seconds(backAt, returnedAt) };
  };
  const restart = (): void => {
    first = answering(rs01, 'keepalived');
  };
  note('stopped', await outAndIn(rs01, () => first.stop(), restart));
  note(
    'cut',
    await outAndIn(
      rs02,
      () => stage.cut(rs02),
      () => stage.restore(rs02),
    ),
  );

  const killedAt = now();
  process.kill(await director.pidOf('bfd'), 'SIGKILL');
  for (const server of [rs01, rs02]) {
    await director.line(new RegExp(`\\(${server.name}\\) Entering Up state`), PATIENCE_MS, killedAt);
  }
  await pause(3_500); // by then sessions that are not up would be told to be down
  // the log and not the table: on one processor a short change may pass between two looks
  const told = director.lines.filter(
    ({ at, text }) => at > killedAt && /(Adding|Removing) service/.test(text),
  );
  note('killed', { tableChanges: told.length });
  await director.stop();
}

const session = (name: string, neighbour: Host): string => `bfd_instance ${name} {
    neighbor_ip ${neighbour.address}
    min_rx 200
    min_tx 200
    multiplier 3
}
`;

const configuration = (servers: readonly Host[]): string => `${servers
  .map((server) => session(server.name, server))
  .join('')}
virtual_server ${VIP} 80 {
    lb_algo rr
    lb_kind DR
    protocol TCP
${servers
  .map(
    ({ name, address }) => `    real_server ${address} 80 {
        BFD_CHECK {
            name ${name}
            alpha
        }
    }`,
  )
  .join('\n')}
}
`;

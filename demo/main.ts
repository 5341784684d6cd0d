/** The demo: two directors keep a service alive while parts of it are taken away. Ends with a summary, and
 *  with status 0 only if each step did what the configuration promises.
 *
 *      main [--daemon vipd|keepalived]
 */
import { parseArgs } from 'node:util';
import { pause } from '../test/lab/harness/clock.ts';
import type { DaemonKind } from '../test/lab/harness/daemon.ts';
import { openLab } from '../test/lab/harness/lab.ts';
import { PATIENCE_MS } from '../test/lab/harness/steps.ts';
import {
  loseDatabase,
  reloadForMysql,
  startDatabases,
  startMysqlClient,
  stopDirectors,
} from './mysql-acts.ts';
import { tellKernels } from './narrator.ts';
import { type RunningStage, SHOW_MS, type Stage } from './stage.ts';
import { type Finding, isKept, printSummary } from './summary.ts';
import { openTimeline } from './timeline.ts';
import {
  changePage,
  loseFirstDirector,
  loseWebServer,
  returnFirstDirector,
  startDirectors,
  startWebClient,
  startWebServers,
} from './web-acts.ts';

const write = (text: string): void => void process.stdout.write(text);

async function main(daemonKind: DaemonKind): Promise<void> {
  const timeline = openTimeline(write, process.env['LAB_COLOURS'] === '1');
  const findings: Finding[] = [];
  timeline.title(`${daemonKind}: two directors, two real servers, one client`);
  const lab = await openLab();
  const stage = { lab, timeline, daemonKind };
  tellKernels(timeline, lab, lab.watch);
  try {
    const running = await playWeb(stage, findings);
    await playMysql(running, findings);
  } catch (error) {
    const failure = error instanceof Error ? error.message : `${error}`;
    timeline.say('demo', failure, 'bad');
    findings.push({ what: 'the play was called off', measured: 0, stalled: 0, promised: null, failure });
  }
  printSummary(timeline, write, findings);
  lab.close();
  process.exit(findings.every(isKept) ? 0 : 1);
}

async function playWeb(stage: Stage, findings: Finding[]): Promise<RunningStage> {
  stage.timeline.title(
    'web: LVS-DR, rr, persistence 20 s; TCP_CHECK and HTTP_GET with digest for each real server',
  );
  const servers = await startWebServers(stage);
  const running = await startDirectors(stage);
  findings.push(...running.findings);
  const { client, stop } = startWebClient(stage);
  await client.answered(PATIENCE_MS);
  await pause(SHOW_MS);
  for (const act of [loseFirstDirector, returnFirstDirector, loseWebServer(servers), changePage(servers)]) {
    findings.push(...(await act(running, client)));
  }
  await stop();
  return running;
}

async function playMysql(stage: RunningStage, findings: Finding[]): Promise<void> {
  stage.timeline.title('MySQL: LVS-DR, wlc, weight 3; TCP_CHECK for each database');
  const databases = await startDatabases(stage);
  findings.push(...(await reloadForMysql(stage)));
  const { client, stop } = startMysqlClient(stage);
  await client.answered(PATIENCE_MS);
  await pause(SHOW_MS);
  for (const act of [loseDatabase(databases), stopDirectors]) findings.push(...(await act(stage, client)));
  await stop();
}

const { values } = parseArgs({ options: { daemon: { type: 'string', default: 'vipd' } } });
if (values.daemon === 'vipd' || values.daemon === 'keepalived') void main(values.daemon);
else {
  write(`--daemon is vipd or keepalived, not ${values.daemon}\n`);
  process.exitCode = 2;
}

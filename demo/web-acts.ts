/** The web configuration's acts: a director is lost and returns, a web server dies and returns, a page
 *  changes and is put back. */
import { countByHost } from '../test/lab/harness/answers.ts';
import { type Client, startClient } from '../test/lab/harness/client.ts';
import { now, pause } from '../test/lab/harness/clock.ts';
import { type Daemon, programOf, startDaemon } from '../test/lab/harness/daemon.ts';
import type { Host } from '../test/lab/harness/host.ts';
import { type Director, FIRST, PROMISES, SECOND, webConfig } from '../test/lab/harness/seed-config.ts';
import { allReturned, PATIENCE_MS, removed, returned } from '../test/lab/harness/steps.ts';
import { VIP } from '../test/lab/harness/topology.ts';
import { type WebServer, webServer } from '../test/lab/harness/web-server.ts';
import { tellClient, tellDaemon } from './narrator.ts';
import { type Act, measure, measureOutage, type RunningStage, SHOW_MS, type Stage } from './stage.ts';
import type { Finding } from './summary.ts';

const pageOf = (host: Host): string => `<html><body>This is ${host.name} (${host.address}).</body></html>\n`;

export async function startWebServers({ lab, timeline }: Stage): Promise<readonly WebServer[]> {
  const servers = [lab.rs01, lab.rs02].map((host) => webServer(host, pageOf(host)));
  await Promise.all(servers.map((server) => server.start()));
  timeline.say('rs01', 'nginx serves its page; the VIP is on lo, ARP for it is silenced');
  timeline.say('rs02', 'nginx serves its page; the VIP is on lo, ARP for it is silenced');
  return servers;
}

/** Starts both directors with the web configuration and waits for the first to be master. */
export async function startDirectors(
  stage: Stage,
): Promise<RunningStage & { readonly findings: readonly Finding[] }> {
  const { lab, timeline, daemonKind } = stage;
  const digests = { rs01: await genhash(stage, lab.rs01), rs02: await genhash(stage, lab.rs02) };
  const startedAt = now();
  const start = (host: Host, director: Director): Daemon => {
    timeline.say(host.name, `$ ${daemonKind} -n -l -D -f ${daemonKind}.conf`);
    const daemon = startDaemon(daemonKind, host, webConfig(director, digests));
    tellDaemon(timeline, daemon);
    return daemon;
  };
  const first = start(lab.lvs01, FIRST);
  await first.line(/Entering BACKUP STATE/, PATIENCE_MS); // the other one is started later, as people would
  const second = start(lab.lvs02, SECOND);
  const heldAt = await lab.watch.soleHolder(lab.lvs01, PATIENCE_MS);
  const finding = {
    what: "start: until lvs01 holds the VIP (election, and the programs' start)",
    ...measure(stage, startedAt, heldAt),
    promised: null,
  };
  return { ...stage, first, second, findings: [finding] };
}

/** As the seed has the digests made: by asking each real server, on a director, before the configuration
 *  is written. */
async function genhash({ lab, timeline, daemonKind }: Stage, server: Host): Promise<string> {
  const program = daemonKind === 'vipd' ? [programOf('vipctl'), 'genhash'] : ['genhash'];
  const output = await lab.lvs01.run([...program, '-s', server.address, '-p', '80', '-u', '/']);
  const digest = /[0-9a-f]{32}/.exec(output)?.[0];
  if (digest === undefined) throw new Error(`genhash printed no digest: ${output}`);
  timeline.block(
    'lvs01',
    `$ ${daemonKind === 'vipd' ? 'vipctl ' : ''}genhash -s ${server.address} -p 80 -u /`,
    digest,
  );
  return digest;
}

export function startWebClient({ lab, timeline }: Stage): {
  readonly client: Client;
  readonly stop: () => Promise<void>;
} {
  timeline.say('client', `requests http://${VIP}/ every 20 ms, each on a fresh connection`);
  const client = startClient(lab.client, { kind: 'http', address: VIP, port: 80, path: '/' });
  const hush = tellClient(timeline, client);
  return {
    client,
    async stop() {
      hush();
      await client.stop();
    },
  };
}

export const loseFirstDirector: Act = async (stage, client) => {
  const { lab, timeline } = stage;
  timeline.title('lvs01 is cut off the network');
  const cutAt = now();
  await lab.cut(lab.lvs01);
  const heldAt = await lab.watch.soleHolder(lab.lvs02, PATIENCE_MS);
  await client.answered(PATIENCE_MS, heldAt);
  await pause(SHOW_MS);
  return [
    {
      what: 'lvs01 cut off: outage seen by the client',
      ...measureOutage(stage, client, cutAt),
      promised: PROMISES.takeoverByLvs02,
    },
  ];
};

export const returnFirstDirector: Act = async (stage, client) => {
  const { lab, timeline } = stage;
  timeline.title('lvs01 returns');
  await lab.restore(lab.lvs01);
  const restoredAt = now();
  const heldAt = await lab.watch.soleHolder(lab.lvs01, PATIENCE_MS);
  await client.answered(PATIENCE_MS, heldAt);
  await pause(SHOW_MS);
  return [
    {
      what: 'lvs01 returns: until it has preempted',
      ...measure(stage, restoredAt, heldAt),
      promised: PROMISES.takeoverByLvs01,
    },
    {
      what: 'lvs01 returns: outage seen by the client',
      ...measureOutage(stage, client, restoredAt),
      promised: 0,
    },
  ];
};

/** The web server that answers the client dies: persistence pins the client to it until it is out of the
 *  table. */
export const loseWebServer =
  (servers: readonly WebServer[]): Act =>
  async (stage, client) => {
    await allReturned(stage.lab, stage.lab.lvs01); // its own loss may have cost it its servers
    const answering = Object.keys(countByHost(client.since(now() - SHOW_MS)))[0];
    const server = servers.find(({ host }) => host.name === answering);
    if (server === undefined) throw new Error('nobody answers the client');
    stage.timeline.title(`nginx dies on ${server.host.name}, which answers the client`);
    const diedAt = now();
    await server.stop();
    const removedAt = await removed(stage.lab, stage.lab.lvs01, server.host);
    await client.answered(PATIENCE_MS, removedAt);
    await pause(SHOW_MS);
    const outage = measureOutage(stage, client, diedAt);

    stage.timeline.title(`nginx runs again on ${server.host.name}`);
    await server.start();
    const aliveAt = now();
    const returnedAt = await returned(stage.lab, stage.lab.lvs01, server.host);
    await pause(SHOW_MS);
    const { name } = server.host;
    return [
      {
        what: `nginx dead on ${name}: until it is removed`,
        ...measure(stage, diedAt, removedAt),
        promised: PROMISES.tcpRemoval,
      },
      {
        what: `nginx dead on ${name}: outage seen by the client pinned to it`,
        ...outage,
        promised: PROMISES.tcpRemoval,
      },
      {
        what: `nginx back on ${name}: until it is in the table`,
        ...measure(stage, aliveAt, returnedAt),
        promised: PROMISES.httpReturn,
      },
    ];
  };

export const changePage =
  (servers: readonly WebServer[]): Act =>
  async (stage, client) => {
    const [server] = servers;
    if (server === undefined) throw new Error('there is no web server');
    const { host } = server;
    stage.timeline.title(`the page of ${host.name} changes: its digest is wrong`);
    const changedAt = now();
    server.setPage(`${pageOf(host)}<!-- defaced -->\n`);
    const removedAt = await removed(stage.lab, stage.lab.lvs01, host);
    await client.answered(PATIENCE_MS, removedAt);
    await pause(SHOW_MS);

    stage.timeline.title(`the page of ${host.name} is put back`);
    const restoredAt = now();
    server.setPage(pageOf(host));
    const returnedAt = await returned(stage.lab, stage.lab.lvs01, host);
    await pause(SHOW_MS);
    return [
      {
        what: `page changed on ${host.name}: until it is removed`,
        ...measure(stage, changedAt, removedAt),
        promised: PROMISES.httpRemoval,
      },
      {
        what: `page changed on ${host.name}: outage seen by the client`,
        ...measureOutage(stage, client, changedAt),
        promised: 0,
      },
      {
        what: `page restored on ${host.name}: until it is in the table`,
        ...measure(stage, restoredAt, returnedAt),
        promised: PROMISES.httpReturn,
      },
    ];
  };

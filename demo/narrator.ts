/** Tells the timeline what the lab shows without being asked: the daemons' own words on elections and
 *  checks, the place of the VIP, the IPVS table of the director that holds it after each change, and the
 *  client's view. */
import { type Answer, countByHost } from '../test/lab/harness/answers.ts';
import type { Client } from '../test/lab/harness/client.ts';
import { type Ms, now } from '../test/lab/harness/clock.ts';
import type { Daemon } from '../test/lab/harness/daemon.ts';
import { printTable } from '../test/lab/harness/ipvs-table.ts';
import type { Topology } from '../test/lab/harness/topology.ts';
import type { Sighting, Watch } from '../test/lab/harness/watch.ts';
import type { Timeline, Tone } from './timeline.ts';

/** Lines of a director's log that a newcomer wants to read; the rest is for its operator. */
const WORTH_TELLING: readonly (readonly [RegExp, Tone])[] = [
  [/Entering MASTER STATE/, 'good'],
  [/Entering (BACKUP|FAULT) STATE/, 'plain'],
  [
    /(Receive|received) advertisement timeout|lower priority|higher priority|sent 0 priority|priority 0/i,
    'dim',
  ],
  [/Removing service|Removing real server|failed after|failed\.$|Error connecting|MD5 digest|digest/i, 'bad'],
  [/Adding service|connection to .* success|success\.$|Remote Web server .* succeed/i, 'good'],
  [/Reloading|reload/i, 'dim'],
  [/Stopped|Stopping|Terminating/i, 'dim'],
];

/** Console lines begin with a date, vipd's also with the process: the timeline has its own clock. */
const PREFIX = /^(\w{3} \w{3} +\d+ [\d:]+ \d{4}: |\d{4}-\d\d-\d\d[T ][\d:.]+Z? +\w+\[\d+\]: )/;

export function tellDaemon(timeline: Timeline, daemon: Daemon): void {
  daemon.onLine(({ at, text }) => {
    const line = text.replace(PREFIX, '');
    const found = WORTH_TELLING.find(([pattern]) => pattern.test(line));
    if (found !== undefined) timeline.say(daemon.host.name, line, found[1], at);
  });
}

export function tellKernels(timeline: Timeline, topology: Topology, watch: Watch): void {
  const hosts = [topology.lvs01, topology.lvs02];
  const tell = async (sighting: Sighting) => {
    if (sighting.kind === 'vip_appeared')
      timeline.say(sighting.host, 'holds the VIP 192.168.100.240', 'good', sighting.at);
    if (sighting.kind === 'vip_vanished')
      timeline.say(sighting.host, 'no longer holds the VIP', 'plain', sighting.at);
    const host = hosts.find(({ name }) => name === sighting.host);
    const isShown = sighting.kind === 'vip_appeared' || watch.holders().includes(sighting.host);
    if (host !== undefined && isShown) timeline.block(host.name, '$ ipvsadm -Ln', await printTable(host));
  };
  watch.on((sighting) => void tell(sighting));
}

/** Looks at a client's answers ten times a second: says when they cease, who gives them when that changes,
 *  and the rate now and then. */
export function tellClient(timeline: Timeline, client: Client): () => void {
  let seen = 0;
  let lastGoodAt: Ms | null = null;
  let isOut = false;
  let told = { text: '', at: now() };
  const look = () => {
    const fresh = client.answers.slice(seen);
    seen += fresh.length;
    const [good] = fresh.filter(({ who }) => who !== null).slice(-1);
    if (good !== undefined) {
      if (isOut) {
        timeline.say(
          'client',
          `answered again by ${good.who}, after ${duration(good.endedAt - (lastGoodAt ?? 0))}`,
          'good',
        );
        told = { text: '', at: now() }; // the rate is worth telling when a second of it has been seen
      }
      isOut = false;
      lastGoodAt = good.endedAt;
    } else if (!isOut && lastGoodAt !== null && now() - lastGoodAt > client.outageMsMin) {
      isOut = true;
      timeline.say('client', `no answer: ${fresh.at(-1)?.failure ?? 'silence'}`, 'bad');
    }
    const text = whoAnswers(client.since(now() - RATE_MS));
    const isDue = now() - told.at > (text === told.text ? REPEAT_MS : RATE_MS);
    if (!isOut && text !== '' && isDue) {
      told = { text, at: now() };
      timeline.say('client', `${rate(client.since(now() - RATE_MS))}, answered by ${text}`);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}

const LOOK_MS = 100;
const RATE_MS: Ms = 1000;
const REPEAT_MS: Ms = 10_000;

export const duration = (ms: Ms): string => `${(ms / 1000).toFixed(2)} s`;

const rate = (answers: readonly Answer[]): string => {
  const good = answers.filter(({ who }) => who !== null).length;
  const failed = answers.length - good;
  return `${good} requests/s${failed > 0 ? ` (${failed} failed)` : ''}`;
};

const whoAnswers = (answers: readonly Answer[]): string =>
  Object.keys(countByHost(answers)).sort().join(' and ');

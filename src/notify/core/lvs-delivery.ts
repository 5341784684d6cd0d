/** News of services and real servers → scripts, FIFO line and mail, byte for byte as keepalived has them (behaviour.md
 *  sections 10.1, 10.3 and 10.4). */
import { exhaustive } from '../../base/never.ts';
import { serverName, serviceName } from '../../checks/core/names.ts';
import type { PoolNews } from '../../checks/core/news.ts';
import type { Checker } from '../../config/model/lvs.ts';
import type { ScriptCommand } from '../../config/model/vrrp.ts';
import { type Delivery, type Mail, type Telling, unlessSilent } from './delivery.ts';
import { mailOf } from './mail-text.ts';
import { serverObject, serviceObject } from './objects.ts';

/** What ends a line of this half: keepalived writes the NUL of its buffer too, and readers know it (Q11). */
const LINE_END = '\n\0';

/** null when nobody would notice it. */
export function lvsDelivery(news: PoolNews, telling: Telling): Delivery | null {
  const delivery = wordsOf(news, telling);
  return unlessSilent(telling.lines ? delivery : { ...delivery, line: null }, isScripted(news));
}

function isScripted(news: PoolNews): boolean {
  switch (news.kind) {
    case 'checker_turned':
      return false;
    case 'server_turned':
      return news.server.notifyUp !== null || news.server.notifyDown !== null;
    case 'quorum_turned':
      return news.service.quorumUp !== null || news.service.quorumDown !== null;
    default:
      return exhaustive(news);
  }
}

function wordsOf(news: PoolNews, telling: Telling): Delivery {
  switch (news.kind) {
    case 'checker_turned':
      return checkerTurned(news, telling);
    case 'server_turned':
      return serverTurned(news, telling);
    case 'quorum_turned':
      return quorumTurned(news, telling);
    default:
      return exhaustive(news);
  }
}

type News<K extends PoolNews['kind']> = Extract<PoolNews, { kind: K }>;

function checkerTurned(news: News<'checker_turned'>, telling: Telling): Delivery {
  const wanted = telling.mail !== null && (telling.mail.everyChecker || news.serverTurned);
  const body = CHECK_WORDS[news.checker][news.up ? 'up' : 'down'];
  return {
    ...serverBase(news),
    isState: false,
    scripts: [],
    line: null,
    mail: wanted && news.server.smtpAlert ? serverMail(news, body, telling) : null,
  };
}

const succeedOrFailed = (check: string) => ({
  up: `${check} succeed on service`,
  down: `${check} failed on service`,
});

/** What the mail says of each checker (TCP, HTTP and MISC as keepalived 2.2.7 was heard to). */
const CHECK_WORDS: Readonly<Record<Checker['kind'], { readonly up: string; readonly down: string }>> = {
  tcp: succeedOrFailed('TCP CHECK'),
  smtp: succeedOrFailed('SMTP CHECK'),
  dns: succeedOrFailed('DNS_CHECK:'),
  udp: succeedOrFailed('UDP CHECK'),
  ping: succeedOrFailed('PING CHECK'),
  file: succeedOrFailed('FILE CHECK'),
  mysql: succeedOrFailed('MYSQL CHECK'),
  pgsql: succeedOrFailed('PGSQL CHECK'),
  redis: succeedOrFailed('REDIS CHECK'),
  grpc: succeedOrFailed('GRPC CHECK'),
  agent: succeedOrFailed('AGENT CHECK'),
  http: { up: 'CHECK succeed on service', down: 'CHECK failed on service : HTTP request failed' },
  misc: { up: 'MISC CHECK succeeded on service', down: 'MISC CHECK failed on service' },
};

function serverTurned(news: News<'server_turned'>, telling: Telling): Delivery {
  const { server, service, up, why } = news;
  const base = serverBase(news);
  const script = up ? server.notifyUp : server.notifyDown;
  return {
    ...base,
    ending: why === 'shutting_down',
    scripts: asList(script),
    line: `RS ${serverName(service, server)} ${serviceName(service.match)} ${base.event}${LINE_END}`,
    mail: farewellMail(news, telling),
  };
}

/** A server that goes with a reload or with the daemon; every other change is a checker's, and its mail too. */
function farewellMail(news: News<'server_turned'>, telling: Telling): Mail | null {
  if (telling.mail === null || !news.server.smtpAlert) return null;
  if (news.why === 'removed') return serverMail(news, 'Removing', telling);
  return news.why === 'shutting_down' ? serverMail(news, 'Shutting down', telling) : null;
}

function quorumTurned(news: News<'quorum_turned'>, telling: Telling): Delivery {
  const { service, up } = news;
  const name = serviceName(service.match);
  const event = upOrDown(up);
  const mail = { subject: `Virtualserver ${name} - ${event}`, body: quorumText(news) };
  return {
    half: 'lvs',
    object: serviceObject(service),
    event,
    isState: true,
    ending: news.why === 'shutting_down',
    scripts: asList(up ? service.quorumUp : service.quorumDown),
    line: `VS ${name} ${event}${LINE_END}`,
    mail: telling.mail !== null && service.smtpAlert ? mailOf(telling.routerId, mail) : null,
  };
}

/** `Gained quorum 1+0=1 <= 2`, `Lost quorum 2+1=1 <= 0`: both signs are keepalived's for both directions, the number
 *  behind the equals sign is the threshold that was crossed. */
function quorumText({ up, why, quorum, hysteresis, aliveWeight }: News<'quorum_turned'>): string {
  const threshold = up ? quorum + hysteresis : quorum - hysteresis;
  const sum = `${quorum}+${hysteresis}=${threshold} <= ${aliveWeight}`;
  switch (why) {
    case 'weighed':
      return `${up ? 'Gained' : 'Lost'} quorum ${sum}`;
    case 'initially':
      return `Starting with quorum ${up ? 'up' : 'down'} ${sum}`;
    case 'shutting_down':
      return 'Shutting down';
    default:
      return exhaustive(why);
  }
}

const serverBase = ({
  service,
  server,
  up,
}: Pick<News<'server_turned'>, 'service' | 'server' | 'up'>): Pick<
  Delivery,
  'half' | 'object' | 'event' | 'isState' | 'ending'
> => ({
  half: 'lvs',
  object: serverObject(service, server),
  event: upOrDown(up),
  isState: true,
  ending: false,
});

const serverMail = (
  { service, server, up }: Pick<News<'server_turned'>, 'service' | 'server' | 'up'>,
  body: string,
  { routerId }: Telling,
): Mail =>
  mailOf(routerId, {
    subject:
      `Realserver ${serverName(service, server)} of virtual server ${serviceName(service.match)}` +
      ` - ${upOrDown(up)}`,
    body,
  });

const upOrDown = (up: boolean): 'UP' | 'DOWN' => (up ? 'UP' : 'DOWN');

const asList = (command: ScriptCommand | null): readonly ScriptCommand[] =>
  command === null ? [] : [command];

/** Scenario files: commands stand at the start of a line, what happened stands indented below them.
 *
 *      service tcp 192.168.100.240:80 quorum=2 sorry=192.168.100.9:80    a virtual server with the servers below it
 *      service group WEB 192.168.100.240:80 fwmark:7 quorum=2            the services of a group with one pool
 *      server 192.168.100.8:80 weight=2 inhibit tcp http,retry=3         checkers: kind[,setting=value…]
 *      configure                                                         the services above come into force
 *      set tcp 192.168.100.8:80 refuses                                  passes, refuses, hangs, status, digest, unbindable;
 *                                                                        closed, silent, servfail for udp, dns, ping
 *      set misc 192.168.100.8:80 exit=7                                  a program's exit status; slow, missing
 *      set tcp 192.168.100.8:80 lost                                     its probe never answers: a defect of vipd itself
 *      session b1 up                                                     a BFD session is this now: up, down
 *      file load 5                                                       the track_file holds this now
 *      addresses 192.168.100.240                                         this host has these; none behind the word: none
 *      carries 192.168.100.8:80 3                                        connections of a destination from now on
 *      carries 192.168.100.8:80 3 192.168.100.241:80                     the same in one service of a group only
 *      drain 192.168.100.240:80 192.168.100.8:80 60                      the operator's order; the limit may be left out
 *      undrain 192.168.100.240:80 192.168.100.8:80
 *      crash 1                                                           another process starts so many seconds later with
 *      restart 1                                                         the services above; `crash` leaves the table behind
 *      run 20                                                            seconds of virtual time
 */
import { micros, seconds } from '../../src/base/units.ts';
import { judgeStatus } from '../../src/checks/core/exit-status.ts';
import type { Checker, RealServer, VirtualServer } from '../../src/config/model/lvs.ts';
import {
  bfdChecker,
  dnsChecker,
  fileChecker,
  groupMatch,
  httpChecker,
  miscChecker,
  pingChecker,
  realServer,
  sorryServer,
  target,
  tcpChecker,
  udpChecker,
  url,
  virtualServer,
} from './model.ts';
import { type Answer, createWorld, PASSES, REFUSES } from './world.ts';

const ANSWERS: Readonly<Record<string, Answer>> = {
  passes: PASSES,
  refuses: REFUSES,
  hangs: { result: { kind: 'failed', failure: { kind: 'connect_timeout' } }, takes: seconds(1) },
  status: {
    result: { kind: 'failed', failure: { kind: 'bad_status', url: '/', status: 503 } },
    takes: micros(2000),
  },
  digest: {
    result: {
      kind: 'failed',
      failure: { kind: 'bad_digest', url: '/', digest: '0'.repeat(32), expected: 'f'.repeat(32) },
    },
    takes: micros(2000),
  },
  closed: {
    result: { kind: 'failed', failure: { kind: 'unreachable', code: 'ECONNREFUSED' } },
    takes: micros(1000),
  },
  silent: { result: { kind: 'failed', failure: { kind: 'no_reply' } }, takes: seconds(1) },
  servfail: { result: { kind: 'failed', failure: { kind: 'dns_error', rcode: 2 } }, takes: micros(1000) },
  lost: { result: { kind: 'passed' }, takes: seconds(1e6) },
  slow: { result: { kind: 'failed', failure: { kind: 'program_timeout' } }, takes: seconds(5) },
  missing: {
    result: { kind: 'no_result', code: 'ENOENT', attempted: 'run /usr/bin/check' },
    takes: micros(1),
  },
  unbindable: { result: { kind: 'no_result', code: 'EADDRNOTAVAIL', attempted: 'bind' }, takes: micros(1) },
};

/** The file's text with what really happens below each command. */
export function playScenario(text: string): string {
  const fates = new Map<string, Answer>();
  const world = createWorld((name) => fates.get(name) ?? PASSES);
  let services: VirtualServer[] = [];
  const output: string[] = [];
  for (const line of text.split('\n').filter((one) => !one.startsWith(' '))) {
    output.push(line);
    const [command, ...words] = line.split(' ').filter((word) => word !== '');
    if (command === 'service') services.push(serviceOf(words));
    else if (command === 'server') services = withServer(services, words);
    else if (command === 'configure') {
      world.configure(services);
      services = [];
      output.push(...world.run(micros(0)));
    } else if (command === 'set') fates.set(`${words[0]} ${words[1]}`, answerOf(words[2]));
    else if (command === 'session') {
      world.session(words[0] ?? '', words[1] === 'up' ? 'up' : 'down');
      output.push(...world.run(micros(0)));
    } else if (command === 'file') {
      world.holds(words[0] ?? '', Number(words[1]));
      output.push(...world.run(micros(0)));
    } else if (command === 'addresses') {
      world.hasAddresses(words);
      output.push(...world.run(micros(0)));
    } else if (command === 'carries') world.carries(words[0] ?? '', Number(words[1]), words[2] ?? null);
    else if (command === 'drain' || command === 'undrain') {
      const [virtualServer = '', realServer = '', limit] = words;
      const time = limit === undefined ? null : seconds(Number(limit));
      world.order({ kind: command, virtualServer, realServer, limit: time });
      output.push(...world.run(micros(0)));
    } else if (command === 'crash' || command === 'restart') {
      world.restart(services, seconds(Number(words[0])), command === 'crash');
      services = [];
      output.push(...world.run(micros(0)));
    } else if (command === 'run') output.push(...world.run(seconds(Number(words[0]))));
    else if (command !== undefined && !command.startsWith('#')) throw new Error(`unknown command: ${line}`);
  }
  return output.join('\n');
}

function answerOf(name = ''): Answer {
  const status = /^exit=(\d+)$/.exec(name)?.[1];
  if (status !== undefined) return { result: judgeStatus(Number(status), true), takes: micros(5000) };
  const answer = ANSWERS[name];
  if (answer === undefined) throw new Error(`unknown answer: ${name}`);
  return answer;
}

type Settings = ReadonlyMap<string, string>;

const settings = (words: readonly string[]): Settings =>
  new Map(words.map((word) => [word.split('=')[0] ?? '', word.split('=')[1] ?? '']));
const number = (of: Settings, name: string, otherwise: number): number => Number(of.get(name) ?? otherwise);

function endpoint(text = ''): [string, number] {
  const cut = text.lastIndexOf(':');
  return [text.slice(0, cut).replace(/[[\]]/g, ''), Number(text.slice(cut + 1))];
}

function serviceOf([kind, where, ...rest]: readonly string[]): VirtualServer {
  const of = settings(rest);
  const sorry = of.get('sorry');
  return virtualServer(...endpoint(kind === 'group' ? '192.168.100.240:80' : where), [], {
    ...(kind === 'group'
      ? {
          match: groupMatch(
            where ?? '',
            rest.filter((word) => !word.includes('=')),
          ),
        }
      : {}),
    quorum: number(of, 'quorum', 1),
    hysteresis: number(of, 'hysteresis', 0),
    haSuspend: of.has('suspend'),
    drainTimeout: seconds(number(of, 'drain', 0)),
    depoolThreshold: thresholdOf(of.get('threshold')),
    sorryServer: sorry === undefined ? null : sorryServer(...endpoint(sorry), { inhibit: of.has('inhibit') }),
  });
}

function thresholdOf(text: string | undefined): VirtualServer['depoolThreshold'] {
  if (text === undefined) return null;
  if (text.endsWith('%')) return { kind: 'percent', percent: Number(text.slice(0, -1)) };
  return { kind: 'count', servers: Number(text) };
}

function withServer(
  services: readonly VirtualServer[],
  [where, ...rest]: readonly string[],
): VirtualServer[] {
  const last = services.at(-1);
  if (last === undefined) throw new Error('a server before any service');
  const isChecker = (word: string): boolean => /^(tcp|http|misc|udp|dns|ping|file|bfd)/.test(word);
  const of = settings(rest.filter((word) => !isChecker(word)));
  const server: RealServer = realServer(...endpoint(where), {
    weight: number(of, 'weight', 1),
    drainTimeout: seconds(number(of, 'drain', 0)),
    slowStart: seconds(number(of, 'slow', 0)),
    inhibitOnFailure: of.has('inhibit'),
    checkers: rest.filter(isChecker).map((word) => checkerOf(endpoint(where), word.split(','))),
  });
  return [...services.slice(0, -1), { ...last, realServers: [...last.realServers, server] }];
}

function checkerOf(where: [string, number], [kind, ...rest]: readonly string[]): Checker {
  const of = settings(rest);
  const common = {
    retry: number(of, 'retry', 1),
    delayLoop: seconds(number(of, 'loop', 6)),
    delayBeforeRetry: seconds(number(of, 'before', 1)),
    alpha: of.has('alpha'),
    logAllFailures: of.has('all'),
  };
  if (kind === 'misc') {
    const argv = ['/usr/bin/check', where.join(':')] as const;
    return miscChecker({ ...common, command: { argv: [...argv], user: null }, dynamic: of.has('dynamic') });
  }
  if (kind === 'file') {
    const file = { name: 'load', path: '/run/load', initial: null };
    return fileChecker({ file, weight: number(of, 'weight', 1), reverse: of.has('reverse') });
  }
  if (kind === 'bfd') return bfdChecker({ session: of.get('of') ?? 'b1', alpha: of.has('alpha') });
  if (kind === 'udp') return udpChecker(target(...where), common);
  if (kind === 'dns') return dnsChecker(target(...where), common);
  if (kind === 'ping') return pingChecker(target(...where), common);
  if (kind === 'tcp') return tcpChecker(target(...where), common);
  return httpChecker(target(...where), { ...common, urls: [url(of.get('path') ?? '/')] });
}

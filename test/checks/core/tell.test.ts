/** What the world outside is told of services and servers, and in which order: keepalived's, as it was recorded and seen
 *  (behaviour.md sections 15.2 and 15.3). */
import { describe, expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import type { PoolNews } from '../../../src/checks/core/news.ts';
import { presentNews, shutdownNews } from '../../../src/checks/core/tell.ts';
import type { VirtualServer } from '../../../src/config/model/lvs.ts';
import { realServer, sorryServer, target, tcpChecker, virtualServer } from '../model.ts';
import { type Answer, createWorld, PASSES, REFUSES, type World } from '../world.ts';

const VIP = '192.168.100.240';

/** `VS 240 UP initially`, `RS 8 DOWN checked`, `mail of 8: tcp down` */
function words(news: PoolNews): string {
  const last = (address: string): string => address.split('.').at(-1) ?? '';
  const service = news.service.match.kind === 'address' ? last(news.service.match.address) : '';
  const state = news.up ? 'UP' : 'DOWN';
  if (news.kind === 'quorum_turned') return `VS ${service} ${state} ${news.why} at ${news.aliveWeight}`;
  const server = last(news.server.address);
  if (news.kind === 'server_turned') return `RS ${server} ${state} ${news.why}`;
  return `mail of ${server}: ${news.checker} ${state}${news.serverTurned ? '' : ', server as before'}`;
}

const server = (address: string, alpha = false, checkers = 1) =>
  realServer(address, 80, {
    checkers: Array.from({ length: checkers }, (_, i) =>
      tcpChecker(target(address, 80 + i), { alpha, delayLoop: seconds(1), retry: 0 }),
    ),
  });

const service = (servers: ReturnType<typeof server>[], more: Partial<VirtualServer> = {}): VirtualServer =>
  virtualServer(VIP, 80, servers, more);

/** A world in which `dead` servers refuse; each call of `told` gives what is new. */
function play(dead: Set<string>) {
  const answer = (name: string): Answer => (dead.has(name.split(' ')[1] ?? '') ? REFUSES : PASSES);
  const world: World = createWorld(answer);
  let seen = 0;
  const told = (): readonly string[] => {
    const fresh = world.news.slice(seen).map(words);
    seen = world.news.length;
    return fresh;
  };
  return { world, told };
}

describe('the start', () => {
  test('tells a quorum that is up, and servers only where rs_init_notifies asks for it (Q17)', () => {
    const { world, told } = play(new Set());
    world.configure([service([server('192.168.100.8')])]);
    world.run(seconds(3));
    expect(told()).toEqual(['VS 240 UP initially at 1']);
    const initial = play(new Set());
    initial.world.configure([service([server('192.168.100.8')])], true);
    expect(initial.told()).toEqual(['RS 8 UP initially', 'VS 240 UP initially at 1']);
  });

  test('tells a quorum that is down only when the sorry server has to stand in', () => {
    const alpha = [server('192.168.100.8', true)];
    const quiet = play(new Set());
    quiet.world.configure([service(alpha)]);
    expect(quiet.told()).toEqual([]);
    const { world, told } = play(new Set());
    world.configure([service(alpha, { sorryServer: sorryServer('192.168.100.9', 80) })]);
    expect(told()).toEqual(['VS 240 DOWN initially at 0']);
    world.run(seconds(3));
    expect(told()).toEqual(['RS 8 UP checked', 'VS 240 UP weighed at 1', 'mail of 8: tcp UP']);
  });

  test('a server that was out to begin with is told as down by its first failure, once and without a mail', () => {
    const { world, told } = play(new Set(['192.168.100.8:80', '192.168.100.8:81']));
    world.configure([service([server('192.168.100.8', true, 2)])]);
    world.run(seconds(5));
    expect(told()).toEqual(['RS 8 DOWN checked']);
  });
});

test('a death and a return: the server, then its service, then the mail of the check', () => {
  const dead = new Set<string>();
  const { world, told } = play(dead);
  world.configure([service([server('192.168.100.8')])]);
  world.run(seconds(3));
  told();
  dead.add('192.168.100.8:80');
  world.run(seconds(3));
  expect(told()).toEqual(['RS 8 DOWN checked', 'VS 240 DOWN weighed at 0', 'mail of 8: tcp DOWN']);
  dead.clear();
  world.run(seconds(3));
  expect(told()).toEqual(['RS 8 UP checked', 'VS 240 UP weighed at 1', 'mail of 8: tcp UP']);
});

test('the second of two failed checks turns nothing, and its mail says so', () => {
  const dead = new Set(['192.168.100.8:80']);
  const { world, told } = play(dead);
  world.configure([service([server('192.168.100.8', false, 2), server('192.168.100.9')])]);
  world.run(seconds(4));
  dead.add('192.168.100.8:81');
  world.run(seconds(3));
  expect(told()).toEqual([
    'VS 240 UP initially at 2',
    'RS 8 DOWN checked',
    'mail of 8: tcp DOWN',
    'mail of 8: tcp DOWN, server as before',
  ]);
});

describe('a reload', () => {
  test('that takes a living server away tells its end before what that does to the quorum', () => {
    const { world, told } = play(new Set());
    const both = [server('192.168.100.8'), server('192.168.100.9')];
    world.configure([service(both, { quorum: 2 })]);
    world.run(seconds(3));
    told();
    world.configure([service(both.slice(1), { quorum: 1 })]);
    expect(told()).toEqual(['RS 8 DOWN removed']);
    world.configure([]);
    expect(told()).toEqual(['RS 9 DOWN removed', 'VS 240 DOWN weighed at 0']);
  });

  test('tells nothing of a dead server that it takes away, nor of what stays', () => {
    const { world, told } = play(new Set(['192.168.100.8:80']));
    const both = [server('192.168.100.8'), server('192.168.100.9')];
    world.configure([service(both)]);
    world.run(seconds(3));
    told();
    world.configure([service(both)]);
    world.configure([service(both.slice(1))]);
    expect(told()).toEqual([]);
  });
});

test('a stop is told where omega asks for it: living servers, then the quorum', () => {
  const { world } = play(new Set(['192.168.100.8:80']));
  const servers = [server('192.168.100.8'), server('192.168.100.9')];
  const other = virtualServer('192.168.100.241', 80, servers);
  world.configure([service(servers, { omega: true }), other]);
  world.run(seconds(3));
  expect(shutdownNews(world.state()).map(words)).toEqual([
    'RS 9 DOWN shutting_down',
    'VS 240 DOWN shutting_down at 0',
  ]);
});

test('on demand the present is told: of all, of a service with its servers, of one server', () => {
  const { world } = play(new Set(['192.168.100.8:80']));
  world.configure([service([server('192.168.100.8'), server('192.168.100.9')])]);
  world.run(seconds(3));
  const all = ['RS 8 DOWN checked', 'RS 9 UP checked', 'VS 240 UP weighed at 1'];
  expect(presentNews(world.state(), null).map(words)).toEqual(all);
  expect(presentNews(world.state(), `[${VIP}]:tcp:80`).map(words)).toEqual(all);
  expect(presentNews(world.state(), '[192.168.100.9]:tcp:80').map(words)).toEqual(['RS 9 UP checked']);
  expect(presentNews(world.state(), 'nobody')).toEqual([]);
});

/** Builders of news and deliveries for the tests of this room, with the names of the captured run. */
import type { PoolNews } from '../../src/checks/core/news.ts';
import type { InstanceNotify, ScriptCommand } from '../../src/config/model/vrrp.ts';
import type { Delivery, Telling } from '../../src/notify/core/delivery.ts';
import type { NewsState, VrrpNews } from '../../src/vrrp/core/news.ts';
import { realServer, virtualServer } from '../checks/model.ts';

export const script = (program: string, ...words: readonly string[]): ScriptCommand => ({
  argv: [program, ...words],
  user: null,
});

export const NOTIFY: InstanceNotify = {
  master: null,
  backup: null,
  fault: null,
  stop: null,
  any: script('n'),
  smtpAlert: true,
  deleted: null,
  lowerPriority: null,
  priorityChanges: false,
};

export const TELLING: Telling = {
  routerId: 'LVS_DEVEL',
  lines: true,
  mail: { faults: true, everyChecker: true },
};

export const instanceNews = (
  state: NewsState,
  priority = 100,
  notify: Partial<InstanceNotify> = {},
): Extract<VrrpNews, { kind: 'instance_state' }> => ({
  kind: 'instance_state',
  instance: { name: 'VI_1', notify: { ...NOTIFY, ...notify } },
  state,
  removed: false,
  priority,
});

export const groupNews = (state: Exclude<NewsState, 'DELETED'>): VrrpNews => ({
  kind: 'group_state',
  group: { name: 'G1', notify: NOTIFY },
  state,
});

export const SERVER = realServer('192.168.100.8', 80, {
  weight: 2,
  notifyUp: script('up', 'x'),
  notifyDown: script('down', 'y'),
  smtpAlert: true,
});

export const SERVICE = virtualServer('192.168.100.240', 80, [SERVER], {
  quorumUp: script('qup', 'a'),
  quorumDown: script('qdown', 'b'),
  smtpAlert: true,
});

export const serverNews = (
  up: boolean,
  why: Extract<PoolNews, { kind: 'server_turned' }>['why'] = 'checked',
): PoolNews => ({ kind: 'server_turned', service: SERVICE, server: SERVER, up, why });

export const checkerNews = (
  up: boolean,
  checker: Extract<PoolNews, { kind: 'checker_turned' }>['checker'] = 'tcp',
): Extract<PoolNews, { kind: 'checker_turned' }> => ({
  kind: 'checker_turned',
  service: SERVICE,
  server: SERVER,
  checker,
  up,
  serverTurned: true,
});

export const quorumNews = (
  up: boolean,
  aliveWeight: number,
  more: Partial<Extract<PoolNews, { kind: 'quorum_turned' }>> = {},
): PoolNews => ({
  kind: 'quorum_turned',
  service: SERVICE,
  up,
  why: 'weighed',
  quorum: 1,
  hysteresis: 0,
  aliveWeight,
  ...more,
});

export const delivery = (more: Partial<Delivery> = {}): Delivery => ({
  half: 'vrrp',
  object: 'instance VI_1',
  event: 'MASTER',
  isState: true,
  ending: false,
  scripts: [script('n', 'MASTER')],
  line: null,
  mail: null,
  ...more,
});

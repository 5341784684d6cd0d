/** The notifications: how they are configured, what they tell in good hours and bad ones; and when. */
import { port, seconds } from '../../src/base/units.ts';
import type { MailSettings, NotifySettings } from '../../src/config/model/global.ts';
import type { NotifyStatus } from '../../src/notify/core/status.ts';

export const MAIL_SETTINGS: MailSettings = {
  server: { host: '192.168.100.103', port: port(25) },
  heloName: null,
  connectTimeout: seconds(5),
  from: 'lvs01@example.com',
  recipients: ['ops@example.com'],
  alert: true,
  alertVrrp: null,
  alertChecker: null,
  faults: true,
  everyChecker: true,
};

export const NOTIFY_SETTINGS: NotifySettings = {
  fifo: {
    path: '/run/vipd.fifo',
    user: null,
    script: { argv: ['/etc/vipd/reader.sh'], user: { user: 'root', group: null } },
  },
  vrrpFifo: null,
  lvsFifo: null,
  statesOnReload: false,
  initialServers: false,
  timeout: seconds(300),
  startup: null,
  shutdown: null,
};

export const WALL = Date.UTC(2026, 10, 20, 7, 30, 0);

export const NOTIFY: NotifyStatus = {
  objects: [
    {
      object: 'instance VI_1',
      half: 'vrrp',
      running: null,
      waiting: [],
      runs: 2,
      failures: 0,
      superseded: 0,
      last: {
        event: 'MASTER',
        program: '/etc/vipd/n.sh',
        outcome: 'exited with status 0',
        failed: false,
        exitStatus: 0,
        endedWall: WALL - 60_000,
      },
    },
  ],
  fifos: [{ path: '/run/vipd.fifo', problem: null, written: 9, waiting: 0, dropped: 0, reader: null }],
  mail: { waiting: 0, sent: 4, failures: 1, dropped: 0, lastFailure: null },
};

export const BAD_NOTIFY: NotifyStatus = {
  objects: NOTIFY.objects.map((object) => ({
    ...object,
    running: 'FAULT',
    waiting: ['BACKUP'],
    failures: 1,
    superseded: 3,
    last: object.last && { ...object.last, outcome: 'exited with status 3', failed: true, exitStatus: 3 },
  })),
  fifos: [
    {
      path: '/run/a.fifo',
      problem: 'it exists and is not a FIFO',
      written: 0,
      waiting: 0,
      dropped: 7,
      reader: null,
    },
    {
      path: '/run/b.fifo',
      problem: null,
      written: 1500,
      waiting: 12,
      dropped: 0,
      reader: { program: '/etc/reader', running: false, restarts: 5 },
    },
  ],
  mail: {
    waiting: 2,
    sent: 4,
    failures: 3,
    dropped: 1,
    lastFailure: { reason: 'connect ECONNREFUSED 192.168.100.103:25', wall: WALL - 5_000 },
  },
};

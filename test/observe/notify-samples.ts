/** The notifications: how they are configured, what they tell in good hours and bad ones; and when. */
import { port, seconds } from '../../src/base/units.ts';
import type { MailSettings, NotifySettings } from '../../src/config/model/global.ts';

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

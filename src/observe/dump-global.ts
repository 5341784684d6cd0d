/** The "Global definitions" that open every data dump; pure. */
import type { ChildScheduling, GlobalConfig } from '../config/model/global.ts';
import { heading, optional, secondsText, shortSeconds, trueFalse } from './dump-text.ts';

export const globalLines = (global: GlobalConfig): readonly string[] => [
  ...heading('Global definitions'),
  ` Network namespace = ${global.process.netNamespace ?? '(default)'}`,
  ...optional(global.process.instance !== null, ` Instance name = ${global.process.instance}`),
  ` Router ID = ${global.routerId}`,
  ...mailLines(global.mail),
  ` Checkers log all failures = ${trueFalse(global.lvs.logAllCheckFailures)}`,
  ` Dynamic interfaces = ${trueFalse(global.vrrp.dynamicInterfaces)}`,
  ` LVS flush = ${trueFalse(global.lvs.flush)}`,
  ` LVS flush on stop = ${flushOnStopText(global.lvs.flushOnStop)}`,
  ` VRRP IPv4 mcast group = ${global.vrrp.mcastGroup4}`,
  ` VRRP IPv6 mcast group = ${global.vrrp.mcastGroup6}`,
  ` Gratuitous ARP interval = ${secondsText(global.vrrp.garpInterval)}`,
  ` Gratuitous NA interval = ${secondsText(global.vrrp.gnaInterval)}`,
  ...optional(global.vrrp.startupDelay > 0, ` VRRP startup delay = ${secondsText(global.vrrp.startupDelay)}`),
  ...schedulingLines('VRRP', global.process.vrrp),
  ...schedulingLines('Checker', global.process.checkers),
  ` Script security ${global.scripts.security ? 'enabled' : 'disabled'}`,
  ...scriptUserLines(global.scripts.user),
];

function mailLines(mail: GlobalConfig['mail']): readonly string[] {
  const server = mail.server;
  return [
    ...(server === null ? [] : [` Smtp server = ${server.host}`, ` Smtp server port = ${server.port}`]),
    ...optional(mail.heloName !== null, ` Smtp HELO name = ${mail.heloName}`),
    ...optional(server !== null, ` Smtp server connection timeout = ${shortSeconds(mail.connectTimeout)}`),
    ...optional(mail.from !== null, ` Email notification from = ${mail.from}`),
    ...optional(mail.recipients.length > 0, ' Email notification to:'),
    ...mail.recipients.map((recipient) => `   ${recipient}`),
    ` Default smtp_alert_vrrp = ${mail.alertVrrp ? 'on' : 'off'}`,
    ` Default smtp_alert_checker = ${mail.alertChecker ? 'on' : 'off'}`,
  ];
}

const flushOnStopText = (mode: GlobalConfig['lvs']['flushOnStop']): string =>
  ({ none: 'disabled', services: 'VS', all: 'all' })[mode];

const schedulingLines = (process: string, scheduling: ChildScheduling): readonly string[] => [
  ` ${process} process priority = ${scheduling.niceness ?? 0}`,
  ` ${process} don't swap = ${trueFalse(scheduling.noSwap)}`,
  ` ${process} realtime priority = ${scheduling.realtimePriority ?? 0}`,
];

const scriptUserLines = (user: GlobalConfig['scripts']['user']): readonly string[] =>
  user === null ? [] : [` Default script uid:gid ${user.user}${user.group === null ? '' : `:${user.group}`}`];

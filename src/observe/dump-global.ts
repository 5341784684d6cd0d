/** The "Global definitions" that open every data dump; pure. */
import type { ChildScheduling, GlobalConfig, NotifyFifo, TimedCommand } from '../config/model/global.ts';
import {
  heading,
  optional,
  scriptText,
  secondsText,
  shortSeconds,
  trueFalse,
  userText,
} from './dump-text.ts';

export const globalLines = (global: GlobalConfig): readonly string[] => [
  ...heading('Global definitions'),
  ` Network namespace = ${global.process.netNamespace ?? '(default)'}`,
  ...ipvsNamespaceLine(global.process.ipvsNamespace),
  ...optional(global.process.instance !== null, ` Instance name = ${global.process.instance}`),
  ` Router ID = ${global.routerId}`,
  ...mailLines(global.mail),
  ` Checkers log all failures = ${trueFalse(global.lvs.logAllCheckFailures)}`,
  ...notifyLines(global),
  ` Dynamic interfaces = ${trueFalse(global.vrrp.dynamicInterfaces)}`,
  ` LVS flush = ${trueFalse(global.lvs.flush)}`,
  ` LVS flush on stop = ${flushOnStopText(global.lvs.flushOnStop)}`,
  ...syncDaemonLines(global.lvs.syncDaemon),
  ` VRRP IPv4 mcast group = ${global.vrrp.mcastGroup4}`,
  ` VRRP IPv6 mcast group = ${global.vrrp.mcastGroup6}`,
  ` Gratuitous ARP interval = ${secondsText(global.vrrp.garpInterval)}`,
  ` Gratuitous NA interval = ${secondsText(global.vrrp.gnaInterval)}`,
  ...optional(global.vrrp.startupDelay > 0, ` VRRP startup delay = ${secondsText(global.vrrp.startupDelay)}`),
  ` nftables table name = ${global.vrrp.firewall.table}`,
  ` nftables chain priority = ${global.vrrp.firewall.priority}`,
  ` nftables counters = ${trueFalse(global.vrrp.firewall.counters)}`,
  ...schedulingLines('VRRP', global.process.vrrp),
  ...schedulingLines('Checker', global.process.checkers),
  ...schedulingLines('BFD', global.process.bfd),
  ` Script security ${global.scripts.security ? 'enabled' : 'disabled'}`,
  ...scriptUserLines(global.scripts.user),
  ` no_checker_emails = ${global.mail.everyChecker ? 0 : 1}`,
];

const ipvsNamespaceLine = (namespace: GlobalConfig['process']['ipvsNamespace']): readonly string[] =>
  namespace === null ? [] : [` IPVS network namespace = ${namespace.name ?? '(main namespace)'}`];

function mailLines(mail: GlobalConfig['mail']): readonly string[] {
  const server = mail.server;
  return [
    ...(server === null ? [] : [` Smtp server = ${server.host}`, ` Smtp server port = ${server.port}`]),
    ...optional(mail.heloName !== null, ` Smtp HELO name = ${mail.heloName}`),
    ...optional(server !== null, ` Smtp server connection timeout = ${shortSeconds(mail.connectTimeout)}`),
    ...optional(mail.from !== null, ` Email notification from = ${mail.from}`),
    ...optional(mail.recipients.length > 0, ' Email notification to:'),
    ...mail.recipients.map((recipient) => `   ${recipient}`),
    ` Default smtp_alert = ${given(mail.alert)}`,
    ` Default smtp_alert_vrrp = ${given(mail.alertVrrp)}`,
    ` Default smtp_alert_checker = ${given(mail.alertChecker)}`,
  ];
}

const given = (setting: boolean | null): string => (setting === null ? 'unset' : setting ? 'on' : 'off');

const fifoLine = (label: string, fifo: NotifyFifo | null): readonly string[] =>
  fifo === null
    ? []
    : [
        ` ${label} notify fifo = ${fifo.path}${userText(fifo.user)}`,
        ...(fifo.script === null ? [] : [` ${label} notify fifo script = ${scriptText(fifo.script)}`]),
      ];

const notifyLines = ({ notify }: GlobalConfig): readonly string[] => [
  ...fifoLine('Global', notify.fifo),
  ...fifoLine('VRRP', notify.vrrpFifo),
  ...fifoLine('LVS', notify.lvsFifo),
  ` FIFO write vrrp states on reload = ${trueFalse(notify.statesOnReload)}`,
  ` Notify script timeout = ${shortSeconds(notify.timeout)}`,
  ...timedLine('Startup', notify.startup),
  ...timedLine('Shutdown', notify.shutdown),
];

const timedLine = (label: string, timed: TimedCommand | null): readonly string[] =>
  timed === null
    ? []
    : [
        ` ${label} script = ${scriptText(timed.command)}`,
        ` ${label} script timeout = ${shortSeconds(timed.timeout)}`,
      ];

const flushOnStopText = (mode: GlobalConfig['lvs']['flushOnStop']): string =>
  ({ none: 'disabled', services: 'VS', all: 'all' })[mode];

const syncDaemonLines = (sync: GlobalConfig['lvs']['syncDaemon']): readonly string[] =>
  sync === null
    ? []
    : [
        ` LVS sync daemon: interface = ${sync.interface}, syncid = ${sync.id}` +
          `${sync.instance === null ? '' : `, vrrp instance = ${sync.instance}`}`,
        ...optional(sync.maxLength !== null, `   maxlen = ${sync.maxLength}`),
        ...optional(sync.group !== null, `   mcast group = ${sync.group}`),
        ...optional(sync.port !== null, `   mcast port = ${sync.port}`),
        ...optional(sync.ttl !== null, `   mcast ttl = ${sync.ttl}`),
      ];

const schedulingLines = (process: string, scheduling: ChildScheduling): readonly string[] => [
  ` ${process} process priority = ${scheduling.niceness ?? 0}`,
  ` ${process} don't swap = ${trueFalse(scheduling.noSwap)}`,
  ` ${process} realtime priority = ${scheduling.realtimePriority ?? 0}`,
];

const scriptUserLines = (user: GlobalConfig['scripts']['user']): readonly string[] =>
  user === null ? [] : [` Default script uid:gid ${user.user}${user.group === null ? '' : `:${user.group}`}`];

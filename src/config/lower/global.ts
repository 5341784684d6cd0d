/** global_defs and the top level → GlobalConfig, every default filled in (keywords.json; behaviour.md section 1). */
import { brand } from '../../base/brand.ts';
import type { Ipv4, Ipv6 } from '../../base/ip.ts';
import { type Micros, micros, seconds } from '../../base/units.ts';
import type {
  ChildScheduling,
  ClientCertificate,
  GlobalConfig,
  LvsGlobals,
  MailSettings,
  ProcessSettings,
  VrrpGlobals,
} from '../model/global.ts';
import type { topLevelRows } from '../schema/global.ts';
import type { Setting, Settings } from '../schema/read-block.ts';
import { type GlobalSettings, latest, valueOr } from './context.ts';
import { lowerNotifySettings } from './notify.ts';

const CHILD_WAIT = seconds(5);
const SMTP_TIMEOUT = seconds(30);
/** 0 is no limit that makes sense; keepalived raises it too */
const SMTP_TIMEOUT_MIN = seconds(1);
/** keepalived writes the account it runs as, which is root's */
const SENDER = 'root';
const MULTICAST4 = brand<Ipv4>('224.0.0.18'); // RFC 9568 §5.1.1.2
const MULTICAST6 = brand<Ipv6>('ff02::12'); // RFC 9568 §5.1.2.2
const NO_TIME = micros(0);
/** behaviour.md section 8.1: just before the usual filters */
const CHAIN_PRIORITY = -1;

export type TopLevelSettings = Settings<typeof topLevelRows>;

/** `hostName` is the router_id of a configuration that gives none. */
export function lowerGlobal(top: TopLevelSettings, given: GlobalSettings, hostName: string): GlobalConfig {
  return {
    routerId: valueOr(given.router_id, hostName),
    mail: lowerMail(given, hostName),
    scripts: {
      user: valueOr(given.script_user, null),
      security: given.enable_script_security !== undefined,
      supplementaryGroups: valueOr(given.set_supplementary_groups, false),
    },
    notify: lowerNotifySettings(given),
    process: lowerProcess(top, given),
    vrrp: lowerVrrpGlobals(top, given),
    lvs: lowerLvsGlobals(top, given),
    control: { prometheus: valueOr(given.prometheus_listen, null) },
  };
}

function lowerMail(given: GlobalSettings, hostName: string): MailSettings {
  const timeout = valueOr(given.smtp_connect_timeout, SMTP_TIMEOUT);
  const server = valueOr(given.smtp_server, null);
  return {
    server,
    heloName: valueOr(given.smtp_helo_name, null),
    connectTimeout: micros(Math.max(timeout, SMTP_TIMEOUT_MIN)),
    from: valueOr(given.notification_email_from, server === null ? null : `${SENDER}@${hostName}`),
    recipients: (given.notification_email ?? []).flatMap((entry) => entry.value),
    alert: valueOr(given.smtp_alert, null),
    alertVrrp: valueOr(given.smtp_alert_vrrp, null),
    alertChecker: valueOr(given.smtp_alert_checker, null),
    faults: given.no_email_faults === undefined,
    everyChecker: !valueOr(given.no_checker_emails, false),
  };
}

function lowerProcess(top: TopLevelSettings, given: GlobalSettings): ProcessSettings {
  const scheduling = (
    nice: Setting<number> | undefined,
    realtime: Setting<number> | undefined,
    noSwap: Setting<true> | undefined,
    cpus: Setting<readonly number[]> | undefined,
    limit: Setting<number> | undefined,
  ): ChildScheduling => ({
    niceness: valueOr(nice, null),
    realtimePriority: valueOr(realtime, null),
    noSwap: noSwap !== undefined,
    processors: valueOr(cpus, null),
    realtimeLimit: limit === undefined ? null : micros(limit.value),
  });
  return {
    childWaitTime: valueOr(top.child_wait_time, CHILD_WAIT),
    // an instance name and a namespace bring the directory with them (behaviour.md section 1)
    usePidDir: [top.use_pid_dir, top.instance, top.net_namespace].some((setting) => setting !== undefined),
    instance: valueOr(top.instance, null),
    netNamespace: valueOr(top.net_namespace, null),
    ipvsNamespace: top.net_namespace_ipvs === undefined ? null : { name: top.net_namespace_ipvs.value },
    names: {
      parent: valueOr(given.process_name, null),
      vrrp: valueOr(given.vrrp_process_name, null),
      checkers: valueOr(latest(given.checker_process_name, given.lvs_process_name), null),
      bfd: valueOr(given.bfd_process_name, null),
    },
    configSaveDir: valueOr(given.config_save_dir, null),
    umask: valueOr(given.umask, null),
    dumps: {
      data: valueOr(given.state_dump_file, null),
      statistics: valueOr(given.stats_dump_file, null),
      useInstance: valueOr(given.data_use_instance, false),
    },
    reloadFile: given.reload_file === undefined ? null : { path: given.reload_file.value },
    vrrp: scheduling(
      given.vrrp_priority,
      given.vrrp_rt_priority,
      given.vrrp_no_swap,
      given.vrrp_cpu_affinity,
      latest(given.vrrp_rlimit_rttime, given.vrrp_rlimit_rtime),
    ),
    checkers: scheduling(
      given.checker_priority,
      given.checker_rt_priority,
      given.checker_no_swap,
      given.checker_cpu_affinity,
      latest(given.checker_rlimit_rttime, given.checker_rlimit_rtime),
    ),
    bfd: scheduling(
      given.bfd_priority,
      given.bfd_rt_priority,
      given.bfd_no_swap,
      given.bfd_cpu_affinity,
      latest(given.bfd_rlimit_rttime, given.bfd_rlimit_rtime),
    ),
  };
}

const lowerVrrpGlobals = (top: TopLevelSettings, given: GlobalSettings): VrrpGlobals => ({
  mcastGroup4: valueOr(given.vrrp_mcast_group4, MULTICAST4),
  mcastGroup6: valueOr(given.vrrp_mcast_group6, MULTICAST6),
  startupDelay: valueOr(given.vrrp_startup_delay, NO_TIME),
  delayAfterBoot: valueOr(given.vrrp_delay_after_boot, NO_TIME),
  // completed once the instances are known (lower.ts)
  interfaceDelays: [],
  garpGroups: [],
  polledLinks: [],
  logUnknownVrids: given.log_unknown_vrids !== undefined,
  localIgmp: given.disable_local_igmp === undefined,
  garpInterval: valueOr(given.vrrp_garp_interval, NO_TIME),
  gnaInterval: valueOr(given.vrrp_gna_interval, NO_TIME),
  firewall: {
    // of several daemons on one machine each has its own
    table:
      valueOr(given.nftables, null) ?? `vipd${top.instance === undefined ? '' : `_${top.instance.value}`}`,
    priority: valueOr(given.nftables_priority, CHAIN_PRIORITY),
    counters: given.nftables_counters !== undefined,
  },
  dynamicInterfaces: given.dynamic_interfaces !== undefined,
});

const NO_TIMEOUTS: {
  readonly tcp: Micros | null;
  readonly tcpFin: Micros | null;
  readonly udp: Micros | null;
} = {
  tcp: null,
  tcpFin: null,
  udp: null,
};

/** The last block counts. */
function lowerSsl({ SSL: blocks }: TopLevelSettings): ClientCertificate | null {
  const last = blocks?.at(-1)?.settings;
  if (last === undefined) return null;
  return {
    key: valueOr(last.key, null),
    certificate: valueOr(last.certificate, null),
    ca: valueOr(last.ca, null),
    password: valueOr(last.password, null),
  };
}

function lowerLvsGlobals(top: TopLevelSettings, given: GlobalSettings): LvsGlobals {
  const onStop = latest(given.lvs_flush_on_stop, given.lvs_flush_onstop);
  return {
    flush: given.lvs_flush !== undefined,
    flushOnStop: onStop === undefined ? 'none' : onStop.value === 'VS' ? 'services' : 'all',
    timeouts: valueOr(given.lvs_timeouts, NO_TIMEOUTS),
    logAllCheckFailures: valueOr(given.checker_log_all_failures, false),
    ssl: lowerSsl(top),
    drift: valueOr(given.lvs_drift, 'repair'),
    // completed once the instances are known (lower.ts)
    syncDaemon: null,
    shareChecks: valueOr(given.share_checks, false),
  };
}

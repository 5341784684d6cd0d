/** Which keywords a value of the model is read from, the nearest first. A row covers all that lies below its path;
 *  values without a row follow from others. */

/** Property path inside its object, then keywords of the block, or of another block by `BLOCK/KEYWORD`. */
export type OriginRow = readonly [property: string, ...keywords: readonly [string, ...string[]]];

export const GLOBAL_ORIGINS: readonly OriginRow[] = [
  ['routerId', 'router_id'],
  ['mail/server', 'smtp_server'],
  ['mail/heloName', 'smtp_helo_name'],
  ['mail/connectTimeout', 'smtp_connect_timeout'],
  ['mail/from', 'notification_email_from'],
  ['mail/recipients', 'notification_email'],
  ['mail/alertVrrp', 'smtp_alert_vrrp', 'smtp_alert'],
  ['mail/alertChecker', 'smtp_alert_checker', 'smtp_alert'],
  ['scripts/user', 'script_user'],
  ['scripts/security', 'enable_script_security'],
  ['process/childWaitTime', '/child_wait_time'],
  ['process/usePidDir', '/use_pid_dir', '/instance', '/net_namespace'],
  ['process/instance', '/instance'],
  ['process/netNamespace', '/net_namespace'],
  ['process/configSaveDir', 'config_save_dir'],
  ['process/vrrp/niceness', 'vrrp_priority'],
  ['process/vrrp/realtimePriority', 'vrrp_rt_priority'],
  ['process/vrrp/noSwap', 'vrrp_no_swap'],
  ['process/checkers/niceness', 'checker_priority'],
  ['process/checkers/realtimePriority', 'checker_rt_priority'],
  ['process/checkers/noSwap', 'checker_no_swap'],
  ['vrrp/mcastGroup4', 'vrrp_mcast_group4'],
  ['vrrp/mcastGroup6', 'vrrp_mcast_group6'],
  ['vrrp/startupDelay', 'vrrp_startup_delay'],
  ['vrrp/logUnknownVrids', 'log_unknown_vrids'],
  ['vrrp/garpInterval', 'vrrp_garp_interval'],
  ['vrrp/gnaInterval', 'vrrp_gna_interval'],
  ['vrrp/dynamicInterfaces', 'dynamic_interfaces'],
  ['lvs/flush', 'lvs_flush'],
  ['lvs/flushOnStop', 'lvs_flush_on_stop', 'lvs_flush_onstop'],
  ['lvs/timeouts', 'lvs_timeouts'],
  ['lvs/logAllCheckFailures', 'checker_log_all_failures'],
  ['control/prometheus', 'prometheus_listen'],
];

const notify: readonly OriginRow[] = [
  ['notify/master', 'notify_master'],
  ['notify/backup', 'notify_backup'],
  ['notify/fault', 'notify_fault'],
  ['notify/stop', 'notify_stop'],
  ['notify/any', 'notify'],
  ['notify/smtpAlert', 'smtp_alert', 'global_defs/smtp_alert_vrrp', 'global_defs/smtp_alert'],
];

export const INSTANCE_ORIGINS: readonly OriginRow[] = [
  ['interface', 'interface'],
  ['vrid', 'virtual_router_id'],
  ['version', 'version', 'global_defs/vrrp_version'],
  ['initialState', 'state', 'priority'],
  ['priority', 'priority', 'state'],
  ['advertInterval', 'advert_int'],
  ['preempt', 'nopreempt', 'preempt'],
  ['preemptDelay', 'preempt_delay'],
  ['downTimerAdverts', 'down_timer_adverts', 'global_defs/vrrp_down_timer_adverts'],
  ['authentication', 'authentication'],
  ['sourceAddress', 'unicast_src_ip', 'mcast_src_ip'],
  [
    'destination',
    'unicast_peer',
    'mcast_dst_ip',
    'global_defs/vrrp_mcast_group4',
    'global_defs/vrrp_mcast_group6',
  ],
  ['virtualAddresses', 'virtual_ipaddress'],
  ['excludedAddresses', 'virtual_ipaddress_excluded'],
  ['garp/delay', 'garp_master_delay', 'global_defs/vrrp_garp_master_delay', 'global_defs/vrrp_min_garp'],
  ['garp/repeat', 'garp_master_repeat', 'global_defs/vrrp_garp_master_repeat', 'global_defs/vrrp_min_garp'],
  ['garp/refresh', 'garp_master_refresh', 'global_defs/vrrp_garp_master_refresh'],
  ['garp/refreshRepeat', 'garp_master_refresh_repeat', 'global_defs/vrrp_garp_master_refresh_repeat'],
  ['garp/lowerPrioDelay', 'garp_lower_prio_delay', 'global_defs/vrrp_garp_lower_prio_delay'],
  ['garp/lowerPrioRepeat', 'garp_lower_prio_repeat', 'global_defs/vrrp_garp_lower_prio_repeat'],
  ['strict', 'strict_mode', 'global_defs/vrrp_strict'],
  ['accept', 'accept'],
  ['trackPrimary', 'dont_track_primary'],
  ['trackInterfaces', 'track_interface'],
  ['trackers', 'track_script', 'track_file', 'track_process'],
  ['trackSource', 'track_src_ip'],
  ['skipCheckAdvAddr', 'skip_check_adv_addr', 'global_defs/vrrp_skip_check_adv_addr'],
  ['lowerPrioNoAdvert', 'lower_prio_no_advert', 'global_defs/vrrp_lower_prio_no_advert'],
  ['higherPrioSendAdvert', 'higher_prio_send_advert', 'global_defs/vrrp_higher_prio_send_advert'],
  ...notify,
];

export const GROUP_ORIGINS: readonly OriginRow[] = [
  ['members', 'group'],
  ['trackingWeight', 'sync_group_tracking_weight', 'global_tracking'],
  ...notify,
];

export const SCRIPT_ORIGINS: readonly OriginRow[] = [
  ['command', 'script'],
  ['command/user', 'user', 'global_defs/script_user'],
  ['interval', 'interval'],
  ['timeout', 'timeout', 'interval'],
  ['weight', 'weight'],
  ['reverse', 'weight'],
  ['rise', 'rise'],
  ['fall', 'fall'],
  ['initFail', 'init_fail'],
];

export const SERVICE_ORIGINS: readonly OriginRow[] = [
  ['match/protocol', 'protocol'],
  ['match/family', 'ip_family'],
  ['scheduler', 'lb_algo', 'lvs_sched'],
  ['schedulerFlags', 'sh-port', 'sh-fallback', 'mh-port', 'mh-fallback', 'flag-1', 'flag-2', 'flag-3'],
  ['onePacket', 'ops'],
  ['persistence', 'persistence_timeout'],
  ['persistence/prefixLength', 'persistence_granularity'],
  ['persistence/engine', 'persistence_engine'],
  ['sorryServer', 'sorry_server'],
  ['sorryServer/inhibit', 'sorry_server_inhibit'],
  ['sorryServer/forwarding', 'sorry_server_lvs_method', 'lb_kind', 'lvs_method'],
  ['quorum', 'quorum'],
  ['hysteresis', 'hysteresis'],
  ['omega', 'omega'],
  ['virtualHost', 'virtualhost'],
  ['quorumUp', 'quorum_up'],
  ['quorumDown', 'quorum_down'],
];

export const SERVER_ORIGINS: readonly OriginRow[] = [
  ['weight', 'weight', 'virtual_server/weight'],
  ['forwarding', 'lvs_method', 'virtual_server/lb_kind', 'virtual_server/lvs_method'],
  ['upperThreshold', 'uthreshold'],
  ['lowerThreshold', 'lthreshold'],
  ['inhibitOnFailure', 'inhibit_on_failure', 'virtual_server/inhibit_on_failure'],
  ['notifyUp', 'notify_up'],
  ['notifyDown', 'notify_down'],
];

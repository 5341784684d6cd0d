/** disable_local_igmp: while vipd runs, the machine sends no IGMP reports for 224.0.0.0/24, which no switch has to know of
 *  (RFC 4541 §2.1.2). What the setting was before is put back at the end, unless somebody else changed it meanwhile. */
import type { Log } from '../../base/log.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import { vrrpShellLog } from '../core/log-events.ts';

export interface IgmpReports {
  /** Of local groups: wanted as ever, or not. */
  allow(reports: boolean): void;
}

const SETTING = 'net/ipv4/igmp_link_local_mcast_reports';
const OFF = '0';

export function igmpReports(sysctl: Sysctl, log: Log): IgmpReports {
  let before: string | null = null;

  function write(value: string): boolean {
    const written = sysctl.write(SETTING, value);
    if (!written.ok) log(vrrpShellLog.settingFailed({ detail: systemErrorText(written.error) }));
    return written.ok;
  }

  return {
    allow(reports) {
      const now = sysctl.read(SETTING);
      if (reports) {
        if (before !== null && now === OFF) write(before);
        before = null;
      } else if (before === null && now !== null && now !== OFF && write(OFF)) before = now;
    },
  };
}

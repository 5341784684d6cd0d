/** What the keyword tables of all checkers have in common: pace, and where and how to connect. */
import { fwMark } from '../../base/units.ts';
import { line, type ValueReader } from './row.ts';
import {
  boolean, decimalSeconds, integer, interfaceWord, ipAddress, oneOf, portNumber, U32_MAX,
} from './values.ts'; // biome-ignore format: one line reads better

const TIMEOUT_MAX = 4294.967295;

export const timing = {
  /** at least a microsecond, so a loop always ends */
  delayLoop: decimalSeconds(0.000001, U32_MAX),
  delay: decimalSeconds(0, U32_MAX),
  connectTimeout: decimalSeconds(0.000001, TIMEOUT_MAX),
};

export const commonRows = {
  retry: line(integer(0, U32_MAX), 'extra attempts before a live server is declared failed', { tier: 1 }),
  delay_before_retry: line(timing.delay, 'seconds between these attempts', { tier: 1 }),
  delay_loop: line(timing.delayLoop, 'seconds between checks'),
  warmup: line(timing.delay, 'the first check is spread over this many seconds'),
  alpha: line(boolean, 'the server is out until this check has passed'),
  log_all_failures: line(boolean, 'log every failed attempt'),
};

export const targetRows = {
  connect_ip: line(ipAddress, 'address to connect to, else that of the server', { tier: 1 }),
  connect_port: line(portNumber, 'port to connect to, else that of the server', { tier: 1 }),
  bindto: line(ipAddress, 'own address to connect from'),
  bind_port: line(portNumber, 'own port to connect from', { tier: 3 }),
  bind_if: line(interfaceWord, 'interface to connect through', { tier: 3 }),
  fwmark: line(mark, 'mark of the packets sent', { tier: 3 }),
  check_via: line(oneOf('forwarding', 'server'), 'forwarding: probes travel as packets of clients do', {
    tier: 3,
  }),
  connect_timeout: line(timing.connectTimeout, 'seconds to connect, and for each read', { tier: 1 }),
};

function mark(...[words, report]: Parameters<ValueReader<number>>) {
  const value = integer(0, U32_MAX)(words, report);
  return value === undefined ? undefined : fwMark(value);
}

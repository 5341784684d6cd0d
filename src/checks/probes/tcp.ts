/** TCP_CHECK: the connection opens, that is all. It is closed with a reset, so that no socket of this host stays in
 *  TIME_WAIT for each check. behaviour.md section 16.2. */
import { after } from '../../base/units.ts';
import type { TcpChecker } from '../../config/model/lvs.ts';
import { failed, PASSED, type ProbeResult } from '../core/probe-result.ts';
import { connectError } from './dial.ts';
import type { StartProbe } from './probe.ts';

export const probeTcp: StartProbe<TcpChecker> = ({ target }, { deadlines, dial }, done) => {
  const { socket } = dial(target, null);
  let over = false;
  const finish = (result: ProbeResult | null): void => {
    if (over) return;
    over = true;
    callOff();
    socket.resetAndDestroy();
    if (result !== null) done(result);
  };
  const callOff = deadlines.add(after(deadlines.now(), target.timeout), () => {
    finish(failed({ kind: 'connect_timeout' }));
    return null;
  });
  socket.once('connect', () => finish(PASSED));
  socket.on('error', (error) => finish(connectError(error, (code) => ({ kind: 'connect_failed', code }))));
  return { abort: () => finish(null) };
};

/** PING_CHECK: one ICMP echo, answered within the timeout. behaviour.md section 16.7. */
import { familyOf } from '../../base/ip.ts';
import type { PingChecker } from '../../config/model/network-checkers.ts';
import { cryptoModule } from '../../native/late-modules.ts';
import { echoRequest, isEchoReply, withoutIpHeader } from '../core/icmp-echo.ts';
import { failed, PASSED } from '../core/probe-result.ts';
import { startDatagramExchange } from './datagram-exchange.ts';
import type { StartProbe } from './probe.ts';

/** As keepalived's; it also tells this probe's answer from those to others. */
const PAYLOAD_BYTES = 128;

export const probePing: StartProbe<PingChecker> = ({ target }, ports, done) => {
  const family = familyOf(target.address);
  const { randomBytes, randomInt } = cryptoModule();
  const payload = randomBytes(PAYLOAD_BYTES);
  return startDatagramExchange(
    {
      target,
      protocol: 'icmp',
      request: echoRequest(family, randomInt(0x1_0000), payload),
      judge: (datagram, raw) => {
        const packet = raw && family === 'inet' ? withoutIpHeader(datagram) : datagram;
        return isEchoReply(family, packet, payload) ? PASSED : null;
      },
      silence: failed({ kind: 'no_reply' }),
    },
    ports,
    done,
  );
};

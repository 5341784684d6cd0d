/** UDP_CHECK: a datagram out; without `require_reply` silence is success, for an open port may say nothing while a closed one
 *  answers with an ICMP error. behaviour.md section 16.6. */
import type { UdpChecker } from '../../config/model/network-checkers.ts';
import { failed, PASSED } from '../core/probe-result.ts';
import { judgeUdpReply, payloadBytes } from '../core/udp-reply.ts';
import { startDatagramExchange } from './datagram-exchange.ts';
import type { StartProbe } from './probe.ts';

export const probeUdp: StartProbe<UdpChecker> = ({ target, payload, reply }, ports, done) =>
  startDatagramExchange(
    {
      target,
      protocol: 'udp',
      request: payloadBytes(payload),
      judge: (datagram) => judgeUdpReply(reply, datagram),
      silence: reply === null ? PASSED : failed({ kind: 'no_reply' }),
    },
    ports,
    done,
  );

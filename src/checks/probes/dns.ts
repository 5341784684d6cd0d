/** DNS_CHECK: one question over UDP, recursion desired; any answer without an error code will do, whatever it holds.
 *  behaviour.md section 16.5. */
import { encode, RECURSION_DESIRED } from 'dns-packet';
import type { DnsChecker } from '../../config/model/network-checkers.ts';
import { cryptoModule } from '../../native/late-modules.ts';
import { judgeDnsReply } from '../core/dns-reply.ts';
import { failed } from '../core/probe-result.ts';
import { startDatagramExchange } from './datagram-exchange.ts';
import type { StartProbe } from './probe.ts';

export const probeDns: StartProbe<DnsChecker> = ({ target, type, name }, ports, done) => {
  // not to be guessed by whoever would like to answer in the server's place
  const id = cryptoModule().randomInt(0x1_0000);
  const request = encode({ type: 'query', id, flags: RECURSION_DESIRED, questions: [{ type, name }] });
  return startDatagramExchange(
    {
      target,
      protocol: 'udp',
      request,
      judge: (datagram) => judgeDnsReply(id, datagram),
      silence: failed({ kind: 'no_reply' }),
    },
    ports,
    done,
  );
};

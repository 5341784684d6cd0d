/** A packet that failed a receive check: it is counted under its reason, told of once, and changes nothing. */
import type { DropReason, ReceivedPacket } from '../wire/receive.ts';
import { complainOnce, count, type Step } from './effects.ts';
import { vrrpLog } from './log-events.ts';
import type { RouterState } from './state.ts';
import type { VrrpCounters } from './status.ts';

/** Counter of each way to be refused. */
const DROP_COUNTER: Readonly<Record<DropReason, keyof VrrpCounters>> = {
  packet_length: 'packetLengthErrors',
  ttl: 'ttlErrors',
  version: 'versionErrors',
  invalid_auth_type: 'invalidAuthType',
  auth_type_mismatch: 'authTypeMismatch',
  auth_failure: 'authFailures',
  ah_forged: 'authFailures',
  ah_replayed: 'authFailures',
  hmac_missing: 'hmacMissing',
  hmac_malformed: 'hmacMalformed',
  hmac_unknown_key: 'hmacUnknownKey',
  hmac_forged: 'hmacInvalid',
  hmac_stale: 'hmacStale',
  hmac_replayed: 'hmacReplayed',
  advert_interval: 'advertIntervalErrors',
  invalid_type: 'invalidTypeReceived',
  checksum: 'checksumErrors',
  destination: 'addressListErrors',
  unknown_peer: 'addressListErrors',
};

export function dropped(router: RouterState, { source }: ReceivedPacket, drop: DropReason): Step {
  const entry = vrrpLog.packetDropped({ instance: router.config.name, source, drop });
  return complainOnce(count(router, DROP_COUNTER[drop]), drop, entry);
}

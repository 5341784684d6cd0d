/** What the one instance of samples.ts has counted. */
import type { VrrpCounters } from '../../src/vrrp/core/status.ts';

export const COUNTERS: VrrpCounters = {
  advertsReceived: 0,
  advertsSent: 4,
  becameMaster: 1,
  releasedMaster: 0,
  packetLengthErrors: 0,
  checksumErrors: 0,
  versionErrors: 0,
  ttlErrors: 0,
  invalidTypeReceived: 0,
  advertIntervalErrors: 0,
  addressListErrors: 0,
  invalidAuthType: 0,
  authTypeMismatch: 0,
  authFailures: 0,
  hmacMissing: 0,
  hmacMalformed: 0,
  hmacUnknownKey: 0,
  hmacInvalid: 0,
  hmacStale: 0,
  hmacReplayed: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  gratuitousArpsSent: 10,
  splitsSeen: 0,
};

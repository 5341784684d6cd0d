/** What the one instance of samples.ts has counted. */
import { NO_COUNTS, type VrrpCounters } from '../../src/vrrp/core/status.ts';

export const COUNTERS: VrrpCounters = {
  ...NO_COUNTS,
  advertsSent: 4,
  becameMaster: 1,
  gratuitousArpsSent: 10,
};

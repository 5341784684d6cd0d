/** Quorum of a virtual server: enough alive weight, with hysteresis. behaviour.md section 15.2. */

export interface QuorumRule {
  /** at least 1 unless every weight is 0 */
  readonly quorum: number;
  /** less than `quorum` */
  readonly hysteresis: number;
}

/** The rule in force: a quorum above the whole configured weight could never be reached, so it is lowered to it. */
export function quorumRule(wanted: QuorumRule, configuredWeight: number): QuorumRule {
  const quorum = Math.min(wanted.quorum, configuredWeight);
  return { quorum, hysteresis: Math.max(0, Math.min(wanted.hysteresis, quorum - 1)) };
}

/** Up from quorum + hysteresis, down below quorum - hysteresis, and always down without any alive weight. */
export function quorumAfter(rule: QuorumRule, wasUp: boolean, aliveWeight: number): boolean {
  if (aliveWeight <= 0) return false;
  return wasUp ? aliveWeight >= rule.quorum - rule.hysteresis : aliveWeight >= rule.quorum + rule.hysteresis;
}

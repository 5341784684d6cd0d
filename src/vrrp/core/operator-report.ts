/** What an operator is answered: JSON-safe, it crosses the IPC channel and the control socket. */
import type { Claim } from './split.ts';
import type { VrrpStateName } from './status.ts';

export interface OrderReport {
  /** why nothing was ordered; null = it was */
  readonly refused: string | null;
  /** those that obey, as they are now */
  readonly instances: readonly {
    readonly name: string;
    readonly state: VrrpStateName;
    readonly effectivePriority: number;
    readonly reason: string;
  }[];
}

export interface ProbeReport {
  /** why nothing was asked; null = it was */
  readonly refused: string | null;
  /** IPv4 addresses that were asked for */
  readonly asked: readonly string[];
  /** machines other than this one that answered */
  readonly claims: readonly Claim[];
}

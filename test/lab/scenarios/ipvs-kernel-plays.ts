/** What the plays of ipvs-kernel.ts observe: the types that the test and the scenario share. */
import type { SystemError } from '../../../src/base/system-error.ts';
import type { SyncDaemon } from '../../../src/ipvs/core/daemon.ts';
import type { IpvsTimeouts } from '../../../src/ports/ipvs-kernel.ts';

export interface IpvsKernelPlays {
  readonly everyKind: {
    readonly refused: readonly string[];
    readonly reached: boolean;
    readonly writtenAgain: number;
    readonly ours: string;
    readonly theirs: string;
  };
  readonly edits: {
    readonly kinds: readonly string[];
    readonly refused: readonly string[];
    readonly reached: boolean;
  };
  readonly refusals: readonly {
    readonly what: string;
    readonly expected: string;
    readonly value: string;
    readonly real: string;
  }[];
  readonly thousands: {
    readonly operations: number;
    readonly refused: number;
    readonly listed: number;
    readonly refusedAgain: number;
  };
  readonly mixedBatch: { readonly answers: readonly string[]; readonly listing: string };
  readonly settings: {
    readonly timeouts: IpvsTimeouts;
    readonly theirTimeouts: string;
    readonly daemons: readonly SyncDaemon[];
    readonly theirDaemons: string;
    readonly daemonsLeft: number;
    readonly stopAgain: string;
    readonly zeroed: boolean;
    readonly zeroUnknown: string;
  };
  readonly withoutRights: SystemError | null;
}

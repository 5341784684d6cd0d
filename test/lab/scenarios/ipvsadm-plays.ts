/** What the plays of ipvsadm.ts observe: the types that the test and the scenario share. */

/** What one command line came to. */
export interface Answer {
  readonly exitStatus: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the two answered to the same command line. */
export interface Pair {
  readonly line: string;
  readonly original: Answer;
  readonly ours: Answer;
}

/** Two answers that differ: `at` is sequence and line, which with the seed lead back to it. */
export interface Difference extends Pair {
  readonly at: string;
}

export interface IpvsadmPlays {
  readonly sequences: {
    readonly seed: number;
    readonly lines: number;
    /** how many lines the original carried out */
    readonly done: number;
    readonly differences: readonly Difference[];
  };
  /** every listing of a table through which traffic went, and which holds what only others write */
  readonly traffic: readonly Pair[];
  /** names of hosts, long ones too, in the command line and in listings */
  readonly names: readonly Pair[];
  readonly restore: {
    /** what -R said, and the table afterwards as the original saves it */
    readonly mixed: { readonly original: Answer; readonly ours: Answer; readonly tables: readonly string[] };
    readonly large: {
      readonly lines: number;
      readonly tablesEqual: boolean;
      /** milliseconds of the original's process and of ours, Node's start included: for the log, not judged */
      readonly original: number;
      readonly ours: number;
    };
    /** saved by ours, restored by ours, saved again: with names, IPv6 and a mark above 2^31 */
    readonly roundTrip: readonly string[];
  };
  /** true starts of the installed program under the names that it has */
  readonly starts: readonly { readonly name: string; readonly answer: Answer; readonly original: Answer }[];
}

/** A small text that outlives its process, but neither the boot nor the network namespace that it is about. */

export interface StateFile {
  /** null: nothing was stored, or what was is about another kernel */
  load(): string | null;
  /** Replaces it whole or not at all. An empty text removes it. */
  store(text: string): void;
}

/** For a process without a successor. */
export const forgetfulFile: StateFile = { load: () => null, store: () => {} };

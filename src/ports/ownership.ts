/** Which services of the kernel's table vipd has made, remembered across a crash: a daemon that starts again may remove
 *  those that its configuration no longer has, and nothing else. */

export interface OwnershipStore {
  /** `serviceKeyText` of each; empty when nothing is known */
  load(): ReadonlySet<string>;
  /** Replaces what is remembered. Called before a service is made, so that a crash in between forgets nothing. */
  store(keys: ReadonlySet<string>): void;
}

/** For a table that nobody else will ever look after. */
export const forgetfulOwnership: OwnershipStore = { load: () => new Set(), store: () => {} };

/** The lab's one clock and its only way of waiting: a condition, a deadline, a name for what is missed.
 *  Times are milliseconds of CLOCK_MONOTONIC, so those of the client agent, another process, compare with
 *  the harness's. */

export type Ms = number;

const POLL_INTERVAL_MS = 20;

export const now = (): Ms => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Resolves with the first value of `look` that is neither undefined nor false; rejects when `withinMs`
 *  have passed. The message names `what`, so a failure says what did not come about. */
export async function until<T>(
  what: string,
  withinMs: Ms,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (now() > deadline) throw new Error(`not seen within ${withinMs / 1000} s: ${what}`);
    await pause(POLL_INTERVAL_MS);
  }
}

/** A watched stretch of time in which something must NOT happen, or over which a rate is taken. */
export const pause = (ms: Ms): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

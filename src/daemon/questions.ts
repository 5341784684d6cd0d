/** Questions to another process that wait for their answers: each gets exactly one, null when it does not come in time. */

/** Questions that may wait at once; more are answered with null. */
const QUESTIONS_MAX = 64;

export interface Questions<T> {
  /** `send` puts the question on its way under the given number. */
  ask(send: (request: number) => void, limitMs: number): Promise<T | null>;
  /** Answers to unknown numbers, and second ones, are dropped. */
  answer(request: number, value: T): void;
  /** The other process is gone. */
  abandon(): void;
}

export function createQuestions<T>(): Questions<T> {
  const waiting = new Map<number, (value: T | null) => void>();
  let last = 0;
  const settle = (request: number, value: T | null): void => {
    waiting.get(request)?.(value);
    waiting.delete(request);
  };
  return {
    ask: (send, limitMs) =>
      new Promise((resolve) => {
        if (waiting.size >= QUESTIONS_MAX) return resolve(null);
        const request = ++last;
        const limit = setTimeout(() => settle(request, null), limitMs);
        limit.unref();
        waiting.set(request, (value) => {
          clearTimeout(limit);
          resolve(value);
        });
        send(request);
      }),
    answer: settle,
    abandon: () => {
      for (const request of [...waiting.keys()]) settle(request, null);
    },
  };
}

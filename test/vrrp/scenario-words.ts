/** The words of a scenario's line: `priority=100 nopreempt`. */
export type Words = Readonly<Record<string, string>>;

export const wordsOf = (words: readonly string[]): Words =>
  Object.fromEntries(
    words.map((word) => {
      const [key = '', ...value] = word.split('=');
      return [key, value.join('=')];
    }),
  );

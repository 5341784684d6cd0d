/** What must not be shown of a model: every text under these names. */
const SECRET: ReadonlySet<string> = new Set(['secret', 'password', 'hex']);

export const HIDDEN = '(hidden)';

export const isSecret = (name: string, value: unknown): boolean =>
  SECRET.has(name) && typeof value === 'string';

/** A copy in which secrets are hidden. */
export function withoutSecrets<T>(value: T): T;
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => withoutSecrets(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, isSecret(name, each) ? HIDDEN : withoutSecrets(each)]),
  );
}

/** The schema of documents that people write (`vipd --schema`, for editors): the model's own, in which everything that
 *  has a default may be left out. The completed document is then held against the strict one. */
import { configSchema } from '../json-schema.ts';

/** Properties without a default wherever they occur. */
const NO_DEFAULT: ReadonlySet<string> = new Set([
  'kind', 'name', 'vrid', 'argv', 'path', 'script', 'members', 'low', 'high', 'host', 'password',
]); // biome-ignore format: one line reads better

export const documentSchema = (): unknown => ({
  ...Object(relaxed(configSchema)),
  title: 'configuration of vipd, as JSON or YAML',
  description: 'durations are microseconds; what is left out has the default of keepalived.conf',
});

function relaxed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(relaxed);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, value]) => {
      const names: readonly unknown[] = name === 'required' && Array.isArray(value) ? value : [];
      const isList = names.every((each) => typeof each === 'string') && names.length > 0;
      return [name, isList ? names.filter((each) => NO_DEFAULT.has(String(each))) : relaxed(value)];
    }),
  );
}

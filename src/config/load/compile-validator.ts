/** Compiles the schema with ajv, which takes about as long as parsing ten thousand real servers. Running from
 *  source that is paid at the first use; the bundler replaces this file by the code that ajv generates. */
import { Ajv } from 'ajv';
import { configSchema } from '../json-schema.ts';
import { AJV_OPTIONS } from './ajv-options.ts';

export interface Violation {
  /** JSON pointer */
  readonly instancePath: string;
  readonly message?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface Validator {
  (value: unknown): boolean;
  errors?: readonly Violation[] | null;
}

export const compileValidator = (): Validator => new Ajv(AJV_OPTIONS).compile(configSchema);

/** The last gate: a model that does not fit its own schema is a defect of vipd and never reaches a child. */
import { compileValidator, type Validator } from './compile-validator.ts';

/** A broken rule may be broken ten thousand times. */
const VIOLATIONS_MAX = 20;

/** What is wrong with a model, one sentence per place; empty when it is sound. */
export function schemaViolations(
  config: unknown,
  validate: Validator = compileValidator(),
): readonly string[] {
  if (validate(config)) return [];
  return (validate.errors ?? [])
    .slice(0, VIOLATIONS_MAX)
    .map(({ instancePath, message }) => `${instancePath} ${message ?? 'is wrong'}`);
}

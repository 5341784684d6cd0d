/** One set of options for ajv, at run time and at build time. */
import type { Options } from 'ajv';

export const AJV_OPTIONS: Options = {
  discriminator: true,
  strictRequired: false,
  allowUnionTypes: true,
  // a loop instead of a branch per property: a tenth of the generated code
  loopRequired: 2,
};

/** One set of options for ajv, at run time and at build time. */
import type { Options } from 'ajv';

export const AJV_OPTIONS: Options = {
  discriminator: true,
  strictRequired: false,
  allowUnionTypes: true,
  // flat code with loops instead of nested branches: smaller, and quicker on a sound model
  allErrors: true,
  loopRequired: 2,
  // a function per definition, compiled when the first such thing is met
  inlineRefs: false,
};

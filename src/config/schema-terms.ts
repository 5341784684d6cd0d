/** The words that the JSON schema of the model is made of. */
export type Schema = Readonly<Record<string, unknown>>;

export const IPV4 = '^(\\d{1,3}\\.){3}\\d{1,3}$';
export const IPV6 = '^[0-9a-f:.]*:[0-9a-f:.]*$';
export const IP = `${IPV4}|${IPV6}`;

export const text: Schema = { type: 'string' };
export const flag: Schema = { type: 'boolean' };
export const integer = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
export const oneOf = (...values: readonly (string | number)[]): Schema => ({ enum: values });
export const list = (items: Schema, minItems = 0): Schema => ({ type: 'array', items, minItems });
export const pattern = (expression: string): Schema => ({ type: 'string', pattern: expression });
export const shared = (name: string): Schema => ({ $ref: `#/definitions/${name}` });

/** Every property is there; nothing else is. */
export const object = (properties: Readonly<Record<string, Schema>>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** One `type` with two names and not `anyOf`: the generated code stays small and quick. */
export const nullable = (schema: Schema): Schema =>
  typeof schema['type'] === 'string'
    ? { ...schema, type: [schema['type'], 'null'] }
    : { anyOf: [{ type: 'null' }, schema] };
/** A union that is told apart by `kind`, so that an error names one alternative and not all of them. */
export const union = (...alternatives: readonly Schema[]): Schema => ({
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: alternatives,
});
export const kind = (name: string, properties: Readonly<Record<string, Schema>> = {}): Schema =>
  object({ kind: { const: name }, ...properties });

export const u32 = integer(0, 4_294_967_295);
export const i32 = integer(0, 2_147_483_647);
export const ip = pattern(IP);
export const interfaceName = pattern('^[^\\s/]{1,15}$');

/** The part of the JSON schema that tells of checkers and words of vipd's own. */
import { HTTP_METHODS } from './model/http-words.ts';
import {
  flag,
  integer,
  kind,
  list,
  nullable,
  object,
  oneOf,
  pattern,
  type Schema,
  text,
  union,
} from './schema-terms.ts';

export const login = object({
  user: text,
  password: nullable(union(kind('given', { secret: text }), kind('file', { path: text }))),
});

const tls = nullable(object({ verify: flag, serverName: nullable(text) }));

const database = {
  login,
  database: nullable(text),
  tls,
  query: nullable(object({ sql: text, expected: nullable(text) })),
  maxLag: nullable(integer(0, 86_400_000_000)),
};

/** `common`: what every checker of a target has. */
export const serviceCheckers = (common: Readonly<Record<string, Schema>>): readonly Schema[] => [
  kind('mysql', { ...common, ...database, readOnly: nullable(flag) }),
  kind('pgsql', { ...common, ...database, inRecovery: nullable(flag) }),
  kind('redis', { ...common, login: nullable(login), tls, role: oneOf('master', 'replica', 'any') }),
  kind('grpc', { ...common, tls, service: text }),
  kind('agent', { ...common, send: nullable(text) }),
];

/** Of each url of HTTP_GET and SSL_GET. */
export const httpUrlWords = {
  words: nullable(
    object({
      method: oneOf(...HTTP_METHODS),
      headers: list(object({ name: text, secret: pattern('^[^\\r\\n]*$') })),
      body: nullable(text),
    }),
  ),
  json: list(object({ path: text, value: nullable(text) })),
};

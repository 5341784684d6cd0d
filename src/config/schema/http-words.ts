/** Keywords of HTTP_GET and SSL_GET that keepalived does not have. */
import { MICROS_PER_SECOND, type Micros, micros } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import { HTTP_METHODS, type HttpHeader, type JsonWish } from '../model/http-words.ts';
import { each, line, type ValueReader } from './row.ts';
import { loginRows } from './service-checkers.ts';
import { oneOf, oneWord, text, wordAt } from './values.ts';

const SECONDS_PER = { d: 86_400, h: 3600 } as const;
const DAYS_MAX = 3650;

/** `"Name: value"` or `Name: value`; the value is not repeated in complaints. */
const header: ValueReader<HttpHeader> = (words, report) => {
  if (wordAt(words, 0, 'a name and a value', report) === undefined) return undefined;
  const whole = words.args.map(({ text }) => text).join(' ');
  const [, name, secret] = /^([\w!#$%&'*+.^`|~-]+): *([\x20-\x7e\x80-\xff]*)$/.exec(whole) ?? [];
  if (name !== undefined && secret !== undefined) return { name, secret };
  report(catalog.bad_header(words.keyword, {}));
  return undefined;
};

const jsonWish: ValueReader<JsonWish> = (words, report) => {
  const path = wordAt(words, 0, 'a path', report);
  if (path === undefined) return undefined;
  const [, value, extra] = words.args;
  if (extra !== undefined) report(catalog.extra_words(extra, { keyword: 'json', word: extra.text }));
  return { path: path.text === '.' ? '' : path.text, value: value?.text ?? null };
};

/** `14d`, `36h`; a bare number is days. */
const days: ValueReader<Micros> = oneWord('days', (word, _, report) => {
  const [, number, unit = 'd'] = /^(\d{1,6})([dh]?)$/.exec(word.text) ?? [];
  const seconds = Number(number) * SECONDS_PER[unit === 'h' ? 'h' : 'd'];
  if (number !== undefined && seconds <= DAYS_MAX * SECONDS_PER.d) return micros(seconds * MICROS_PER_SECOND);
  report(catalog.bad_days(word, { word: word.text, max: DAYS_MAX }));
  return undefined;
});

export const httpWordRows = {
  method: line(oneOf(...HTTP_METHODS), 'method of the request'),
  header: each(header, 'header of the request, as NAME: VALUE; the value is shown nowhere'),
  body: line(text('a text'), 'body of the request'),
  json: each(jsonWish, 'value in the JSON of the body: its path, and what it must be'),
};

export const httpLoginRows = loginRows;

export const tlsExpiryRow = line(days, 'warn so long before the certificate ends; the server stays up');

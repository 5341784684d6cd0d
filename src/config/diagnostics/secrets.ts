/** Passwords and keys in lines that are shown: diagnostics end up in logs and on screens, where a secret has no business.
 *  What stands behind their keywords becomes asterisks, as many as there were characters, so that carets stay where they are. */
import type { Diagnostic } from './diagnostic.ts';

/** Keywords, near misses of them, the same names in JSON and YAML, definitions of macros that are named so. None looks back
 *  over more than a character: a line may be a megabyte of braces. */
const SECRETS: readonly RegExp[] = [
  /(?<![\w$])auth_?pass?(?:w(?:or)?d)?/gi,
  /(?:^[\s"'{,-]*|[{}]\s*)(?!passive\b|password_file\b)pass(?:w(?:or)?d|phrase)?/gi,
  // of HTTP_GET: it may be an authorization
  /(?:^\s*|[{}]\s*)header\s+/gi,
  /(?:^[\s"'{,-]*|[{}]\s*)(?:secret|hex)\b/gi,
  // `key ID SECRET`: an id may be seen; `key /path` of SSL and `file:/path` are no secrets
  /(?:^(?:\s*@\S+)?\s*|[{}]\s*)key\s+(?!(?:\d{1,3}\s+)?(?:\/|file:|\{))(?:\d{1,3}\s+(?=\S))?/gi,
  /\$\{?\w*(?:pass|secret|key)\w*\}?\s*=/gi,
];

/** Offset from which `line` is secret; its length when nothing is. */
function secretFrom(line: string): number {
  let from = line.length;
  for (const pattern of SECRETS) {
    for (const { index, 0: found } of line.matchAll(pattern)) from = Math.min(from, index + found.length);
  }
  return from;
}

/** Blanks, quotes, braces and what parts a JSON value from its name stay, and a macro's name tells nothing. */
const SHOWN = /\$\{?\w+\}?|[^\s"{}:=,]/g;

/** `line`, as long as before. */
export function maskSecrets(line: string): string {
  const from = secretFrom(line);
  if (from === line.length) return line;
  return line.slice(0, from) + line.slice(from).replace(SHOWN, (word) => (word.startsWith('$') ? word : '*'));
}

/** A quoted word of a text that may be shown: the name of a keyword, whatever is wrong with it. */
const HARMLESS = /^(auth_pass|auth_type|auth_hmac|authentication|password|key|active_key|[{}"])$/;

/** The words of a diagnostic about a line with a secret: what it quotes is not repeated, but for keywords. */
export function withSecretsHidden(diagnostic: Diagnostic): Diagnostic {
  const { at, text, help } = diagnostic;
  if (at === null) return diagnostic;
  const lineFrom = at.start === 0 ? 0 : at.file.text.lastIndexOf('\n', at.start - 1) + 1;
  const lineTo = at.file.text.indexOf('\n', at.start);
  const line = at.file.text.slice(lineFrom, lineTo === -1 ? undefined : lineTo);
  const from = secretFrom(line);
  if (from === line.length) return diagnostic;
  const secrets = line.slice(from).split(/[\s"{}]+/);
  const known = new Set(line.slice(0, from).split(/[\s"{}]+/));
  const tell = (told: string): string => unquoted(without(told, secrets), known);
  return { ...diagnostic, text: tell(text), help: help === null ? null : tell(help) };
}

/** Shorter words than this are no secrets, and stand in sentences by themselves. */
const SECRET_LEAST = 3;

const without = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((word) => word.length >= SECRET_LEAST && !HARMLESS.test(word))
    .reduce((rest, word) => rest.replaceAll(word, '***'), text);

/** `known`: the words of the line that are no secret. */
const unquoted = (text: string, known: ReadonlySet<string>): string =>
  text.replace(/'([^']*)'/g, (whole, word: string) => {
    if (HARMLESS.test(word) || known.has(word)) return whole;
    const keyword = /^(auth_pass|password|key)/.exec(word);
    return `'${keyword?.[0] ?? ''}***'`;
  });

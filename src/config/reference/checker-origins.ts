/** Where the values of a checker were written: laid beside the blocks of its server again, as origins.ts does for the rest. */
import type { Checker, RealServer } from '../model/lvs.ts';
import { innerOf } from '../read-tree.ts';
import type { Statement } from '../syntax/tree.ts';
import { CHECKER_ORIGINS, type OriginRow, URL_ORIGINS } from './origin-table.ts';

/** `own`: the lines of the block, the nearest first where several blocks give them. */
export type AddOrigins = (
  pointer: string,
  block: Statement,
  rows: readonly OriginRow[],
  own: readonly Statement[],
) => void;

const KIND_OF: ReadonlyMap<string, Checker['kind']> = new Map([
  ['TCP_CHECK', 'tcp'],
  ['HTTP_GET', 'http'],
  ['SSL_GET', 'http'],
  ['SMTP_CHECK', 'smtp'],
  ['UDP_CHECK', 'udp'],
  ['DNS_CHECK', 'dns'],
  ['PING_CHECK', 'ping'],
  ['FILE_CHECK', 'file'],
  ['MISC_CHECK', 'misc'],
  ['MYSQL_CHECK', 'mysql'],
  ['PGSQL_CHECK', 'pgsql'],
  ['REDIS_CHECK', 'redis'],
  ['GRPC_CHECK', 'grpc'],
  ['AGENT_CHECK', 'agent'],
]);

/** A block that came to nothing (no url, no path, a file that nobody defined) has no checker; an SMTP_CHECK has one more for
 *  each `host`. */
export function addCheckers(
  pointer: string,
  { checkers }: RealServer,
  server: Statement,
  add: AddOrigins,
): void {
  let next = 0;
  for (const block of innerOf(server)) {
    const kind = KIND_OF.get(block.keyword.text);
    if (kind === undefined || !hasChecker(block)) continue;
    const at = checkers.findIndex((checker, i) => i >= next && checker.kind === kind && fits(checker, block));
    if (at === -1) continue;
    next = at + 1;
    const own = innerOf(block);
    addOne(`${pointer}/checkers/${at}`, block, own, add);
    for (const host of blocksIn(own, 'host'))
      addOne(`${pointer}/checkers/${next++}`, host, [...own, ...innerOf(host)], add);
  }
}

function addOne(pointer: string, block: Statement, own: readonly Statement[], add: AddOrigins): void {
  add(pointer, block, CHECKER_ORIGINS, own);
  const urls = blocksIn(own, 'url').filter((url) => has(innerOf(url), 'path'));
  for (const [i, url] of urls.entries()) {
    // what the url does not say itself, its checker says for all
    const shared = own.filter(({ keyword }) =>
      /^(virtualhost|tls_compliant|enable_sni|sni_name)$/.test(keyword.text),
    );
    add(`${pointer}/urls/${i}`, url, URL_ORIGINS, [...shared, ...innerOf(url)]);
  }
}

const blocksIn = (lines: readonly Statement[], name: string): readonly Statement[] =>
  lines.filter(({ keyword, body }) => keyword.text === name && body.kind === 'block');

const has = (lines: readonly Statement[], name: string): boolean =>
  lines.some(({ keyword }) => keyword.text === name);

function hasChecker(block: Statement): boolean {
  const lines = innerOf(block);
  const { text } = block.keyword;
  if (text === 'MISC_CHECK') return has(lines, 'misc_path');
  if (text !== 'HTTP_GET' && text !== 'SSL_GET') return true;
  return blocksIn(lines, 'url').some((url) => has(innerOf(url), 'path'));
}

function fits(checker: Checker, block: Statement): boolean {
  if (checker.kind !== 'file') return true;
  const file = innerOf(block).findLast(({ keyword }) => keyword.text === 'track_file');
  return file?.args[0]?.text === checker.file.name;
}

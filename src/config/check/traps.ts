/** Settings that are legal and seldom meant: what they bring about is told once, where they are written. None of them
 *  changes what is run or the exit status of `-t`. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Config } from '../model/config.ts';
import type { Span } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';

/** Takes the statements one by one; `finish` compares them with what became of them. */
export interface Traps {
  readonly visit: (statement: Statement) => void;
  readonly finish: (config: Config) => void;
}

const STRICT: ReadonlySet<string> = new Set(['vrrp_strict', 'strict_mode']);
const METHODS: ReadonlySet<string> = new Set(['lb_kind', 'lvs_method']);

export function createTraps(report: Report): Traps {
  let strict: Span | null = null;
  let tunnel: Span | null = null;
  const visit = ({ keyword, args }: Statement): void => {
    if (STRICT.has(keyword.text)) strict ??= keyword;
    if (METHODS.has(keyword.text) && args[0]?.text === 'TUN') tunnel ??= args[0];
  };
  const finish = ({ vrrpInstances }: Config): void => {
    const deaf = vrrpInstances.find((instance) => instance.strict && !instance.accept);
    if (strict !== null && deaf !== undefined) report(catalog.strict_is_deaf(strict, { name: deaf.name }));
    if (tunnel !== null) report(catalog.tunnel_mtu(tunnel, {}));
  };
  return { visit, finish };
}

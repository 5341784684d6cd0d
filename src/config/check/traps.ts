/** Settings that are legal and seldom meant: what they bring about is told once, where they are written. None of them
 *  changes what is run or the exit status of `-t`. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { serviceText } from '../lower/virtual-server.ts';
import type { Config } from '../model/config.ts';
import type { VirtualServer } from '../model/lvs.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { Span } from '../syntax/source.ts';
import type { Statement } from '../syntax/tree.ts';

/** Takes the statements one by one; `finish` compares them with what became of them. */
export interface Traps {
  readonly visit: (statement: Statement) => void;
  readonly finish: (config: Config) => void;
}

const STRICT: ReadonlySet<string> = new Set(['vrrp_strict', 'strict_mode']);
const DEAF: ReadonlySet<string> = new Set([...STRICT, 'no_accept']);
const METHODS: ReadonlySet<string> = new Set(['lb_kind', 'lvs_method']);

export function createTraps(report: Report): Traps {
  let strict: Span | null = null;
  let deafening: Span | null = null;
  let tunnel: Span | null = null;
  const visit = ({ keyword, args }: Statement): void => {
    if (STRICT.has(keyword.text)) strict ??= keyword;
    if (DEAF.has(keyword.text)) deafening ??= keyword;
    if (METHODS.has(keyword.text) && args[0]?.text === 'TUN') tunnel ??= args[0];
  };
  const finish = ({ vrrpInstances, virtualServers }: Config): void => {
    const deaf = vrrpInstances.find((instance) => instance.strict && !instance.accept);
    if (strict !== null && deaf !== undefined) report(catalog.strict_is_deaf(strict, { name: deaf.name }));
    const refused = deafening === null ? null : refusedService(vrrpInstances, virtualServers);
    if (refused !== null) report(catalog.service_refused(deafening, refused));
    if (tunnel !== null) report(catalog.tunnel_mtu(tunnel, {}));
  };
  return { visit, finish };
}

/** IPVS sees a packet only after the filter has let it in. */
function refusedService(
  instances: readonly VrrpInstance[],
  services: readonly VirtualServer[],
): { readonly name: string; readonly service: string } | null {
  for (const { name, accept, virtualAddresses, excludedAddresses } of instances) {
    if (accept) continue;
    const own = new Set([...virtualAddresses, ...excludedAddresses].map(({ address }) => address));
    const service = services.find(({ match }) => match.kind === 'address' && own.has(match.address));
    if (service !== undefined) return { name, service: serviceText(service.match) };
  }
  return null;
}

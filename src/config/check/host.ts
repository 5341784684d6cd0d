/** Rules that need the machine: does an interface exist? What is missing is told and waited for, never an end. */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Config } from '../model/config.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { Statement } from '../syntax/tree.ts';
import type { Placed } from './cross-checks.ts';

export interface HostFacts {
  readonly hasInterface: (name: string) => boolean;
}

export function checkHost(
  { global }: Config,
  instances: readonly Placed<VrrpInstance>[],
  host: HostFacts,
  report: Report,
): void {
  if (global.vrrp.dynamicInterfaces) return;
  for (const { value, at } of instances) {
    if (host.hasInterface(value.interface)) continue;
    report(catalog.interface_absent(interfacePlace(at), { name: value.name, interface: value.interface }));
  }
}

function interfacePlace({ keyword, body }: Statement) {
  const inner = body.kind === 'block' ? body.statements : [];
  return inner.findLast((statement) => statement.keyword.text === 'interface')?.args[0] ?? keyword;
}

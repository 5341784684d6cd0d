/** What tells one vipd from another on the same machine: its `instance` and its network namespace. Their names are in those
 *  of its pid files, sockets, processes and log lines (behaviour.md section 1), and none of it can change while it runs. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { Config } from '../../config/model/config.ts';
import type { ProcessSettings } from '../../config/model/global.ts';

export type Identity = Pick<ProcessSettings, 'netNamespace' | 'instance'>;

/** `_NAMESPACE_INSTANCE`, of what there is. */
export const identitySuffix = ({ netNamespace, instance }: Identity): string =>
  [netNamespace, instance].map((name) => (name === null ? '' : `_${name}`)).join('');

/** With the namespace of the command line, which is stronger than the file's. */
export function withNamespace(config: Config, namespace: string | null): Config {
  if (namespace === null) return config;
  return withProcess(config, { ...config.global.process, netNamespace: namespace, usePidDir: true });
}

/** Settings that a reload cannot change, by their keywords. */
const FIXED = [
  ['netNamespace', 'net_namespace'],
  ['ipvsNamespace', 'net_namespace_ipvs'],
  ['instance', 'instance'],
] as const satisfies readonly (readonly [keyof ProcessSettings, string])[];

/** The new configuration with the old values of those; `kept` names the ones that differ. */
export function keepFixed(
  running: Config,
  next: Config,
): { readonly config: Config; readonly kept: readonly string[] } {
  const before = running.global.process;
  const wanted = next.global.process;
  const kept = FIXED.filter(([field]) => !sameValue(before[field], wanted[field])).map(([, word]) => word);
  if (kept.length === 0) return { config: next, kept };
  const { netNamespace, ipvsNamespace, instance, usePidDir } = before;
  return { config: withProcess(next, { ...wanted, netNamespace, ipvsNamespace, instance, usePidDir }), kept };
}

const withProcess = (config: Config, settings: ProcessSettings): Config => ({
  ...config,
  global: { ...config.global, process: settings },
});

/** The simulated machines that a user's own configurations ask for: which interfaces, on which segments, with which
 *  addresses. What a file does not say is made up so that the machines can talk. */
import { brand } from '../base/brand.ts';
import type { IpAddress } from '../base/ip.ts';
import type { MacAddress } from '../base/mac.ts';
import { type InterfaceName, priority } from '../base/units.ts';
import type { VrrpInstance } from '../config/model/vrrp.ts';
import type { VrrpPart } from '../vrrp/shell/process.ts';
import type { HostPlan, LinkPlan } from './cluster.ts';
import { address, ETH0 } from './topology.ts';

export interface Director {
  readonly name: string;
  readonly config: VrrpPart;
}

/** By how much a made-up second director is worse. */
const WORSE_BY = 50;

/** The second director of a pair of which only one file is there: the same with a lower priority. */
export const secondOf = ({ name, config }: Director): Director => ({
  name: `${name}-peer`,
  config: {
    ...config,
    vrrpInstances: config.vrrpInstances.map((instance) => ({
      ...instance,
      initialState: 'BACKUP',
      priority: priority(Math.max(1, instance.priority - WORSE_BY)),
      ...turned(instance),
    })),
  },
});

/** Who is written to, and from where, change places. */
function turned({ destination, sourceAddress }: VrrpInstance): Partial<VrrpInstance> {
  if (destination.kind !== 'unicast') return sourceAddress === null ? {} : { sourceAddress: null };
  const [peer] = destination.peers;
  const own = sourceAddress ?? MADE_UP[0] ?? null;
  if (peer === undefined || own === null) return {};
  return {
    sourceAddress: peer.address,
    destination: { ...destination, peers: [{ ...peer, address: own }] },
  };
}

/** TEST-NET-2 (RFC 5737), for machines whose files do not say. */
const MADE_UP: readonly IpAddress[] = [1, 2, 3, 4].map((i) => address(`198.51.100.${i}`));

/** As many as there are addresses to make up. */
export const DIRECTORS_MAX = MADE_UP.length;

export const machinesOf = (directors: readonly Director[]): readonly HostPlan[] =>
  directors.map((director, i) => {
    const names = interfacesOf(director.config);
    const [first = ETH0, ...others] = names;
    const others_ = directors.filter((other) => other !== director);
    const link = (name: InterfaceName, n: number): LinkPlan => linkPlan(director, others_, { name, i, n });
    return { name: director.name, links: [link(first, 0), ...others.map((name, n) => link(name, n + 1))] };
  });

/** Those that must be there before vipd makes its own; the one that adverts of the first instance leave by comes first. */
export function interfacesOf({ vrrpInstances }: VrrpPart): readonly InterfaceName[] {
  const made = new Set(vrrpInstances.flatMap(({ virtualLinks }) => virtualLinks.map(({ name }) => name)));
  const named = vrrpInstances.flatMap((instance) => [
    instance.interface,
    ...[...instance.virtualAddresses, ...instance.excludedAddresses].map((one) => one.interface),
    ...instance.trackInterfaces.map((one) => one.interface),
    ...instance.routes.flatMap(({ route }) => route.device ?? []),
    ...instance.rules.flatMap(({ rule }) => [rule.iif ?? [], rule.oif ?? []].flat()),
  ]);
  return [...new Set(named)].filter((name) => !made.has(name));
}

function linkPlan(
  { config }: Director,
  others: readonly Director[],
  { name, i, n }: { readonly name: InterfaceName; readonly i: number; readonly n: number },
): LinkPlan {
  const here = config.vrrpInstances.filter((instance) => instance.interface === name);
  const [first] = here.map(({ vrid }) => vrid).sort((a, b) => a - b);
  const written = here.flatMap((instance) => sourceOf(instance, others) ?? []);
  const madeUp = [
    ...(n === 0 || here.length > 0 ? MADE_UP.slice(i, i + 1) : []),
    address(`fe80::5:${n}:${i + 1}`),
  ];
  const mac = brand<MacAddress>(`02:00:00:00:0${n % 10}:0${i + 1}`);
  // whoever has the same first VRID is on the same segment, whatever the interface is called
  const segment = first === undefined ? name : `VRID ${first}`;
  return { name, segment, mac, addresses: [...new Set([...written, ...madeUp])] };
}

/** As configured, or as the others write to it. */
function sourceOf({ sourceAddress, vrid }: VrrpInstance, others: readonly Director[]): IpAddress | null {
  if (sourceAddress !== null) return sourceAddress;
  for (const { config } of others) {
    const theirs = config.vrrpInstances.find((instance) => instance.vrid === vrid);
    if (theirs?.destination.kind === 'unicast') return theirs.destination.peers[0]?.address ?? null;
  }
  return null;
}

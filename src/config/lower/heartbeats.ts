/** heartbeat_interfaces and heartbeat_peers: the other ways that the adverts of an instance take. */
import { familyOf, type IpAddress } from '../../base/ip.ts';
import type { InterfaceName } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Heartbeat, VrrpDestination } from '../model/vrrp.ts';
import type { LowerContext } from './context.ts';
import { familyName } from './vrrp-addresses.ts';
import type { InstanceSettings } from './vrrp-instance.ts';

interface Main {
  readonly name: string;
  readonly family: 'inet' | 'inet6';
  readonly interface: InterfaceName;
  readonly destination: VrrpDestination;
}

export function lowerHeartbeats(
  settings: InstanceSettings,
  main: Main,
  context: LowerContext,
): readonly Heartbeat[] {
  const { mcastGroup4, mcastGroup6 } = context.global.vrrp;
  const usual = main.family === 'inet' ? mcastGroup4 : mcastGroup6;
  const group = main.destination.kind === 'multicast' ? main.destination.group : usual;
  const interfaces = new Set(
    (settings.heartbeat_interfaces ?? []).flatMap(({ value, at }) =>
      value.filter((name) => {
        if (name !== main.interface) return true;
        context.report(
          catalog.heartbeat_on_main(at.args[0] ?? at.keyword, { name: main.name, interface: name }),
        );
        return false;
      }),
    ),
  );
  return [
    ...[...interfaces].map((name) => ({
      interface: name,
      destination: { kind: 'multicast' as const, group },
    })),
    ...peersByInterface(settings, main, context),
  ];
}

/** The peers of one interface share its socket. */
function peersByInterface(
  settings: InstanceSettings,
  { family }: Main,
  { report }: LowerContext,
): readonly Heartbeat[] {
  const peers = new Map<InterfaceName, Set<IpAddress>>();
  for (const { value, at } of settings.heartbeat_peers ?? []) {
    if (familyOf(value.address) !== family) {
      const fields = { what: 'heartbeat peer', address: value.address, family: familyName(family) };
      report(catalog.wrong_family(at.args[0] ?? null, fields));
      continue;
    }
    const known = peers.get(value.interface) ?? new Set();
    peers.set(value.interface, known.add(value.address));
  }
  return [...peers].map(([name, addresses]) => ({
    interface: name,
    destination: { kind: 'unicast', peers: [...addresses] },
  }));
}

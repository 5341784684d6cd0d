/** What an operator may ask of a running VRRP process beyond its status: an order that the election obeys, and a probe of the
 *  segment for other holders of an instance's addresses. */
import { type Ipv4, isIpv4 } from '../../base/ip.ts';
import { systemErrorText } from '../../base/system-error.ts';
import type { NeighbourProbe } from '../../ports/neighbour-probe.ts';
import { allAddresses } from '../core/effects.ts';
import type { OrderReport, ProbeReport } from '../core/operator-report.ts';
import { addressedBy, type OrderWish, orderRefusal } from '../core/orders.ts';
import { STATE_NAME } from '../core/status.ts';
import { presentReason } from '../core/why.ts';
import type { VrrpProcess } from './process.ts';

type Operated = Pick<VrrpProcess, 'hear' | 'node'>;

export function giveOrder(process: Operated, name: string, wish: OrderWish): OrderReport {
  const refused = orderRefusal(process.node(), name);
  if (refused !== null) return { refused, instances: [] };
  process.hear({ kind: 'order_given', name, wish });
  const instances = addressedBy(process.node(), name).map((router) => ({
    name: router.config.name,
    state: STATE_NAME[router.phase.kind],
    effectivePriority: router.effectivePriority,
    reason: presentReason(router),
  }));
  return { refused: null, instances };
}

/** Addresses on interfaces made for the instance are asked for on the interface under them. */
export async function probeAddresses(
  process: Operated,
  neighbours: NeighbourProbe,
  name: string,
): Promise<ProbeReport> {
  const router = process.node().routers.find(({ config }) => config.name === name);
  if (router === undefined) return refusal(`no instance has the name ${name}`);
  const { config } = router;
  const made = new Set(config.virtualLinks.map((link) => link.name));
  const targets = allAddresses(config).flatMap(({ address, interface: on }) =>
    isIpv4(address) ? [{ address: address as Ipv4, interface: made.has(on) ? config.interface : on }] : [],
  );
  if (targets.length === 0) return refusal(`${name} has no IPv4 address to ask for`);
  const answers = await neighbours.probe(targets);
  if (!answers.ok) return refusal(systemErrorText(answers.error));
  process.hear({ kind: 'address_probed', instance: name, claims: answers.value });
  return { refused: null, asked: targets.map(({ address }) => address), claims: answers.value };
}

const refusal = (refused: string): ProbeReport => ({ refused, asked: [], claims: [] });

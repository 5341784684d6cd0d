/** What was last heard of each sender, for a few senders: the least recently heard one is forgotten first. */
import type { IpAddress } from '../../base/ip.ts';
import type { VrrpInstance } from '../../config/model/vrrp.ts';

/** Of a multicast group (behaviour.md section 12); only senders with the key get in, so nobody can push others out. */
const SENDERS_MAX = 4;

export function remember<T>(
  senders: Map<IpAddress, T>,
  sender: IpAddress,
  value: T,
  { destination }: Pick<VrrpInstance, 'destination'>,
): void {
  const limit =
    destination.kind === 'unicast' ? Math.max(SENDERS_MAX, destination.peers.length) : SENDERS_MAX;
  senders.delete(sender);
  senders.set(sender, value);
  for (const oldest of senders.keys()) {
    if (senders.size <= limit) return;
    senders.delete(oldest);
  }
}

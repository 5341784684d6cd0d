/** Persistence granularity: a mask in network order for IPv4, a prefix length in native order for IPv6
 *  (IPVS_SVC_ATTR_NETMASK). Inside vipd it is always a prefix length. */
import type { Family } from '../../base/ip.ts';
import { NetlinkView, NetlinkWriter } from '../../net/netlink/bytes.ts';

const NETMASK_SIZE = 4;

/** `prefix` 0..32 or 0..128 to the four bytes of the attribute. */
export function netmaskBytes(prefix: number, family: Family): Uint8Array {
  const out = new NetlinkWriter(NETMASK_SIZE);
  if (family === 'inet6') out.u32(prefix);
  else out.u32be(maskOf(prefix));
  return out.finish();
}

/** The four bytes to a prefix length. An IPv4 mask with gaps, which others may have set, gives 0: nobody asks
 *  for that, so it never counts as equal to what is wanted. */
export function prefixFromNetmask(bytes: Uint8Array, family: Family): number {
  const view = new NetlinkView(bytes);
  if (family === 'inet6') return view.u32(0);
  const mask = view.u32be(0);
  const leadingOnes = Math.clz32(~mask);
  return maskOf(leadingOnes) === mask ? leadingOnes : 0;
}

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffff_ffff << (32 - prefix)) >>> 0);

/** Persistence granularity: a mask in network order for IPv4, a prefix length in native order for IPv6
 *  (IPVS_SVC_ATTR_NETMASK). Inside vipd it is a prefix length, but for an IPv4 mask with gaps. */
import { type Family, type Ipv4, ipBytes, ipFromBytes, isIpv4 } from '../../base/ip.ts';
import { NetlinkView, NetlinkWriter } from '../../net/netlink/bytes.ts';

const NETMASK_SIZE = 4;

/** A prefix length 0..32 or 0..128, or a mask, to the four bytes of the attribute. */
export function netmaskBytes(prefix: number | Ipv4, family: Family): Uint8Array {
  if (typeof prefix === 'string') return ipBytes(prefix);
  const out = new NetlinkWriter(NETMASK_SIZE);
  if (family === 'inet6') out.u32(prefix);
  else out.u32be(maskOf(prefix));
  return out.finish();
}

/** The four bytes to a prefix length; an IPv4 mask with gaps stays a mask, so that it never counts as equal to
 *  what a configuration wants. */
export function prefixFromNetmask(bytes: Uint8Array, family: Family): number | Ipv4 {
  const view = new NetlinkView(bytes);
  if (family === 'inet6') return view.u32(0);
  const mask = view.u32be(0);
  const leadingOnes = Math.clz32(~mask);
  if (maskOf(leadingOnes) === mask) return leadingOnes;
  const dotted = ipFromBytes(bytes);
  return dotted !== null && isIpv4(dotted) ? dotted : 0;
}

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffff_ffff << (32 - prefix)) >>> 0);

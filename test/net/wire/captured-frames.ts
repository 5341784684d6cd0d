/** Frames that keepalived sent, captured on the wire: router 02:00:00:00:00:01, 192.168.100.101. */
const frame = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));

/** Gratuitous ARP of a new master for 192.168.100.240. */
export const GRATUITOUS_ARP = frame(
  'ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 c0a864f0 ffffffffffff c0a864f0',
);
/** The same from a virtual MAC. */
export const GRATUITOUS_ARP_VMAC = frame(
  'ffffffffffff 00005e000133 0806 0001 0800 06 04 0001 00005e000133 c0a864f0 ffffffffffff c0a864f0',
);
/** An ordinary reply: 192.168.100.102 is at 02:00:00:00:00:02. */
export const ARP_REPLY = frame(
  '020000000001 020000000002 0806 0001 0800 06 04 0002 020000000002 c0a86466 020000000001 c0a86465',
);
/** Unsolicited neighbour advertisement of a new master for 2001:db8::240. */
export const NEIGHBOUR_ADVERTISEMENT = frame(
  `333300000001 020000000001 86dd 60000000 0020 3a ff 20010db8000000000000000000000240
   ff020000000000000000000000000001 88 00 f4ac 20000000 20010db8000000000000000000000240 02 01 020000000001`,
);
/** The same for the link-local fe80::240. */
export const NEIGHBOUR_ADVERTISEMENT_LINK_LOCAL = frame(
  `333300000001 020000000001 86dd 60000000 0020 3a ff fe800000000000000000000000000240
   ff020000000000000000000000000001 88 00 531d 20000000 fe800000000000000000000000000240 02 01 020000000001`,
);
/** A VRRPv2 advert: its IP header and the frame around it. */
export const ADVERT = frame(
  `01005e000012 020000000001 0800 45c00028 0002 0000 ff 70 b583 c0a86465 e0000012
   2133640101 01f1cec0a864f03131313100000000`,
);

/** Numbers of Linux's user interface, each under its name in the header. They are the same on every
 *  architecture that Node runs on except MIPS and SPARC, which vipd does not support. */

/** bits/socket.h */
export const AF = { UNIX: 1, INET: 2, INET6: 10, NETLINK: 16, PACKET: 17 } as const;
export const SOCK = { STREAM: 1, DGRAM: 2, RAW: 3 } as const;

/** asm-generic/socket.h */
export const SOL_SOCKET = 1;
export const SO = {
  RCVBUF: 8,
  PRIORITY: 12,
  BINDTODEVICE: 25,
  MARK: 36,
  SNDBUFFORCE: 32,
  RCVBUFFORCE: 33,
  TIMESTAMPNS: 35,
  RXQ_OVFL: 40,
} as const;

/** linux/in.h and linux/in6.h; IPPROTO_VRRP is IANA's 112. */
export const IPPROTO = { IP: 0, ICMP: 1, IPV6: 41, AH: 51, ICMPV6: 58, VRRP: 112 } as const;
export const IP = {
  TOS: 1,
  TTL: 2,
  HDRINCL: 3,
  RECVERR: 11,
  MULTICAST_IF: 32,
  MULTICAST_TTL: 33,
  MULTICAST_LOOP: 34,
  ADD_MEMBERSHIP: 35,
  MULTICAST_ALL: 49,
} as const;
export const IPV6 = {
  UNICAST_HOPS: 16,
  MULTICAST_IF: 17,
  MULTICAST_HOPS: 18,
  MULTICAST_LOOP: 19,
  ADD_MEMBERSHIP: 20,
  RECVERR: 25,
  MULTICAST_ALL: 29,
  RECVPKTINFO: 49,
  PKTINFO: 50,
  RECVHOPLIMIT: 51,
  HOPLIMIT: 52,
  TCLASS: 67,
  FREEBIND: 78,
} as const;

/** linux/if_ether.h */
export const ETH_P = { IP: 0x0800, ARP: 0x0806, IPV6: 0x86dd } as const;

/** linux/netlink.h */
export const NETLINK = { ROUTE: 0, NETFILTER: 12, GENERIC: 16 } as const;
export const SOL_NETLINK = 270;
export const NETLINK_OPTION = { ADD_MEMBERSHIP: 1, CAP_ACK: 10, EXT_ACK: 11, GET_STRICT_CHK: 12 } as const;

/** linux/time.h */
export const CLOCK = { REALTIME: 0, MONOTONIC: 1, BOOTTIME: 7 } as const;

/** linux/sched.h */
export const SCHED = { OTHER: 0, FIFO: 1, RR: 2, RESET_ON_FORK: 0x4000_0000 } as const;

/** asm-generic/mman.h */
export const MCL = { CURRENT: 1, FUTURE: 2, ONFAULT: 4 } as const;

/** asm-generic/resource.h */
export const RLIMIT = { CORE: 4, RTTIME: 15 } as const;

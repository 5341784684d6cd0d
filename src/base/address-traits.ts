/** What an address on an interface may be besides its number: the words that `ip address add` takes (linux/if_addr.h).
 *  Configuration, plans and the rtnetlink codec share it. */
import type { IpAddress } from './ip.ts';

export interface AddressTraits {
  /** the far end of a point-to-point link; the prefix length is then the peer's */
  readonly peer: IpAddress | null;
  /** IPv6: false sets IFA_F_NODAD, and the address is usable at once */
  readonly detectDuplicates: boolean;
  /** IPv6, `home`: the home address of a mobile node (IFA_F_HOMEADDRESS) */
  readonly home: boolean;
  /** IPv6, `mngtmpaddr`: the kernel makes temporary addresses from it (IFA_F_MANAGETEMPADDR) */
  readonly manageTemporary: boolean;
  /** no route to the prefix (IFA_F_NOPREFIXROUTE) */
  readonly noPrefixRoute: boolean;
  /** join the multicast group at the level of the link (IFA_F_MCAUTOJOIN) */
  readonly autojoin: boolean;
  /** seconds until it is no longer chosen as a source, 0 = never chosen; null = forever */
  readonly preferredSeconds: number | null;
}

export const PLAIN_TRAITS: AddressTraits = {
  peer: null,
  detectDuplicates: false,
  home: false,
  manageTemporary: false,
  noPrefixRoute: false,
  autojoin: false,
  preferredSeconds: null,
};

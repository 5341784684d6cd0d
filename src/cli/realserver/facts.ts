/** What a real server's kernel says about links, addresses and ARP, as far as virtual addresses are concerned. */
import type { IpAddress } from '../../base/ip.ts';

/** How the director forwards to this machine. */
export const MODES = ['dr', 'tun', 'nat'] as const;
export type Mode = (typeof MODES)[number];

export interface Device {
  readonly name: string;
  readonly up: boolean;
  readonly loopback: boolean;
}

export interface HeldAddress {
  readonly device: string;
  readonly address: IpAddress;
  readonly prefixLength: number;
}

export interface Facts {
  readonly devices: readonly Device[];
  readonly addresses: readonly HeldAddress[];
  /** by name below net/ipv4/conf, e.g. `all/arp_ignore`, `eth0/rp_filter`; missing where the kernel has none */
  readonly settings: ReadonlyMap<string, number>;
}

export const SETTINGS = ['arp_ignore', 'arp_announce', 'rp_filter'] as const;
export type Setting = (typeof SETTINGS)[number];

/** The kernel takes the larger of `all` and the interface's own (Documentation/networking/ip-sysctl). */
export const effective = ({ settings }: Facts, device: string, setting: Setting): number =>
  Math.max(settings.get(`all/${setting}`) ?? 0, settings.get(`${device}/${setting}`) ?? 0);

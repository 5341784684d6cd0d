/** rtnetlink order that switches an interface on or off (linux/rtnetlink.h, RTM_NEWLINK for a link that is there). */
import type { IfIndex } from '../../base/units.ts';
import { NetlinkWriter } from '../netlink/bytes.ts';

const IFF_UP = 0x1;

/** struct ifinfomsg: 0: u8 family | 2: u16 device type | 4: s32 index | 8: u32 flags | 12: u32 change mask */
export const encodeLinkSwitch = (index: IfIndex, position: 'up' | 'down'): Uint8Array =>
  new NetlinkWriter(16)
    .u32(0)
    .u32(index)
    .u32(position === 'up' ? IFF_UP : 0)
    .u32(IFF_UP)
    .finish();

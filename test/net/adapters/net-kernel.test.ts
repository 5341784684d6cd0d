import { describe, expect, test } from 'vitest';
import { decodeNotifications } from '../../../src/net/adapters/net-kernel.ts';
import { NetlinkWriter } from '../../../src/net/netlink/bytes.ts';
import { encodeMessage } from '../../../src/net/netlink/message.ts';

const RTM_NEWLINK = 16;
const RTM_NEWADDR = 20;
const RTM_NEWROUTE = 24;

function datagram(...messages: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  const out = new NetlinkWriter();
  for (const [type, body] of messages) encodeMessage(out, { type, flags: 0, sequence: 0, port: 0, body });
  return out.finish();
}

/** ifaddrmsg of 10.0.0.1/24 on interface 2, with IFA_ADDRESS and IFA_LOCAL. */
const ADDRESS = Uint8Array.from([
  2, 24, 0, 0, 2, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 1, 8, 0, 2, 0, 10, 0, 0, 1,
]); // biome-ignore format: one message

describe('notifications of the kernel', () => {
  test('what is understood becomes events, what is about other things is passed over', () => {
    const { events, garbled } = decodeNotifications(
      datagram([RTM_NEWADDR, ADDRESS], [RTM_NEWROUTE, new Uint8Array(3)]),
    );
    expect(events).toMatchObject([
      { kind: 'address_added', address: { address: '10.0.0.1', prefixLength: 24 } },
    ]);
    expect(garbled).toBe(false);
  });

  test.each([
    ['a link without its header', datagram([RTM_NEWLINK, new Uint8Array(4)])],
    ['an address whose attribute claims more than there is', datagram([RTM_NEWADDR, ADDRESS.with(8, 200)])],
    ['a message longer than its datagram', datagram([RTM_NEWADDR, ADDRESS]).subarray(0, 30)],
    ['bytes that are no message', Uint8Array.from([1, 2, 3])],
  ])('%s is garbled and makes no event', (_, bytes) => {
    expect(decodeNotifications(bytes)).toEqual({ events: [], garbled: true });
  });

  test('an understood message before a garbled one still counts', () => {
    const bytes = datagram([RTM_NEWADDR, ADDRESS], [RTM_NEWLINK, new Uint8Array(4)]);
    expect(decodeNotifications(bytes)).toMatchObject({ events: [{ kind: 'address_added' }], garbled: true });
  });
});

/** nf_tables messages against those that keepalived 2.2.7 sent for `no_accept` with `nftables_counters` (strace). */
import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { Family, IpAddress } from '../../../src/base/ip.ts';
import type { InterfaceName } from '../../../src/base/units.ts';
import { attributeTable, decodeAttributes, required } from '../../../src/net/netlink/attributes.ts';
import { bytes } from '../../../src/net/netlink/payloads.ts';
import type { NetlinkRequest } from '../../../src/net/netlink/session.ts';
import { encodeOrder, NFGEN_SIZE, NFT } from '../../../src/net/nftables/messages.ts';
import type { RefusedAddress } from '../../../src/ports/firewall.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

/** payload load 4b @ network header + OFFSET => reg 1; lookup reg 1 set vips; counter; immediate drop */
const dropping = (offset: string, length: string): string =>
  `340001800c0001007061796c6f61640024000280080001000000000108000200000000010800030000000${`0${offset}`.slice(-3)}080004000000${length}` +
  '280001800b0001006c6f6f6b75700000180002800800020000000001090001007669707300000000' +
  '140001800c000100636f756e74657200' +
  '04000280300001800e000100696d6d6564696174650000001c0002800800010000000000100002800c0002800800010000000000';

const EXPRESSIONS = attributeTable({ expressions: required(4, bytes) });
const SETS_ELEMENTS = attributeTable({ set: required(2, bytes), elements: required(3, bytes) });

const refused = (...addresses: readonly string[]): readonly RefusedAddress[] =>
  addresses.map((text) => ({ address: brand<IpAddress>(text), interface: brand<InterfaceName>('eth0') }));

function made(family: Family, addresses: readonly RefusedAddress[]): readonly NetlinkRequest[] {
  return encodeOrder({
    kind: 'replace_table',
    table: { name: 'keepalived', family, priority: -1, counters: true },
    addresses,
  });
}

function ofType<Fields>(
  requests: readonly NetlinkRequest[],
  type: number,
  table: ReturnType<typeof attributeTable> & { readonly fields?: Fields },
) {
  return requests
    .filter((request) => request.type === type)
    .map(({ body }) => {
      const decoded = decodeAttributes(table, body, NFGEN_SIZE);
      if (!decoded.ok) throw new Error(decoded.error.kind);
      return decoded.value as Readonly<Record<string, Uint8Array>>;
    });
}

describe('the rules', () => {
  test('of IPv4 are keepalived’s, octet by octet', () => {
    const rules = ofType(made('inet', refused('10.0.0.100')), NFT.NEW_RULE, EXPRESSIONS);
    expect(rules.map(({ expressions }) => hex(expressions ?? new Uint8Array()))).toEqual([
      dropping('10', '0004'),
      dropping('0c', '0004'),
    ]);
  });

  test('of IPv6 let neighbour discovery through before they drop', () => {
    const rules = ofType(made('inet6', refused('2001:db8::100')), NFT.NEW_RULE, EXPRESSIONS);
    const texts = rules.map(({ expressions }) => hex(expressions ?? new Uint8Array()));
    expect(texts).toHaveLength(8);
    expect(texts[2]).toBe(dropping('18', '0010'));
    expect(texts[6]).toBe(dropping('08', '0010'));
    for (const [i, type] of [
      [0, '87'],
      [1, '88'],
    ] as const) {
      expect(texts[i]).toContain(`0c000380050001003a000000`); // next header 58
      expect(texts[i]).toContain(`0c00038005000100${type}000000`); // type 135, 136
      expect(texts[i]).toMatch(/0800010000000001$/); // accept
    }
  });
});

describe('the table', () => {
  test('is made, removed and made in one transaction, so that nothing old stays', () => {
    const types = made('inet', refused('10.0.0.100')).map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual([NFT.NEW_TABLE, NFT.DEL_TABLE, NFT.NEW_TABLE]);
    expect(types.slice(3)).toEqual([
      NFT.NEW_CHAIN,
      NFT.NEW_CHAIN,
      NFT.NEW_SET,
      NFT.NEW_RULE,
      NFT.NEW_RULE,
      NFT.NEW_ELEMENTS,
    ]);
  });

  test('has a link-local address in a set of its own, together with its interface', () => {
    const requests = made('inet6', refused('fe80::100', '2001:db8::100'));
    const sets = ofType(requests, NFT.NEW_ELEMENTS, SETS_ELEMENTS);
    expect(
      sets.map(({ set, elements }) => [
        Buffer.from(set ?? []).toString('latin1'),
        hex(elements ?? new Uint8Array()),
      ]),
    ).toEqual([
      ['vips\0', '1c0001801800018014000100' + '20010db8000000000000000000000100'],
      [
        'vips-link-local\0',
        '2c0001802800018024000100' + 'fe800000000000000000000000000100' + '65746830000000000000000000000000',
      ],
    ]);
  });

  test('of many addresses is written in pieces, since an attribute has 16 bits for its length', () => {
    const many = refused(...Array.from({ length: 2_500 }, (_, i) => `10.1.${i >> 8}.${i & 255}`));
    const pieces = made('inet', many).filter(({ type }) => type === NFT.NEW_ELEMENTS);
    expect(pieces).toHaveLength(3);
    for (const { body } of pieces) expect(body.length).toBeLessThan(0xffff);
  });
});

/** Routes and rules on the wire: what keepalived sends for a line and what the kernel tells of it are captured bytes. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brand } from '../../../src/base/brand.ts';
import type { MacAddress } from '../../../src/base/mac.ts';
import { ifIndex, interfaceName } from '../../../src/base/units.ts';
import type { RoutingEntry } from '../../../src/config/model/routing.ts';
import { placed } from '../../../src/net/core/placing.ts';
import { isPresent, type RoutingWish } from '../../../src/net/core/routing.ts';
import {
  decodeRoute,
  encodeRouteDump,
  encodeRouteToAdd,
  encodeRouteToRemove,
} from '../../../src/net/rtnl/route.ts';
import { decodeRule, encodeRule, encodeRuleDump } from '../../../src/net/rtnl/rule.ts';
import { ethernet } from '../../../src/sim/kernel.ts';
import { parseText } from '../../config/case-files.ts';
import { anyRoute, anyRule } from '../routing-arbitraries.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (message: Uint8Array): string => Buffer.from(message).toString('hex');
const ETH0 = interfaceName('eth0');
const LINKS = new Map([[ETH0, ethernet(ETH0, ifIndex(2), brand<MacAddress>('02:00:00:00:00:01'))]]);

interface Capture {
  readonly kind: string;
  readonly line: string;
  readonly sent: string;
  readonly told: string;
}
const FIXTURE = readFileSync(new URL('../fixtures/routing.txt', import.meta.url), 'utf8');
const CAPTURES: readonly Capture[] = [...FIXTURE.matchAll(/^(route|rule) (.*)\nsent (.*)\ntold (.*)$/gm)].map(
  ([, kind = '', line = '', sent = '', told = '']) => ({ kind, line, sent, told }),
);

/** A line of the configuration on this machine's links. */
function wishOf({ kind, line }: Capture): RoutingWish {
  const { config } = parseText(
    `vrrp_instance V {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n virtual_${kind}s {\n${line}\n}\n}`,
  );
  const entry: RoutingEntry | undefined =
    config?.vrrpInstances[0]?.[kind === 'route' ? 'routes' : 'rules'][0];
  const wish = entry === undefined ? null : placed(entry, LINKS);
  if (wish === null) throw new Error(`not understood: ${line}`);
  return wish;
}
const encode = (wish: RoutingWish): Uint8Array =>
  wish.kind === 'route' ? encodeRouteToAdd(wish.route) : encodeRule(wish.rule);
const decode = (wish: RoutingWish, message: Uint8Array) =>
  wish.kind === 'route' ? decodeRoute(message) : decodeRule(message);

describe('a line of the configuration (linux/rtnetlink.h, linux/fib_rules.h)', () => {
  test.each(CAPTURES.filter(({ told }) => told !== 'refused'))(
    '$kind $line: asks for what keepalived asks for',
    (capture) => {
      const wish = wishOf(capture);
      expect(decode(wish, encode(wish))).toEqual(decode(wish, bytes(capture.sent)));
    },
  );

  test.each(CAPTURES.filter(({ told }) => told !== 'refused'))(
    '$kind $line: is recognised when the kernel tells of it',
    (capture) => {
      const wish = wishOf(capture);
      const told = decode(wish, bytes(capture.told));
      const state = { routes: [], rules: [], [`${wish.kind}s`]: told.ok ? [told.value] : [] };
      expect(isPresent(wish, state)).toBe(true);
      const others = CAPTURES.filter((other) => other.kind === capture.kind && other.line !== capture.line);
      expect(others.filter((other) => isPresent(wishOf(other), state))).toEqual([]);
    },
  );

  test('a local route gets the scope that the kernel takes, where keepalived is refused', () => {
    const capture = CAPTURES.find(({ told }) => told === 'refused');
    expect(capture?.line).toBe('local 10.17.0.0/16 dev eth0');
    expect(capture && wishOf(capture)).toMatchObject({ route: { type: 2, scope: 254 } });
  });
});

describe('route messages', () => {
  test('what is encoded is decoded again', () => {
    fc.assert(
      fc.property(anyRoute, (route) => {
        expect(decodeRoute(encodeRouteToAdd(route))).toEqual({ ok: true, value: route });
      }),
    );
  });

  test('a removal of a global route names no scope, and all the rest', () => {
    fc.assert(
      fc.property(anyRoute, (route) => {
        const scope = route.scope === 0 ? 255 : route.scope;
        expect(decodeRoute(encodeRouteToRemove(route))).toEqual({ ok: true, value: { ...route, scope } });
      }),
    );
  });

  test('are asked for by family, table and protocol', () => {
    expect(hex(encodeRouteDump({ family: 'inet', table: 1000, protocol: 18 }))).toBe(
      '020000000012000000000000' + '08000f00e8030000',
    );
  });

  test('of another family and of the route cache are not ours', () => {
    expect(decodeRoute(bytes(`1c${'00'.repeat(11)}`))).toEqual({ ok: true, value: null });
    expect(decodeRoute(bytes('020000000000000000020000'))).toEqual({ ok: true, value: null });
  });

  test('legs that do not fit their attribute are named', () => {
    expect(decodeRoute(bytes(`02100000fe120001000000000c000900ff00000002000000`))).toEqual({
      ok: false,
      error: { kind: 'bad_attribute', name: 'nextHops', length: 8 },
    });
  });
});

describe('rule messages', () => {
  test('what is encoded is decoded again', () => {
    fc.assert(
      fc.property(anyRule, (rule) => {
        expect(decodeRule(encodeRule(rule))).toEqual({ ok: true, value: rule });
      }),
    );
  });

  test('are asked for by family', () => {
    expect(hex(encodeRuleDump('inet6'))).toBe(`0a${'00'.repeat(11)}`);
  });

  test('with an action that nobody knows are not ours', () => {
    expect(decodeRule(bytes('0200000000000063000000'.padEnd(24, '0')))).toEqual({ ok: true, value: null });
  });
});

test('captured messages cut at any length, and bytes of any kind, never throw', () => {
  for (const { told } of CAPTURES.filter((capture) => capture.told !== 'refused')) {
    const whole = bytes(told);
    for (let length = 0; length < whole.length; length++) {
      decodeRoute(whole.subarray(0, length));
      decodeRule(whole.subarray(0, length));
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
      decodeRoute(noise);
      decodeRule(noise);
    }),
  );
  expect(decodeRoute(new Uint8Array(11)).ok).toBe(false);
  expect(decodeRule(new Uint8Array(11)).ok).toBe(false);
});

import { expect, test } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import { assignPaths } from '../../../src/checks/core/paths.ts';
import { createPathRouter } from '../../../src/checks/shell/path-router.ts';
import { ip, realServer, target, tcpChecker, virtualServer } from '../model.ts';

const VIP = '192.168.100.240';
const DR = { kind: 'dr' } as const;
const checker = tcpChecker(target(VIP, 80, { forwardedTo: { address: ip('127.0.0.1'), forwarding: DR } }));
const paths = assignPaths([virtualServer(VIP, 80, [realServer('127.0.0.1', 80, { checkers: [checker] })])]);
const SETTING = 'net/ipv4/conf/lo/accept_local';

function open(before: string) {
  const settings = new Map([[SETTING, before]]);
  const router = createPathRouter({
    read: (path) => settings.get(path) ?? null,
    write: (path, value) => {
      settings.set(path, value);
      return ok(undefined);
    },
  });
  return { router, settings };
}

test('a probe gets the mark of its path and the own address towards the server, on an interface that takes the answer', () => {
  const { router, settings } = open('0');
  const routed = router.route(checker, paths);
  const [path] = paths.values();
  expect(routed.ok && 'target' in routed.value && routed.value.target).toMatchObject({
    ...{ address: VIP, port: 80, bindAddress: '127.0.0.1', fwmark: path?.mark },
  });
  expect(settings.get(SETTING)).toBe('1');
});

test('bindto of the file stays', () => {
  const bound = { ...checker, target: { ...checker.target, bindAddress: ip('127.0.0.9') } };
  const routed = open('0').router.route(bound, paths);
  expect(routed.ok && 'target' in routed.value && routed.value.target.bindAddress).toBe('127.0.0.9');
});

test('a probe without a path is asked as it is, and no setting changes', () => {
  const { router, settings } = open('0');
  const plain = tcpChecker(target('127.0.0.1', 80));
  expect(router.route(plain, paths)).toEqual(ok(plain));
  expect(settings.get(SETTING)).toBe('0');
});

test('the setting goes with the last path and at stop, unless it was on before', () => {
  for (const [before, after] of [
    ['0', '0'],
    ['1', '1'],
  ] as const) {
    const { router, settings } = open(before);
    router.route(checker, paths);
    router.settle(new Map());
    router.close();
    expect(settings.get(SETTING)).toBe(after);
  }
});

test('a server that cannot be sent to is trouble of this host', () => {
  const { router } = open('0');
  const far = {
    ...checker,
    target: { ...checker.target, forwardedTo: { address: ip('255.255.255.255'), forwarding: DR } },
  };
  const routed = router.route(
    far,
    assignPaths([virtualServer(VIP, 80, [realServer('255.255.255.255', 80, { checkers: [far] })])]),
  );
  expect(routed.ok).toBe(false);
});

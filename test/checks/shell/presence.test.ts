import { expect, test } from 'vitest';
import type { IpAddress } from '../../../src/base/ip.ts';
import { err, ok } from '../../../src/base/result.ts';
import { createPresence } from '../../../src/checks/shell/presence.ts';
import type { OwnAddresses } from '../../../src/ports/own-addresses.ts';
import { createFakeLog } from '../fakes.ts';
import { ip, realServer, virtualServer } from '../model.ts';

const service = (haSuspend: boolean) => [
  virtualServer('192.168.100.240', 80, [realServer('192.168.100.8', 80)], { haSuspend }),
];

function open(addresses: OwnAddresses | undefined) {
  const { log, lines } = createFakeLog();
  const told: (readonly IpAddress[] | null)[] = [];
  const presence = createPresence({ addresses, log }, (present) =>
    told.push(present === null ? null : [...present]),
  );
  return { presence, told, lines };
}

function host() {
  const followers = new Set<(present: ReadonlySet<IpAddress>) => void>();
  const addresses: OwnAddresses = {
    follow(tell) {
      followers.add(tell);
      tell(new Set([ip('127.0.0.1')]));
      return ok(() => void followers.delete(tell));
    },
  };
  return { addresses, followers };
}

test('nobody looks at the addresses while no service has ha_suspend', () => {
  const { addresses, followers } = host();
  const { presence, told } = open(addresses);
  presence.follow(service(false));
  expect([followers.size, told]).toEqual([0, []]);
});

test('the addresses are told at once and after each change, until the keyword goes', () => {
  const { addresses, followers } = host();
  const { presence, told } = open(addresses);
  presence.follow(service(true));
  for (const tell of followers) tell(new Set([ip('192.168.100.240')]));
  presence.follow(service(true));
  presence.follow(service(false));
  expect(told).toEqual([['127.0.0.1'], ['192.168.100.240'], null]);
  expect(followers.size).toBe(0);
});

test('a host whose addresses cannot be read has no check that rests, and says so', () => {
  const refusal = { attempted: 'subscribe', code: 'EPERM', detail: 'not permitted' };
  const { presence, told, lines } = open({ follow: () => err(refusal) });
  presence.follow(service(true));
  expect(told).toEqual([]);
  expect(lines.join()).toMatch(/ha_suspend without effect.*EPERM/);
});

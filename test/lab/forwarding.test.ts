import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { ForwardingScenarios } from './scenarios/forwarding.ts';

describe('forwarding methods on the kernel', () => {
  const played = playInLab<ForwardingScenarios>('forwarding', 90);

  test('NAT is written with its own port, and both real servers answer through the director', () => {
    const { table, answered } = played('nat');
    expect(table).toEqual([
      '-A -t 192.168.100.240:8080 -s wrr',
      '-a -t 192.168.100.240:8080 -r 192.168.100.8:80 -m -w 1',
      '-a -t 192.168.100.240:8080 -r 192.168.100.9:80 -m -w 2',
    ]);
    expect(answered).toEqual(['rs01', 'rs02']);
  });

  test("with NAT a real server sees the client's address, and its own as the destination", () => {
    expect(played('nat').peers).toEqual(['192.168.100.103 > 192.168.100.8.80']);
  });

  test('TUN is written as such, both real servers answer, and their tunnels carry the requests', () => {
    const { table, answered, tunnelled } = played('tun');
    expect(table).toEqual([
      '-A -t 192.168.100.240:80 -s wrr',
      '-a -t 192.168.100.240:80 -r 192.168.100.8:80 -i -w 1 --tun-type ipip',
      '-a -t 192.168.100.240:80 -r 192.168.100.9:80 -i -w 2 --tun-type ipip',
    ]);
    expect(answered).toEqual(['rs01', 'rs02']);
    expect(tunnelled).toBeGreaterThan(0);
  });
});

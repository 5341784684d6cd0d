import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { ForwardingScenarios } from './scenarios/forwarding.ts';

const played = playInLab<ForwardingScenarios>('forwarding', 120);

describe('NAT', () => {
  test('is written with its own port', () => {
    expect(played('nat', 'table')).toEqual([
      '-A -t 192.168.100.240:8080 -s wrr',
      '-a -t 192.168.100.240:8080 -r 192.168.100.8:80 -m -w 1',
      '-a -t 192.168.100.240:8080 -r 192.168.100.9:80 -m -w 2',
    ]);
  });

  test('carries requests to both real servers and their answers back', () => {
    expect(played('nat', 'answeredBy')).toEqual(['rs01', 'rs02']);
  });

  test("shows a real server the client's address, and its own as the destination", () => {
    expect(played('nat', 'requests')).toEqual(['192.168.100.103 > 192.168.100.8.80']);
  });
});

describe('TUN', () => {
  test('is written as IP in IP', () => {
    expect(played('tun', 'table')).toEqual([
      '-A -t 192.168.100.240:80 -s wrr',
      '-a -t 192.168.100.240:80 -r 192.168.100.8:80 -i -w 1 --tun-type ipip',
      '-a -t 192.168.100.240:80 -r 192.168.100.9:80 -i -w 2 --tun-type ipip',
    ]);
  });

  test("carries requests through both real servers' tunnels, and they answer", () => {
    expect(played('tun', 'answeredBy')).toEqual(['rs01', 'rs02']);
    expect(Math.min(...played('tun', 'tunnelled'))).toBeGreaterThan(0);
  });
});

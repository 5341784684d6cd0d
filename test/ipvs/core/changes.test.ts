import { describe, expect, test } from 'vitest';
import { changesOf, methodText } from '../../../src/ipvs/core/changes.ts';
import { destination, service, table, tcp } from '../samples.ts';

const web = tcp('192.0.2.1', 80);
const rs1 = destination('10.0.0.1', 80);
const HELD = table([service(web, { scheduler: 'rr' }), rs1]);

describe('what an edit changes', () => {
  test('of a service', () => {
    const edited = service(web, { scheduler: 'sh', flags: 0x8, persistenceTimeout: 50 });
    expect(changesOf({ kind: 'edit_service', service: edited }, HELD)).toEqual([
      'scheduler rr → sh',
      'persistence_timeout 0 → 50',
      'flags 0x0 → 0x9',
    ]);
  });

  test('of a destination', () => {
    const edited = { ...rs1, weight: 3, forwarding: { kind: 'nat' }, upperThreshold: 9 } as const;
    expect(changesOf({ kind: 'edit_destination', service: web, destination: edited }, HELD)).toEqual([
      'weight 1 → 3',
      'lvs_method DR → NAT',
      'uthreshold 0 → 9',
    ]);
  });

  test('nothing for other operations, and for an edit of what is not there', () => {
    expect(changesOf({ kind: 'remove_service', service: web }, HELD)).toEqual([]);
    expect(changesOf({ kind: 'edit_service', service: service(tcp('192.0.2.9', 80)) }, HELD)).toEqual([]);
  });
});

test.each([
  [{ kind: 'dr' }, 'DR'],
  [{ kind: 'local' }, 'LOCAL'],
  [{ kind: 'tun', encapsulation: 'ipip', port: 0, checksum: 'none' }, 'TUN'],
  [{ kind: 'tun', encapsulation: 'gue', port: 6080, checksum: 'csum' }, 'TUN type gue port 6080 csum'],
  [{ kind: 'tun', encapsulation: 'gre', port: 0, checksum: 'none' }, 'TUN type gre'],
] as const)('a forwarding method is named as the configuration names it', (forwarding, text) => {
  expect(methodText({ forwarding } as never)).toBe(text);
});

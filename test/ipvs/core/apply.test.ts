/** The table as a value refuses what the kernel refuses; each row here was seen on a real kernel (see the
 *  lab's ipvs-kernel scenario). */
import { describe, expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import { applyOperations } from '../../../src/ipvs/core/apply.ts';
import { absent, add, held, REFUSALS, rs1, web } from '../refusals.ts';
import { ip, service } from '../samples.ts';

test.each(REFUSALS)('%s is refused with %s, and the table stays as it was', (_, refusal, operation) => {
  const { table: result, refusals } = applyOperations(held, [operation]);
  expect(refusals).toEqual([refusal]);
  expect(result).toEqual(held);
});

describe('a batch', () => {
  test('goes on after a refusal', () => {
    const { table: result, refusals } = applyOperations(held, [add({ weight: -1 }), add({})]);
    expect(refusals).toEqual(['ERANGE', null]);
    expect([...(result.get('tcp 192.0.2.1:80')?.destinations.keys() ?? [])]).toEqual([
      '10.0.0.1:80',
      '10.0.0.2:80',
    ]);
  });

  test('leaves the table that it started from alone', () => {
    const before = structuredClone(held);
    applyOperations(held, [add({}), { kind: 'remove_service', service: web }]);
    expect(held).toEqual(before);
  });

  test('a service removed and added again has none of its old destinations', () => {
    const { table: result } = applyOperations(held, [
      { kind: 'edit_destination', service: web, destination: { ...rs1, weight: 5 } },
      { kind: 'remove_service', service: web },
      { kind: 'add_service', service: service(web) },
      add({}),
    ]);
    expect([...(result.get('tcp 192.0.2.1:80')?.destinations.keys() ?? [])]).toEqual(['10.0.0.2:80']);
  });

  test('an edited service keeps its destinations and their later changes', () => {
    const { table: result } = applyOperations(held, [
      add({}),
      { kind: 'edit_service', service: service(web, { scheduler: 'wlc' }) },
      { kind: 'remove_destination', service: web, destination: rs1.key },
    ]);
    const edited = result.get('tcp 192.0.2.1:80');
    expect(edited?.config.scheduler).toBe('wlc');
    expect([...(edited?.destinations.keys() ?? [])]).toEqual(['10.0.0.2:80']);
  });

  test('a tunnel may cross families', () => {
    const forwarding = { kind: 'tun', encapsulation: 'ipip', port: port(0), checksum: 'none' } as const;
    const crossing = add({ key: { address: ip('2001:db8::9'), port: port(80) }, forwarding });
    expect(applyOperations(held, [crossing]).refusals).toEqual([null]);
  });

  test('the kernel marks every service as hashed, and as persistent when it has a timeout', () => {
    const lasting = service(absent, { persistenceTimeout: 60, flags: 0x4 });
    const { table: result } = applyOperations(held, [{ kind: 'add_service', service: lasting }]);
    expect(result.get('tcp 192.0.2.9:80')?.config.flags).toBe(0x7);
  });
});

/** The plan reaches what is wanted, with as little as possible, in an order that keeps traffic served, and
 *  the kernel (core/apply.ts) refuses none of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fwMark } from '../../../src/base/units.ts';
import { applyOperations } from '../../../src/ipvs/core/apply.ts';
import { tableMatches } from '../../../src/ipvs/core/equality.ts';
import { planIpvs, plannedTable } from '../../../src/ipvs/core/plan.ts';
import { type IpvsTable, serviceKeyText } from '../../../src/ipvs/core/table.ts';
import { anyTable, destination, service, table, tcp } from '../samples.ts';

const all = (): boolean => true;
const none = (): boolean => false;
const plan = (desired: IpvsTable, actual: IpvsTable) => planIpvs(desired, actual, all);
const kinds = (desired: IpvsTable, actual: IpvsTable): readonly string[] =>
  plan(desired, actual).map((operation) => operation.kind);

const web = tcp('192.0.2.1', 80);
const rs1 = destination('10.0.0.1', 80);
const rs2 = destination('10.0.0.2', 80);
const EMPTY: IpvsTable = new Map();

describe('properties', () => {
  test('reaches: applying the plan gives the wanted table, and nothing is refused', () => {
    fc.assert(
      fc.property(anyTable, anyTable, (desired, held) => {
        // what the kernel holds went through the kernel
        const actual = applyOperations(EMPTY, plan(held, EMPTY)).table;
        const { table: result, refusals } = applyOperations(actual, plan(desired, actual));
        expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
        expect(tableMatches(desired, result)).toBe(true);
      }),
    );
  });

  test('idle: what has been reached needs no operation', () => {
    fc.assert(
      fc.property(anyTable, (desired) => {
        const reached = applyOperations(EMPTY, plan(desired, EMPTY)).table;
        expect(plan(desired, reached)).toEqual([]);
      }),
    );
  });

  test('foreseen: the planned table is the one that applying the plan gives', () => {
    fc.assert(
      fc.property(anyTable, anyTable, fc.boolean(), (desired, held, owned) => {
        const actual = applyOperations(EMPTY, plan(held, EMPTY)).table;
        const operations = planIpvs(desired, actual, () => owned);
        const foreseen = plannedTable(desired, actual, operations);
        expect(tableMatches(foreseen, applyOperations(actual, operations).table)).toBe(true);
        expect(planIpvs(desired, foreseen, () => owned)).toEqual([]);
      }),
    );
  });

  test('minimal: leaving out any one operation misses the wanted table', () => {
    fc.assert(
      fc.property(anyTable, anyTable, (desired, held) => {
        const actual = applyOperations(EMPTY, plan(held, EMPTY)).table;
        const operations = plan(desired, actual);
        for (let i = 0; i < operations.length; i++) {
          const shortened = operations.filter((_, j) => j !== i);
          expect(tableMatches(desired, applyOperations(actual, shortened).table)).toBe(false);
        }
      }),
    );
  });

  test('keeps serving: a service that has a live destination before and after has one all the way', () => {
    fc.assert(
      fc.property(anyTable, anyTable, (desired, held) => {
        const actual = applyOperations(EMPTY, plan(held, EMPTY)).table;
        const served = [...desired.keys()].filter((key) => isServed(desired, key) && isServed(actual, key));
        let now = actual;
        for (const operation of plan(desired, actual)) {
          now = applyOperations(now, [operation]).table;
          for (const key of served) expect(isServed(now, key), key).toBe(true);
        }
      }),
    );
  });

  test('restrained: services that are neither wanted nor owned are left as they are', () => {
    fc.assert(
      fc.property(anyTable, anyTable, (desired, actual) => {
        const result = applyOperations(actual, planIpvs(desired, actual, none)).table;
        for (const [key, held] of actual) if (!desired.has(key)) expect(result.get(key)).toBe(held);
      }),
    );
  });
});

const isServed = (held: IpvsTable, key: string): boolean =>
  [...(held.get(key)?.destinations.values() ?? [])].some((d) => d.weight > 0);

describe('order', () => {
  test('a service comes before its destinations', () => {
    expect(kinds(table([service(web), rs1, rs2]), EMPTY)).toEqual([
      'add_service',
      'add_destination',
      'add_destination',
    ]);
  });

  test('a sorry server comes in before the last real server goes out', () => {
    const sorry = destination('10.0.0.9', 80);
    expect(kinds(table([service(web), sorry]), table([service(web), rs1]))).toEqual([
      'add_destination',
      'remove_destination',
    ]);
  });

  test('weight is given before it is taken', () => {
    const desired = table([service(web), { ...rs1, weight: 0 }, rs2]);
    const actual = table([service(web), rs1, { ...rs2, weight: 0 }]);
    expect(plan(desired, actual)).toEqual([
      { kind: 'edit_destination', service: web, destination: rs2 },
      { kind: 'edit_destination', service: web, destination: { ...rs1, weight: 0 } },
    ]);
  });

  test('a service that goes takes its destinations along in one operation, after everything else', () => {
    const mail = tcp('192.0.2.1', 25);
    expect(plan(table([service(web), rs1]), table([service(mail), rs1, rs2]))).toEqual([
      { kind: 'add_service', service: service(web) },
      { kind: 'add_destination', service: web, destination: rs1 },
      { kind: 'remove_service', service: mail },
    ]);
  });
});

describe('what counts as a difference', () => {
  const held = (changes: object) => table([service(web, changes), rs1]);

  test.each([
    ['scheduler', { scheduler: 'wlc' }],
    ['flags', { flags: 0x10 }],
    ['persistence', { persistenceTimeout: 60 }],
    ['engine', { persistenceEngine: 'sip' }],
  ])('a service with another %s is edited, not made anew', (_, changes) => {
    expect(kinds(table([service(web), rs1]), held(changes))).toEqual(['edit_service']);
  });

  test('the hashed flag that the kernel sets is not one', () => {
    expect(kinds(table([service(web), rs1]), held({ flags: 0x2 }))).toEqual([]);
  });

  test('the persistent flag follows the timeout, in both directions', () => {
    const lasting = table([service(web, { persistenceTimeout: 60 }), rs1]);
    expect(kinds(lasting, held({ persistenceTimeout: 60, flags: 0x3 }))).toEqual([]);
    expect(kinds(lasting, held({ persistenceTimeout: 60, flags: 0x2 }))).toEqual(['edit_service']);
    expect(kinds(table([service(web, { flags: 0x1 }), rs1]), held({ flags: 0x2 }))).toEqual([]);
  });

  test('the persistence prefix counts only with persistence', () => {
    expect(kinds(table([service(web), rs1]), held({ persistencePrefix: 24 }))).toEqual([]);
    const lasting = { persistenceTimeout: 60, flags: 0x1 };
    expect(kinds(table([service(web, lasting), rs1]), held({ ...lasting, persistencePrefix: 24 }))).toEqual([
      'edit_service',
    ]);
  });

  test.each([
    ['weight', { weight: 7 }],
    ['forwarding', { forwarding: { kind: 'nat' } }],
    ['upper threshold', { upperThreshold: 100 }],
    ['lower threshold', { lowerThreshold: 50 }],
  ] as const)('a destination with another %s is edited', (_, changes) => {
    const before = { ...rs1, upperThreshold: 200 };
    const desired = table([service(web), { ...before, ...changes }]);
    expect(kinds(desired, table([service(web), before]))).toEqual(['edit_destination']);
  });

  test('the same mark of the other family is another service', () => {
    const mark = (family: 'inet' | 'inet6') => ({ kind: 'fwmark', mark: fwMark(7), family }) as const;
    expect(kinds(table([service(mark('inet6'))]), table([service(mark('inet'))]))).toEqual([
      'add_service',
      'remove_service',
    ]);
    expect(serviceKeyText(mark('inet'))).not.toBe(serviceKeyText(mark('inet6')));
  });
});

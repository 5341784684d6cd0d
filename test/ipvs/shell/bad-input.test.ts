/** What may happen in the middle of a plan: the kernel's answers are lost, another tool edits the table, the permission goes.
 *  Each ends in the wanted table, or in a clear error with the rest applied. Properties over tables and over the moment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogEntry } from '../../../src/base/log.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import { tableMatches } from '../../../src/ipvs/core/equality.ts';
import { operationText } from '../../../src/ipvs/core/operation-text.ts';
import { planIpvs } from '../../../src/ipvs/core/plan.ts';
import { type IpvsTable, serviceKeyText } from '../../../src/ipvs/core/table.ts';
import { createReconciler } from '../../../src/ipvs/shell/reconcile.ts';
import type { IpvsKernel, IpvsOperation } from '../../../src/ports/ipvs-kernel.ts';
import { forgetfulOwnership } from '../../../src/ports/ownership.ts';
import { type FakeKernel, fakeKernel } from '../fake-kernel.ts';
import { anyTable, destination, service, table, tcp } from '../samples.ts';

const NOTHING: IpvsTable = new Map();
/** as written by vipd through the kernel */
function kernelWith(held: IpvsTable): FakeKernel {
  const kernel = fakeKernel();
  kernel.meddle(...planIpvs(held, NOTHING, () => true));
  return kernel;
}

/** The first batch is taken apart at operation `at`: what stands before is done as ever, then `interrupt` happens. */
function interrupted(
  kernel: FakeKernel,
  at: number,
  interrupt: (rest: readonly IpvsOperation[]) => readonly (SystemError | null)[],
): IpvsKernel {
  let happened = false;
  return {
    ...kernel,
    readTable: () => kernel.readTable(),
    apply(operations) {
      if (happened || at >= operations.length) return kernel.apply(operations);
      happened = true;
      const done = kernel.apply(operations.slice(0, at));
      return [...done, ...interrupt(operations.slice(at))];
    },
  };
}

function reconcilerOver(kernel: IpvsKernel) {
  const lines: string[] = [];
  const log = (entry: LogEntry): void => void lines.push(entry.text);
  return { reconciler: createReconciler({ kernel, log, ownership: forgetfulOwnership }), lines };
}

const unknownOutcome = (operation: IpvsOperation): SystemError => ({
  code: 'ENOBUFS',
  attempted: operationText(operation),
  detail: "the kernel's answer was lost, the outcome is unknown",
});
const notPermitted = (operation: IpvsOperation): SystemError => ({
  code: 'EPERM',
  attempted: operationText(operation),
  detail: 'not permitted',
});
const anyMoment = fc.nat(40);

describe('in the middle of a plan', () => {
  test('answers that were lost are found out: the table ends as wanted, whether the kernel had obeyed or not', () => {
    fc.assert(
      fc.property(anyTable, anyTable, anyMoment, fc.boolean(), (held, desired, at, obeyed) => {
        const kernel = kernelWith(held);
        const losing = interrupted(kernel, at, (rest) => {
          if (obeyed) kernel.apply(rest);
          return rest.map(unknownOutcome);
        });
        const { reconciler } = reconcilerOver(losing);
        reconciler.reconcile(held);
        expect(reconciler.reconcile(desired)).toMatchObject({ refused: [], unreadable: null });
        expect(tableMatches(desired, kernel.table)).toBe(true);
      }),
    );
  });

  test('another tool changes anything: the table of the owned services ends as wanted', () => {
    fc.assert(
      fc.property(anyTable, anyTable, anyTable, anyMoment, (held, desired, theirs, at) => {
        const kernel = kernelWith(held);
        const meddled = interrupted(kernel, at, (rest) => {
          kernel.meddle(...planIpvs(theirs, kernel.table, () => true));
          return kernel.apply(rest);
        });
        const { reconciler } = reconcilerOver(meddled);
        reconciler.reconcile(held);
        reconciler.adjust(desired);
        reconciler.reconcile(desired); // the next look, for what the kernel took without a word
        const own = new Map([...kernel.table].filter(([key]) => desired.has(key)));
        expect(tableMatches(desired, own)).toBe(true);
        // what they made and vipd never wanted is theirs
        for (const key of kernel.table.keys()) expect(desired.has(key) || theirs.has(key)).toBe(true);
      }),
    );
  });

  test('the permission goes: what was done stays, the rest is named, and is done once it is back', () => {
    fc.assert(
      fc.property(anyTable, anyTable, anyMoment, (held, desired, at) => {
        const kernel = kernelWith(held);
        let gone = false;
        const losing: IpvsKernel = {
          ...interrupted(kernel, at, (rest) => {
            gone = true;
            return rest.map(notPermitted);
          }),
        };
        const guarded: IpvsKernel = {
          ...losing,
          apply: (operations) => (gone ? operations.map(notPermitted) : losing.apply(operations)),
        };
        const { reconciler, lines } = reconcilerOver(guarded);
        reconciler.look();
        const report = reconciler.adjust(desired);
        expect(report.refused.map(({ error }) => error.code)).toEqual(report.refused.map(() => 'EPERM'));
        expect(lines.length > 0).toBe(report.refused.length > 0);
        if (gone) expect(report.written.length).toBe(at);
        gone = false;
        expect(reconciler.adjust(desired).refused).toEqual([]);
        const own = new Map([...kernel.table].filter(([key]) => desired.has(key)));
        expect(tableMatches(desired, own)).toBe(true);
      }),
    );
  });
});

test('a hundred thousand destinations are one plan, and none when nothing differs; four hundred thousand edits are one, too', () => {
  const key = tcp('192.0.2.1', 80);
  const many = Array.from({ length: 100_000 }, (_, i) =>
    destination(`10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, 80),
  );
  const desired = table([service(key), ...many]);
  const kernel = fakeKernel();
  const { reconciler } = reconcilerOver(kernel);
  expect(reconciler.reconcile(desired).written).toHaveLength(100_001);
  expect(reconciler.reconcile(desired).written).toHaveLength(0);
  const fewer = table([service(key), ...many.slice(10)]);
  expect(reconciler.adjust(fewer).written).toHaveLength(10);
  expect(kernel.table.get(serviceKeyText(key))?.destinations.size).toBe(99_990);

  const names = Array.from({ length: 400_000 }, (_, i) => `${i}`);
  const weighing = (weight: number): IpvsTable =>
    new Map([
      [
        serviceKeyText(key),
        { config: service(key), destinations: new Map(names.map((name) => [name, { ...rs, weight }])) },
      ],
    ]);
  const rs = destination('10.0.0.1', 80);
  expect(planIpvs(weighing(2), weighing(1), () => true)).toHaveLength(400_000);
});

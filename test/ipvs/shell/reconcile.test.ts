/** The reconciler against a strict kernel in memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tableMatches } from '../../../src/ipvs/core/equality.ts';
import type { IpvsTable } from '../../../src/ipvs/core/table.ts';
import { createReconciler, REFUSALS_LOGGED_MAX } from '../../../src/ipvs/shell/reconcile.ts';
import { forgetfulOwnership, type OwnershipStore } from '../../../src/ports/ownership.ts';
import { fakeKernel } from '../fake-kernel.ts';
import { anyTable, destination, service, table, tcp } from '../samples.ts';

const web = tcp('192.0.2.1', 80);
const mail = tcp('192.0.2.1', 25);
const rs1 = destination('10.0.0.1', 80);
const rs2 = destination('10.0.0.2', 80);
const DESIRED = table([service(web), rs1, rs2]);
const FOREIGN = table([service(mail), destination('10.0.0.7', 25)]);
const NOTHING: IpvsTable = new Map();

function setUp(initial?: IpvsTable, ownership: OwnershipStore = forgetfulOwnership) {
  const kernel = fakeKernel(initial);
  const lines: string[] = [];
  const reconciler = createReconciler({ kernel, log: (entry) => lines.push(entry.text), ownership });
  return { kernel, reconciler, lines };
}

describe('reconcile', () => {
  test('brings the kernel to what is wanted, and writes nothing the second time', () => {
    const { kernel, reconciler } = setUp();
    expect(reconciler.reconcile(DESIRED)).toMatchObject({ refused: [], unreadable: null });
    expect(tableMatches(DESIRED, kernel.table)).toBe(true);
    expect(reconciler.reconcile(DESIRED).written).toEqual([]);
    expect(reconciler.writes).toBe(3);
  });

  test('a restart on the right table writes nothing', () => {
    const before = setUp();
    before.reconciler.reconcile(DESIRED);
    const { kernel, reconciler } = setUp(before.kernel.table);
    reconciler.reconcile(DESIRED);
    expect(kernel.asked).toEqual([]);
  });

  test('services of others stay, whatever is wanted and then no longer wanted (property)', () => {
    fc.assert(
      fc.property(fc.array(anyTable, { maxLength: 4 }), (wishes) => {
        const { kernel, reconciler } = setUp(FOREIGN);
        for (const wish of wishes) reconciler.reconcile(wish);
        reconciler.release('owned');
        expect(kernel.table).toEqual(FOREIGN);
      }),
    );
  });

  test('what was wanted and is no longer is removed, also when somebody had added to it', () => {
    const { kernel, reconciler } = setUp(FOREIGN);
    reconciler.reconcile(DESIRED);
    kernel.meddle({ kind: 'add_destination', service: web, destination: destination('10.0.0.8', 80) });
    reconciler.reconcile(NOTHING);
    expect(kernel.table).toEqual(FOREIGN);
  });

  test('a removed service is no longer owned: made again by somebody else, it stays', () => {
    const { kernel, reconciler } = setUp();
    reconciler.reconcile(DESIRED);
    reconciler.reconcile(NOTHING);
    kernel.meddle({ kind: 'add_service', service: service(web) });
    reconciler.reconcile(NOTHING);
    expect([...kernel.table.keys()]).toEqual(['tcp 192.0.2.1:80']);
  });

  describe('after a crash', () => {
    const remembering = (): OwnershipStore & { readonly keys: () => ReadonlySet<string> } => {
      let keys: ReadonlySet<string> = new Set();
      const store = (next: ReadonlySet<string>): void => {
        keys = new Set(next);
      };
      return { load: () => keys, store, keys: () => keys };
    };

    test('a service that vipd made and the configuration no longer has is removed, one of others stays', () => {
      const ownership = remembering();
      const before = setUp(FOREIGN, ownership);
      before.reconciler.reconcile(DESIRED);
      const { kernel, reconciler, lines } = setUp(before.kernel.table, ownership);
      reconciler.reconcile(NOTHING);
      expect(kernel.table).toEqual(FOREIGN);
      expect(lines).toEqual([
        'IPVS: removed 1 services that an earlier vipd left behind and the configuration no longer has',
      ]);
    });

    test('a service is remembered before the kernel has it, and forgotten when it is gone', () => {
      const ownership = remembering();
      const { kernel, reconciler } = setUp(FOREIGN, ownership);
      kernel.breakDown({ code: 'ENOMEM', applies: () => true });
      reconciler.reconcile(DESIRED);
      expect([...ownership.keys()]).toEqual([...DESIRED.keys()]);
      kernel.breakDown(null);
      reconciler.reconcile(DESIRED);
      reconciler.release('owned');
      expect(ownership.keys()).toEqual(new Set());
    });

    test('a service that is wanted again needs no line when it is removed later', () => {
      const ownership = remembering();
      const before = setUp(FOREIGN, ownership);
      before.reconciler.reconcile(DESIRED);
      const { reconciler, lines } = setUp(before.kernel.table, ownership);
      reconciler.reconcile(DESIRED);
      reconciler.reconcile(NOTHING);
      expect(lines).toEqual([]);
    });
  });

  test('repairs what somebody changed behind its back, and says so', () => {
    const { kernel, reconciler, lines } = setUp();
    reconciler.reconcile(DESIRED);
    kernel.meddle({ kind: 'remove_destination', service: web, destination: rs1.key });
    expect(reconciler.reconcile(DESIRED).written).toHaveLength(1);
    expect(lines).toEqual([
      "IPVS: the kernel's table differed from the last one written, 1 operations repaired it",
    ]);
  });

  test('a decision of its own is no repair and needs no line', () => {
    const { reconciler, lines } = setUp();
    reconciler.reconcile(DESIRED);
    reconciler.reconcile(table([service(web), rs1]));
    expect(lines).toEqual([]);
  });

  test('a kernel that refuses for good is asked twice at most, and the cause is logged without its followers', () => {
    const { kernel, reconciler, lines } = setUp();
    kernel.breakDown({ code: 'ENOENT', applies: (operation) => operation.kind === 'add_service' });
    const report = reconciler.reconcile(DESIRED);
    expect(report.refused.map(({ error }) => error.code)).toEqual(['ENOENT', 'ESRCH', 'ESRCH']);
    expect(kernel.reads).toBeLessThanOrEqual(2);
    expect(lines).toEqual([
      'IPVS: adding virtual service [192.0.2.1]:tcp:80 failed: ENOENT (refused with ENOENT)',
    ]);
  });

  test('what the kernel refused once is done by the next call', () => {
    const { kernel, reconciler } = setUp();
    kernel.breakDown({ code: 'ENOMEM', applies: () => true });
    reconciler.reconcile(DESIRED);
    kernel.breakDown(null);
    expect(reconciler.reconcile(DESIRED).refused).toEqual([]);
    expect(tableMatches(DESIRED, kernel.table)).toBe(true);
  });

  test('a hundred refusals are ten lines and a count', () => {
    const { kernel, reconciler, lines } = setUp();
    const many = Array.from({ length: 100 }, (_, i) => destination(`10.0.1.${i + 1}`, 80));
    kernel.breakDown({ code: 'ENOMEM', applies: (operation) => operation.kind === 'add_destination' });
    reconciler.reconcile(table([service(web), ...many]));
    expect(lines).toHaveLength(REFUSALS_LOGGED_MAX + 1);
    expect(lines.at(-1)).toBe('IPVS: 90 more operations failed');
  });

  test('a table that cannot be read is reported and nothing is written', () => {
    const { kernel, reconciler, lines } = setUp();
    const error = { code: 'EPERM', attempted: 'read the IPVS services', detail: 'not permitted' };
    kernel.unreadable(error);
    expect(reconciler.reconcile(DESIRED)).toEqual({ written: [], refused: [], unreadable: error });
    expect(kernel.asked).toEqual([]);
    expect(lines).toEqual(['IPVS: read the IPVS services: EPERM (not permitted)']);
  });
});

describe('adjust', () => {
  test('writes the one difference without reading', () => {
    const { kernel, reconciler } = setUp();
    reconciler.reconcile(DESIRED);
    const reads = kernel.reads;
    expect(reconciler.adjust(table([service(web), rs1, { ...rs2, weight: 0 }])).written).toEqual([
      { kind: 'edit_destination', service: web, destination: { ...rs2, weight: 0 } },
    ]);
    expect(kernel.reads).toBe(reads);
  });

  test('before the first reading there is nothing to remember: it reads', () => {
    const { kernel, reconciler } = setUp(DESIRED);
    expect(reconciler.adjust(DESIRED).written).toEqual([]);
    expect(kernel.reads).toBe(1);
  });

  test('a refusal means that the memory is wrong: it reads, and the kernel gets right', () => {
    const { kernel, reconciler } = setUp();
    reconciler.reconcile(DESIRED);
    kernel.meddle({ kind: 'remove_service', service: web });
    const report = reconciler.adjust(table([service(web), rs1]));
    expect(report.refused).toEqual([]);
    expect(tableMatches(table([service(web), rs1]), kernel.table)).toBe(true);
  });

  test('any sequence of adjustments ends where a reconciliation would, for all owned services (property)', () => {
    fc.assert(
      fc.property(fc.array(anyTable, { minLength: 1, maxLength: 5 }), (wishes) => {
        const { kernel, reconciler } = setUp();
        for (const wish of wishes) reconciler.adjust(wish);
        expect(tableMatches(wishes.at(-1) ?? NOTHING, kernel.table)).toBe(true);
        expect(kernel.reads).toBe(1);
      }),
    );
  });
});

describe('stop and start', () => {
  test('release takes only the owned services, in one operation each', () => {
    const { kernel, reconciler } = setUp(FOREIGN);
    reconciler.reconcile(DESIRED);
    expect(reconciler.release('owned').written).toEqual([{ kind: 'remove_service', service: web }]);
    expect(kernel.table).toEqual(FOREIGN);
  });

  test('lvs_flush_on_stop empties the whole table', () => {
    const { kernel, reconciler, lines } = setUp(FOREIGN);
    reconciler.reconcile(DESIRED);
    reconciler.release('everything');
    expect(kernel.table.size).toBe(0);
    expect(lines).toEqual(["IPVS: emptied the kernel's table (lvs_flush_on_stop)"]);
  });

  test('lvs_flush empties it at start, and nothing is owned or remembered afterwards', () => {
    const { kernel, reconciler, lines } = setUp(FOREIGN);
    expect(reconciler.flush()).toEqual({ ok: true, value: undefined });
    expect(kernel.table.size).toBe(0);
    expect(lines).toEqual(["IPVS: emptied the kernel's table (lvs_flush)"]);
    reconciler.adjust(DESIRED);
    expect(kernel.reads).toBe(1);
  });
});

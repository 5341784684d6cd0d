/** The model kernel (src/ipvs/core/apply.ts) beside the real one: the same operations on both, the plan's laws on the real
 *  one, and what may happen to it in the middle of a plan. No network. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { applyOperations } from '../../../src/ipvs/core/apply.ts';
import { tableMatches } from '../../../src/ipvs/core/equality.ts';
import { operationText } from '../../../src/ipvs/core/operation-text.ts';
import { planIpvs } from '../../../src/ipvs/core/plan.ts';
import type { IpvsTable } from '../../../src/ipvs/core/table.ts';
import { createReconciler } from '../../../src/ipvs/shell/reconcile.ts';
import type { IpvsKernel, IpvsOperation } from '../../../src/ports/ipvs-kernel.ts';
import { forgetfulOwnership } from '../../../src/ports/ownership.ts';
import { anyOperation } from '../../ipvs/operations.ts';
import { anyTable, destination, service, table, tcp } from '../../ipvs/samples.ts';
import { must, withKernel } from '../harness/ipvs-play.ts';
import { playScenarios } from '../harness/scenario.ts';

export interface ModelPlays {
  /** sequences after which the two differ, in words; and how many operations were refused in all */
  readonly sameOperations: { readonly differ: readonly string[]; readonly refused: number };
  /** pairs of tables for which a law does not hold on the real kernel */
  readonly laws: { readonly broken: readonly string[]; readonly pairs: number };
  readonly meddled: { readonly refused: readonly string[]; readonly reached: boolean };
  readonly rightsLost: {
    readonly codes: readonly string[];
    readonly done: number;
    readonly reachedLater: boolean;
  };
  readonly hundredThousand: {
    readonly refused: number;
    readonly reached: boolean;
    readonly writtenAgain: number;
    readonly changed: number;
  };
}

const SEED = 20_260_101;
const SEQUENCES = 60;
const PAIRS = 60;
const EMPTY: IpvsTable = new Map();
const all = (): boolean => true;

const heldBy = (kernel: IpvsKernel): IpvsTable => must(kernel.read()).table;

function sameOperations(): ModelPlays['sameOperations'] {
  const sequences = fc.sample(fc.array(anyOperation, { minLength: 20, maxLength: 60 }), {
    seed: SEED,
    numRuns: SEQUENCES,
  });
  const differ: string[] = [];
  let refused = 0;
  for (const [number, operations] of sequences.entries()) {
    withKernel((kernel) => {
      const answers = kernel.apply(operations).map((error) => error?.code ?? null);
      const model = applyOperations(EMPTY, operations);
      refused += answers.filter((code) => code !== null).length;
      for (const [i, operation] of operations.entries()) {
        const [real, value] = [answers[i] ?? 'done', model.refusals[i] ?? 'done'];
        if (real !== value) {
          differ.push(
            `${number}.${i} ${operationText(operation)} ${JSON.stringify(operation)}: real ${real}, model ${value}`,
          );
        }
      }
      if (!tableMatches(model.table, heldBy(kernel))) differ.push(`${number}: another table`);
    });
  }
  return { differ: differ.slice(0, 20), refused };
}

function laws(): ModelPlays['laws'] {
  const pairs = fc.sample(fc.tuple(anyTable, anyTable), { seed: SEED, numRuns: PAIRS });
  const broken: string[] = [];
  for (const [number, [before, desired]] of pairs.entries()) {
    withKernel((kernel) => {
      const write = (wanted: IpvsTable): void => {
        const answers = kernel.apply(planIpvs(wanted, heldBy(kernel), all));
        const refusals = answers.flatMap((error) =>
          error === null ? [] : [`${error.attempted}: ${error.code}`],
        );
        for (const refusal of refusals) broken.push(`${number} legal: ${refusal}`);
        if (!tableMatches(wanted, heldBy(kernel))) broken.push(`${number} reaches`);
        if (planIpvs(wanted, heldBy(kernel), all).length > 0) broken.push(`${number} idle`);
      };
      write(before);
      write(desired);
    });
  }
  return { broken: broken.slice(0, 20), pairs: pairs.length };
}

const web = tcp('192.0.2.1', 80);
const servers = (count: number, weight: number) =>
  Array.from({ length: count }, (_, i) => destination(`10.0.${i >> 8}.${i & 255}`, 80, { weight }));

/** The first batch comes in two halves, and something happens in between. */
function halved(kernel: IpvsKernel, between: () => void): IpvsKernel {
  let happened = false;
  return {
    ...kernel,
    apply(operations: readonly IpvsOperation[]) {
      if (happened) return kernel.apply(operations);
      happened = true;
      const half = operations.length >> 1;
      const first = kernel.apply(operations.slice(0, half));
      between();
      return [...first, ...kernel.apply(operations.slice(half))];
    },
  };
}

function meddled(): ModelPlays['meddled'] {
  return withKernel((kernel) => {
    const desired = table([service(web), ...servers(200, 1)]);
    const ipvsadm = (...argv: readonly string[]) => execFileSync('ipvsadm', argv);
    const meddling = halved(kernel, () => {
      ipvsadm('-C');
      ipvsadm('-A', '-t', '192.0.2.1:80', '-s', 'sed');
      ipvsadm('-a', '-t', '192.0.2.1:80', '-r', '10.0.0.199:80', '-m', '-w', '7');
      ipvsadm('-a', '-t', '192.0.2.1:80', '-r', '10.9.9.9:80', '-g');
    });
    const { reconcile } = createReconciler({
      kernel: meddling,
      log: () => {},
      ownership: forgetfulOwnership,
    });
    const { refused } = reconcile(desired);
    return {
      refused: refused.map(({ error }) => error.code),
      reached: tableMatches(desired, heldBy(kernel)),
    };
  });
}

function rightsLost(): ModelPlays['rightsLost'] {
  return withKernel((kernel) => {
    const desired = table([service(web), ...servers(200, 1)]);
    const losing = halved(kernel, () => process.seteuid?.(65_534));
    const reconciler = createReconciler({ kernel: losing, log: () => {}, ownership: forgetfulOwnership });
    reconciler.look();
    const { refused, written, unreadable } = reconciler.adjust(desired);
    process.seteuid?.(0);
    const codes = [
      ...refused.map(({ error }) => error.code),
      ...(unreadable === null ? [] : [unreadable.code]),
    ];
    const later = reconciler.adjust(desired);
    const reachedLater = later.refused.length === 0 && tableMatches(desired, heldBy(kernel));
    return { codes: [...new Set(codes)], done: written.length, reachedLater };
  });
}

function hundredThousand(): ModelPlays['hundredThousand'] {
  return withKernel((kernel) => {
    const wide = (weight: number): IpvsTable =>
      table(
        ...Array.from(
          { length: 100 },
          (_, i) => [service(tcp(`10.200.${i}.1`, 80)), ...servers(1000, weight)] as const,
        ),
      );
    const { reconcile } = createReconciler({ kernel, log: () => {}, ownership: forgetfulOwnership });
    const first = reconcile(wide(1));
    const reached = tableMatches(wide(1), heldBy(kernel));
    const writtenAgain = reconcile(wide(1)).written.length;
    const changed = reconcile(wide(2)).written.length;
    return { refused: first.refused.length, reached, writtenAgain, changed };
  });
}

// the addon is looked for above the program's own folder, and the lab's bundles lie elsewhere
symlinkSync(join(process.env['LAB_ROOT'] ?? '.', 'native'), join(__dirname, 'native'));
playScenarios<{ readonly model: ModelPlays }>({
  model: async (_stage, note) => {
    note('sameOperations', sameOperations());
    note('laws', laws());
    note('meddled', meddled());
    note('rightsLost', rightsLost());
    note('hundredThousand', hundredThousand());
  },
});

/** vipd's IPVS port against a real kernel, with ipvsadm as the judge. One CPU, no network: each play starts
 *  and ends with an empty table. */
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { port } from '../../../src/base/units.ts';
import { applyOperations } from '../../../src/ipvs/core/apply.ts';
import { tableMatches } from '../../../src/ipvs/core/equality.ts';
import { printListing } from '../../../src/ipvs/core/listing.ts';
import { planIpvs } from '../../../src/ipvs/core/plan.ts';
import type { IpvsTable, ServiceConfig } from '../../../src/ipvs/core/table.ts';
import { createIpvsKernel } from '../../../src/ipvs/shell/kernel.ts';
import { createReconciler } from '../../../src/ipvs/shell/reconcile.ts';
import type { IpvsOperation } from '../../../src/ports/ipvs-kernel.ts';
import { forgetfulOwnership } from '../../../src/ports/ownership.ts';
import { held, REFUSALS } from '../../ipvs/refusals.ts';
import { destination, ip, service, table, tcp } from '../../ipvs/samples.ts';
import { must, withKernel } from '../harness/ipvs-play.ts';
import { playScenarios } from '../harness/scenario.ts';
import type { IpvsKernelPlays } from './ipvs-kernel-plays.ts';

const ipvsadm = (...argv: readonly string[]): string =>
  execFileSync('ipvsadm', argv, { encoding: 'utf8', maxBuffer: 1 << 26 });

const EMPTY: IpvsTable = new Map();
const all = (): boolean => true;

const mark = (number: number, family: 'inet' | 'inet6', changes: Partial<ServiceConfig>): ServiceConfig =>
  service({ kind: 'fwmark', mark: number as never, family }, changes);

/** One of everything that the kernel can hold. */
const variety: IpvsTable = table(
  [
    service(tcp('192.0.2.1', 80), { scheduler: 'wlc', persistenceTimeout: 300, persistencePrefix: 24 }),
    destination('10.0.0.1', 80, { weight: 3, upperThreshold: 100, lowerThreshold: 50 }),
    destination('10.0.0.2', 8080, { weight: 0x7fff_ffff, forwarding: { kind: 'nat' } }),
  ],
  [
    service(tcp('192.0.2.2', 80), { scheduler: 'sh', flags: 0x18 }),
    ...(['ipip', 'gue', 'gre'] as const).map((encapsulation, i) =>
      destination(`10.0.0.${i + 1}`, 80, {
        forwarding: {
          kind: 'tun',
          encapsulation,
          port: port(encapsulation === 'gue' ? 6080 : 0),
          checksum: 'none',
        },
      }),
    ),
  ],
  [
    service(tcp('2001:db8::1', 443), { scheduler: 'mh', persistenceTimeout: 60, persistencePrefix: 64 }),
    destination('2001:db8::8', 443),
    destination('10.0.0.9', 443, {
      forwarding: { kind: 'tun', encapsulation: 'gre', port: port(0), checksum: 'csum' },
    }),
  ],
  [
    service(
      { kind: 'address', protocol: 'udp', address: ip('192.0.2.1'), port: port(5060) },
      {
        flags: 0x4,
        persistenceTimeout: 60,
        persistenceEngine: 'sip',
      },
    ),
  ],
  [
    service(
      { kind: 'address', protocol: 'sctp', address: ip('192.0.2.1'), port: port(5060) },
      { scheduler: 'sed' },
    ),
  ],
  [mark(7, 'inet', { scheduler: 'wrr', persistenceTimeout: 50 }), destination('10.0.0.1', 0)],
  [mark(0xffff_ffff, 'inet6', { scheduler: 'nq' }), destination('2001:db8::8', 0)],
);

/** The same services, each changed in place, without its first destination and with other weights. */
const changed = (before: IpvsTable): IpvsTable =>
  table(
    ...[...before.values()].map(({ config, destinations }) => {
      const [, ...kept] = [...destinations.values()].map((d) => ({ ...d, weight: 5 }));
      return [{ ...config, scheduler: 'rr', persistenceTimeout: 77 }, ...kept] as const;
    }),
  );

function everyKind(): IpvsKernelPlays['everyKind'] {
  return withKernel((kernel) => {
    const { reconcile } = createReconciler({ kernel, log: () => {}, ownership: forgetfulOwnership });
    const first = reconcile(variety);
    const read = must(kernel.read());
    const ours = printListing(must(kernel.info()), read);
    const theirs = ipvsadm('-Ln');
    return {
      refused: first.refused.map(({ error }) => error.detail),
      reached: tableMatches(variety, read.table),
      writtenAgain: reconcile(variety).written.length,
      ours,
      theirs,
    };
  });
}

function edits(): IpvsKernelPlays['edits'] {
  return withKernel((kernel) => {
    const target = changed(variety);
    kernel.apply(planIpvs(variety, EMPTY, all));
    const operations = planIpvs(target, must(kernel.read()).table, all);
    const answers = kernel.apply(operations);
    return {
      kinds: [...new Set(operations.map((operation) => operation.kind))].sort(),
      refused: answers.filter((answer) => answer !== null).map((error) => error.detail),
      reached: tableMatches(target, must(kernel.read()).table),
    };
  });
}

function refusals(): IpvsKernelPlays['refusals'] {
  return REFUSALS.map(([what, code, operation]) =>
    withKernel((kernel) => {
      const setUp = planIpvs(held, EMPTY, all);
      // the value and the kernel, each from the same table
      const value = applyOperations(EMPTY, [...setUp, operation]).refusals.at(-1) ?? 'done';
      const real = kernel.apply([...setUp, operation]).at(-1)?.code ?? 'done';
      return { what, expected: code, value, real };
    }),
  );
}

/** 1,000 services with 10 destinations each, then the same operations again: every one is refused. */
function thousands(): IpvsKernelPlays['thousands'] {
  return withKernel((kernel) => {
    const servers = Array.from({ length: 10 }, (_, i) => destination(`172.16.0.${i + 1}`, 80));
    const services = Array.from({ length: 1000 }, (_, i) => tcp(`10.1.${i >> 8}.${i & 255}`, 80));
    const wanted = table(...services.map((key) => [service(key), ...servers] as const));
    const operations = planIpvs(wanted, EMPTY, all);
    const first = kernel.apply(operations);
    const again = kernel.apply(operations);
    return {
      operations: operations.length,
      refused: first.filter((error) => error !== null).length,
      listed: ipvsadm('-Ln')
        .split('\n')
        .filter((line) => /^(TCP| {2}-> \d)/.test(line)).length,
      refusedAgain: again.filter((error) => error?.code === 'EEXIST').length,
    };
  });
}

/** A refusal in the middle of a batch: what stands before and behind it is done. */
function mixedBatch(): IpvsKernelPlays['mixedBatch'] {
  return withKernel((kernel) => {
    const web = tcp('192.0.2.1', 80);
    const batch: readonly IpvsOperation[] = [
      { kind: 'add_service', service: service(web) },
      { kind: 'add_service', service: service(tcp('192.0.2.2', 80), { scheduler: 'nosuch' }) },
      { kind: 'add_destination', service: tcp('192.0.2.2', 80), destination: destination('10.0.0.1', 80) },
      { kind: 'add_destination', service: web, destination: destination('10.0.0.1', 80) },
    ];
    const answers = kernel.apply(batch).map((error) => error?.detail ?? 'done');
    return { answers, listing: ipvsadm('-Sn') };
  });
}

function settings(): IpvsKernelPlays['settings'] {
  return withKernel((kernel) => {
    must(kernel.setTimeouts({ tcp: 901_000_000 as never, udp: 301_000_000 as never }));
    const timeouts = must(kernel.timeouts());
    const group = { interface: 'lo', maxLength: 1400, group: ip('224.0.0.99'), port: port(8849), ttl: 3 };
    must(kernel.startDaemon({ role: 'master', syncId: 7, ...group }));
    must(kernel.startDaemon({ role: 'backup', syncId: 7, ...group }));
    const daemons = must(kernel.daemons());
    const theirs = ipvsadm('-Ln', '--daemon');
    must(kernel.stopDaemon('master'));
    must(kernel.stopDaemon('backup'));
    const stopped = kernel.stopDaemon('backup');
    return {
      timeouts,
      theirTimeouts: ipvsadm('-L', '--timeout'),
      daemons,
      theirDaemons: theirs,
      daemonsLeft: must(kernel.daemons()).length,
      stopAgain: stopped.ok ? 'done' : stopped.error.code,
      zeroed: kernel.zero(null).ok,
      zeroUnknown: codeOf(kernel.zero(tcp('192.0.2.77', 80))),
    };
  });
}

const codeOf = (
  result: { readonly ok: true } | { readonly ok: false; readonly error: { readonly code: string } },
) => (result.ok ? 'done' : result.error.code);

function withoutRights(): IpvsKernelPlays['withoutRights'] {
  process.seteuid?.(65_534);
  try {
    const kernel = createIpvsKernel();
    return kernel.ok ? null : kernel.error;
  } finally {
    process.seteuid?.(0);
  }
}

// the addon is looked for above the program's own folder, and the lab's bundles lie elsewhere
symlinkSync(join(process.env['LAB_ROOT'] ?? '.', 'native'), join(__dirname, 'native'));
// one play: opening the lab takes longer than all of these
playScenarios<{ readonly ipvs: IpvsKernelPlays }>({
  ipvs: async (_stage, note) => {
    note('everyKind', everyKind());
    note('edits', edits());
    note('refusals', refusals());
    note('thousands', thousands());
    note('mixedBatch', mixedBatch());
    note('settings', settings());
    note('withoutRights', withoutRights());
  },
});

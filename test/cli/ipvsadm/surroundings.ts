/** The ipvsadm command in a test: a kernel in memory, names from lists, and what was printed. */
import { err, ok, type Result } from '../../../src/base/result.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import { runIpvsadm } from '../../../src/cli/ipvsadm/ipvsadm.ts';
import type { NameService } from '../../../src/cli/ipvsadm/names.ts';
import type { SyncDaemon } from '../../../src/ipvs/core/daemon.ts';
import { refusalText } from '../../../src/ipvs/core/refusal-text.ts';
import { type IpvsTable, serviceKeyText } from '../../../src/ipvs/core/table.ts';
import type { IpvsControl } from '../../../src/ipvs/shell/kernel.ts';
import type { IpvsOperation } from '../../../src/ports/ipvs-kernel.ts';
import { fakeKernel } from '../../ipvs/fake-kernel.ts';
import { ip } from '../../ipvs/samples.ts';

export interface FakeControl extends IpvsControl {
  readonly table: IpvsTable;
  /** the operations of each call of `apply` */
  readonly batches: readonly (readonly IpvsOperation[])[];
}

/** The kernel of test/ipvs with what only tools ask for. */
export function fakeControl(): FakeControl {
  const kernel = fakeKernel();
  const batches: IpvsOperation[][] = [];
  let daemons: readonly SyncDaemon[] = [];
  const missing = (attempted: string): Result<never, SystemError> =>
    err({ code: 'ESRCH', attempted, detail: 'No such process' });
  return {
    ...kernel,
    get table() {
      return kernel.table;
    },
    batches,
    apply: (operations) => {
      if (operations.length > 0) batches.push([...operations]);
      return kernel.apply(operations).map((error, i) => {
        const operation = operations[i];
        if (error === null || operation === undefined) return error;
        return { ...error, detail: refusalText(operation, error.code) ?? error.detail };
      });
    },
    readService: (key) => {
      const held = kernel.table.get(serviceKeyText(key));
      if (held === undefined) return missing('read a service');
      return ok({
        table: new Map([[serviceKeyText(key), held]]),
        services: new Map(),
        destinations: new Map(),
      });
    },
    zero: (key) =>
      key === null || kernel.table.has(serviceKeyText(key)) ? ok(undefined) : missing('zero counters'),
    daemons: () => ok(daemons),
    startDaemon: (daemon) => {
      if (daemons.some(({ role }) => role === daemon.role)) {
        return err({ code: 'EEXIST', attempted: 'start', detail: 'File exists' });
      }
      daemons = [...daemons, daemon];
      return ok(undefined);
    },
    stopDaemon: (role) => {
      if (!daemons.some((daemon) => daemon.role === role)) return missing('stop');
      daemons = daemons.filter((daemon) => daemon.role !== role);
      return ok(undefined);
    },
    close: () => {},
  };
}

/** Hosts by name, asked for one at a time. */
export function fakeNames(
  hosts: Readonly<Record<string, string>>,
): NameService & { readonly asked: string[] } {
  const known = new Map<string, string | null>();
  const asked: string[] = [];
  const names = new Map(Object.entries(hosts).map(([name, address]) => [address, name]));
  return {
    asked,
    lookups: {
      host: ({ name }) => {
        const address = known.get(name);
        return address === undefined || address === null ? address : ip(address);
      },
      servicePort: () => null,
    },
    resolve: async ({ name }) => {
      asked.push(name);
      known.set(name, hosts[name] ?? null);
    },
    namesOf: async () => ({ host: (address) => names.get(address) ?? address, port: String }),
  };
}

export interface Machine {
  readonly kernel: IpvsControl;
  readonly names: NameService;
  readonly stdin: string;
  readonly connections: readonly string[];
}

/** Runs one command line on a machine. */
export async function run(argv: readonly string[], machine: Partial<Machine> = {}) {
  const said = { stdout: '', stderr: '' };
  const { kernel = fakeControl(), names = fakeNames({}), stdin = '', connections = [] } = machine;
  const exitStatus = await runIpvsadm(argv, {
    stdout: async (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    stdin: async () => stdin,
    openKernel: () => ok(kernel),
    connections: async function* () {
      yield* connections;
    },
    names,
  });
  return { exitStatus, ...said };
}

/** A kernel's IPVS table in memory: stateful, and as strict as the real one (core/apply.ts). Beside the port
 *  it lets a test change the table behind vipd's back and break single operations. */
import { err, ok } from '../../src/base/result.ts';
import type { SystemError } from '../../src/base/system-error.ts';
import { seconds } from '../../src/base/units.ts';
import { applyOperations } from '../../src/ipvs/core/apply.ts';
import { operationText } from '../../src/ipvs/core/operation-text.ts';
import { type IpvsTable, serviceKeyText } from '../../src/ipvs/core/table.ts';
import type { IpvsKernel, IpvsOperation } from '../../src/ports/ipvs-kernel.ts';

export interface FakeKernel extends IpvsKernel {
  readonly table: IpvsTable;
  /** how often the table was read */
  readonly reads: number;
  /** all operations that were asked for, refused ones included */
  readonly asked: readonly IpvsOperation[];
  /** what somebody else does with ipvsadm */
  meddle(...operations: readonly IpvsOperation[]): void;
  /** from now on `code` is the answer to what `applies` to; null ends it */
  breakDown(
    fault: { readonly code: string; readonly applies: (operation: IpvsOperation) => boolean } | null,
  ): void;
  unreadable(error: SystemError | null): void;
}

export function fakeKernel(initial: IpvsTable = new Map()): FakeKernel {
  let table = initial;
  let reads = 0;
  let fault: Parameters<FakeKernel['breakDown']>[0] = null;
  let readError: SystemError | null = null;
  const asked: IpvsOperation[] = [];

  const apply = (operations: readonly IpvsOperation[]): readonly (SystemError | null)[] => {
    asked.push(...operations);
    const broken = (operation: IpvsOperation): boolean => fault?.applies(operation) === true;
    const applied = applyOperations(
      table,
      operations.filter((operation) => !broken(operation)),
    );
    table = applied.table;
    const refusals = applied.refusals[Symbol.iterator]();
    return operations.map((operation) => {
      const code = broken(operation) ? fault?.code : refusals.next().value;
      return code === null || code === undefined ? null : refusal(operation, code);
    });
  };
  return {
    get table() {
      return table;
    },
    get reads() {
      return reads;
    },
    asked,
    meddle: (...operations) => {
      table = applyOperations(table, operations).table;
    },
    breakDown: (next) => {
      fault = next;
    },
    unreadable: (error) => {
      readError = error;
    },
    info: () => ok({ version: '1.2.1', connectionTableSize: 4096 }),
    read: () => {
      reads++;
      return readError === null
        ? ok({ table, services: new Map(), destinations: new Map() })
        : err(readError);
    },
    readServices: (keys) => {
      reads++;
      const wanted = new Set(keys.map(serviceKeyText));
      return readError === null ? ok(new Map([...table].filter(([key]) => wanted.has(key)))) : err(readError);
    },
    readTable: () => {
      reads++;
      return readError === null ? ok(table) : err(readError);
    },
    readConnections: (keys) =>
      readError === null ? ok(new Map(keys.map((key) => [serviceKeyText(key), new Map()]))) : err(readError),
    apply,
    timeouts: () => ok({ tcp: seconds(900), tcpFin: seconds(120), udp: seconds(300) }),
    setTimeouts: () => ok(undefined),
    flush: () => {
      table = new Map();
      return ok(undefined);
    },
  };
}

const refusal = (operation: IpvsOperation, code: string): SystemError => ({
  code,
  attempted: operationText(operation),
  detail: `refused with ${code}`,
});

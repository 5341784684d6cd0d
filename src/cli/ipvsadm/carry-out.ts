/** Carries out one order on the kernel and prints what it asks for. */
import type { IpAddress } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import type { Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import {
  type Connection,
  connectionLine,
  connectionTitles,
  parseConnection,
} from '../../ipvs/core/connections.ts';
import { printListing } from '../../ipvs/core/listing.ts';
import { printRules } from '../../ipvs/core/rules.ts';
import { printDaemons, printTimeouts } from '../../ipvs/core/settings-text.ts';
import { NUMERIC, type SocketNames } from '../../ipvs/core/socket-names.ts';
import type { IpvsTable } from '../../ipvs/core/table.ts';
import type { IpvsControl } from '../../ipvs/shell/kernel.ts';
import type { IpvsadmOrder } from './order.ts';
import { CONNECTIONS_FILE, type Surroundings } from './surroundings.ts';
import { usageText, versionLine } from './usage.ts';

/** The order is done, or why it is not. */
export type Outcome = { readonly exitStatus: 0 } | { readonly exitStatus: 1 | 255; readonly text: string };

/** Orders that a single line can give; -R reads such lines. */
export type SingleOrder = Exclude<IpvsadmOrder, { readonly kind: 'restore' }>;

const DONE: Outcome = { exitStatus: 0 };

export async function carryOut(
  order: SingleOrder,
  kernel: IpvsControl,
  around: Surroundings,
): Promise<Outcome> {
  switch (order.kind) {
    case 'operate':
      return written(kernel.apply([order.operation])[0] ?? null);
    case 'clear':
      return settled(kernel.flush());
    case 'zero':
      return settled(kernel.zero(order.service), { ESRCH: 'No such service' });
    case 'set_timeouts':
      return settled(kernel.setTimeouts(order.timeouts));
    case 'start_daemon':
      return settled(kernel.startDaemon(order.daemon), { EEXIST: 'Daemon has already run' });
    case 'stop_daemon':
      return settled(kernel.stopDaemon(order.role), { ESRCH: 'No daemon is running' });
    case 'save':
      return shown(kernel.read(), around, async ({ table }) =>
        printRules(table, await namesFor(table, order, around)),
      );
    case 'list_table':
      return listTable(order, kernel, around);
    case 'list_connections':
      return listConnections(order, around);
    case 'list_timeouts':
      return shown(kernel.timeouts(), around, printTimeouts);
    case 'list_daemons':
      return shown(kernel.daemons(), around, printDaemons);
    case 'help':
      await around.stdout(usageText());
      return DONE;
    case 'version':
      await around.stdout(versionLine());
      return DONE;
    default:
      return exhaustive(order);
  }
}

type Meanings = Readonly<Record<string, string>>;

/** What the original says where the kernel's errno alone says little. */
const wordsFor = (error: SystemError, meanings: Meanings): string =>
  meanings[error.code] ?? (error.code === 'EPERM' ? 'Permission denied (you must be root)' : error.detail);

export const written = (error: SystemError | null): Outcome =>
  error === null ? DONE : { exitStatus: 255, text: wordsFor(error, {}) };

const settled = (result: Result<void, SystemError>, meanings: Meanings = {}): Outcome =>
  result.ok ? DONE : { exitStatus: 255, text: wordsFor(result.error, meanings) };

async function shown<T>(
  result: Result<T, SystemError>,
  around: Surroundings,
  print: (value: T) => string | Promise<string>,
): Promise<Outcome> {
  if (!result.ok) return { exitStatus: 1, text: wordsFor(result.error, { ESRCH: 'No such service' }) };
  await around.stdout(await print(result.value));
  return DONE;
}

async function listTable(
  order: Extract<IpvsadmOrder, { readonly kind: 'list_table' }>,
  kernel: IpvsControl,
  around: Surroundings,
): Promise<Outcome> {
  const info = order.service === null ? kernel.info() : null;
  if (info !== null && !info.ok) return { exitStatus: 1, text: wordsFor(info.error, {}) };
  const held = order.service === null ? kernel.read() : kernel.readService(order.service);
  return shown(held, around, async (table) =>
    printListing(info?.value ?? null, table, { ...order, names: await namesFor(table.table, order, around) }),
  );
}

async function namesFor(
  table: IpvsTable,
  { numeric }: { readonly numeric: boolean },
  { names }: Surroundings,
): Promise<SocketNames> {
  return numeric ? NUMERIC : names.namesOf(addressesOf(table));
}

function* addressesOf(table: IpvsTable): Generator<IpAddress> {
  for (const { config, destinations } of table.values()) {
    if (config.key.kind === 'address') yield config.key.address;
    for (const { key } of destinations.values()) yield key.address;
  }
}

/** Piece by piece: a busy director has millions of connections. */
async function listConnections(
  { numeric, engines }: Extract<IpvsadmOrder, { readonly kind: 'list_connections' }>,
  around: Surroundings,
): Promise<Outcome> {
  let begun = false;
  try {
    for await (const lines of wholeLines(around.connections())) {
      if (!begun) await around.stdout(connectionTitles(engines));
      begun = true;
      const connections = lines.flatMap((line) => parseConnection(line) ?? []);
      const names = numeric
        ? NUMERIC
        : await around.names.namesOf(connections.flatMap(addressesOfConnection));
      await around.stdout(connections.map((c) => connectionLine(c, names, engines)).join(''));
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { exitStatus: 1, text: `cannot open file ${CONNECTIONS_FILE} (${reason})` };
  }
  return begun ? DONE : { exitStatus: 1, text: `unexpected input from ${CONNECTIONS_FILE}` };
}

const addressesOfConnection = ({ client, virtual, destination }: Connection): readonly IpAddress[] => [
  client.address,
  virtual.address,
  destination.address,
];

/** Pieces of text to lines: one that a piece cuts in two comes with the next. */
async function* wholeLines(pieces: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let cut = '';
  for await (const piece of pieces) {
    const lines = (cut + piece).split('\n');
    cut = lines.pop() ?? '';
    yield lines;
  }
  if (cut !== '') yield [cut];
}

/** Where each value of a model was written: the line that counts, or nothing where a default is in force. The model
 *  itself knows no text, so it is laid beside the statements again, object by object. */
import { parseIp } from '../../base/ip.ts';
import type { Config } from '../model/config.ts';
import type { PoolMatch, RealServer, VirtualServer } from '../model/lvs.ts';
import { innerOf } from '../read-tree.ts';
import type { Statement } from '../syntax/tree.ts';
import { addCheckers } from './checker-origins.ts';
import {
  GLOBAL_ORIGINS,
  GROUP_ORIGINS,
  INSTANCE_ORIGINS,
  type OriginRow,
  SCRIPT_ORIGINS,
  SERVER_ORIGINS,
  SERVICE_ORIGINS,
} from './origin-table.ts';

/** The statement by JSON pointer into the model (`/vrrpInstances/0/priority`); null: a default. */
export type Origins = ReadonlyMap<string, Statement | null>;

/** The lines in which a keyword of a row is looked for: its own block, and others by name (`''`: the top level). */
interface Scope {
  readonly own: readonly Statement[];
  readonly others: Readonly<Record<string, readonly Statement[]>>;
}

export function originsOf(statements: readonly Statement[], config: Config): Origins {
  const origins = new Map<string, Statement | null>();
  const globals = statements.filter(({ keyword }) => keyword.text === 'global_defs').flatMap(innerOf);
  const others = { '': statements, global_defs: globals };
  const add = (pointer: string, rows: readonly OriginRow[], scope: Scope) => {
    for (const [property, ...keywords] of rows) {
      origins.set(`${pointer}/${property}`, firstGiven(keywords, scope));
    }
  };
  add('/global', GLOBAL_ORIGINS, { own: globals, others });
  const named = (keyword: string, name: string) =>
    statements.find((block) => block.keyword.text === keyword && block.args[0]?.text === name);
  const addNamed = (list: keyof Config & `vrrp${string}`, keyword: string, rows: readonly OriginRow[]) =>
    config[list].forEach(({ name }, i) => {
      const block = named(keyword, name);
      if (block === undefined) return;
      origins.set(`/${list}/${i}`, block);
      add(`/${list}/${i}`, rows, { own: innerOf(block), others });
    });
  addNamed('vrrpInstances', 'vrrp_instance', INSTANCE_ORIGINS);
  addNamed('vrrpSyncGroups', 'vrrp_sync_group', GROUP_ORIGINS);
  addNamed('vrrpScripts', 'vrrp_script', SCRIPT_ORIGINS);
  config.virtualServers.forEach((service, i) => {
    const { match } = service;
    const blocks = statements.filter((statement) => isService(statement, match));
    const block = blocks[match.kind === 'group' ? match.index : 0];
    if (block === undefined) return;
    const own = innerOf(block);
    origins.set(`/virtualServers/${i}`, block);
    add(`/virtualServers/${i}`, SERVICE_ORIGINS, { own, others });
    const scope = { ...others, virtual_server: own };
    addServers(`/virtualServers/${i}`, service, own, (pointer, server, real) => {
      origins.set(pointer, server);
      add(pointer, SERVER_ORIGINS, { own: innerOf(server), others: scope });
      const inside = { ...scope, real_server: innerOf(server) };
      addCheckers(pointer, real, server, (at, block, rows, own) => {
        origins.set(at, block);
        for (const [property, ...keywords] of rows.filter(([name]) =>
          isThere(real, pointer, `${at}/${name}`),
        )) {
          origins.set(`${at}/${property}`, firstGiven(keywords, { own, others: inside }));
        }
      });
    });
  });
  return origins;
}

/** The kinds of checkers share one table: only what this one has is named. */
function isThere(server: RealServer, base: string, pointer: string): boolean {
  let value: unknown = server;
  for (const name of pointer.slice(base.length + 1).split('/')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return false;
    value = Reflect.get(value, name);
  }
  return true;
}

/** The first keyword that the scope gives; of several lines the one that counts. */
function firstGiven(keywords: readonly string[], { own, others }: Scope): Statement | null {
  for (const keyword of keywords) {
    const slash = keyword.indexOf('/');
    const lines = slash === -1 ? own : (others[keyword.slice(0, slash)] ?? []);
    const given = lines.filter((line) => line.keyword.text === keyword.slice(slash + 1));
    const [first] = given;
    const takesFirst = first?.row.shape === 'line' && first.row.repeat === 'first';
    const counts = takesFirst ? first : given.at(-1);
    if (counts !== undefined) return counts;
  }
  return null;
}

function isService({ keyword, args, body }: Statement, match: PoolMatch): boolean {
  if (keyword.text !== 'virtual_server' || body.kind !== 'block') return false;
  const [first, second] = args;
  if (match.kind === 'group') return first?.text === 'group' && second?.text === match.name;
  if (match.kind === 'fwmark') return first?.text === 'fwmark' && Number(second?.text) === match.mark;
  const protocol = body.statements.findLast((line) => line.keyword.text === 'protocol')?.args[0]?.text;
  return (
    parseIp(first?.text ?? '') === match.address &&
    Number(second?.text ?? 0) === match.port &&
    (protocol ?? 'udp').toLowerCase() === match.protocol
  );
}

function addServers(
  pointer: string,
  { realServers }: VirtualServer,
  own: readonly Statement[],
  add: (pointer: string, block: Statement, server: RealServer) => void,
): void {
  const blocks = own.filter(({ keyword }) => keyword.text === 'real_server');
  const isServer = ({ args: [address, port] }: Statement, server: RealServer): boolean =>
    parseIp(address?.text ?? '') === server.address &&
    (port === undefined || Number(port.text) === server.port);
  realServers.forEach((server, i) => {
    const block = blocks.find((candidate) => isServer(candidate, server));
    if (block !== undefined) add(`${pointer}/realServers/${i}`, block, server);
  });
}

/** The entry of the pointer or of what holds it; undefined when nothing is known of it. */
export function nearestOrigin(pointer: string, origins: Origins): Statement | null | undefined {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const found = origins.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

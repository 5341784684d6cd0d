/** Interfaces that the text names and this machine does not have now. They may come later, so none of this is an end:
 *  an instance waits for its interface, a static address for its own. */
import { catalog } from '../diagnostics/catalog.ts';
import type { CatalogRow, Report } from '../diagnostics/diagnostic.ts';
import { INTERFACE_DEFAULT } from '../lower/routing.ts';
import type { Config } from '../model/config.ts';
import type { Arguments, Statement, Word } from '../syntax/tree.ts';

/** The lines that name interfaces, gathered statement by statement. */
export interface InterfaceUses {
  readonly visit: (statement: Statement) => void;
  readonly check: (config: Config, exists: (name: string) => boolean, report: Report) => void;
}

export function createInterfaceUses(): InterfaceUses {
  const instances: Statement[] = [];
  const addresses: Arguments[] = [];
  const delays: Arguments[] = [];
  let fallback: string = INTERFACE_DEFAULT;
  return {
    visit: (statement) => {
      const { keyword, args } = statement;
      if (keyword.text === 'vrrp_instance') instances.push(statement);
      else if (keyword.text === 'default_interface') fallback = args[0]?.text ?? fallback;
      else if (keyword.text === 'static_ipaddress') addresses.push(...entriesOf(statement));
      else if (keyword.text === 'interface_up_down_delays') delays.push(...entriesOf(statement));
    },
    check: (config, exists, report) => {
      const made = new Set<string>();
      for (const { virtualLinks } of config.vrrpInstances)
        for (const { name } of virtualLinks) made.add(name);
      const check = (at: Word | undefined, name: string | undefined, of: string, row = PLAIN) => {
        if (at === undefined || name === undefined || made.has(name) || exists(name)) return;
        report(row(at, { name: of, interface: name }));
      };
      for (const instance of instances) checkInstance(instance, check);
      for (const { args } of addresses) check(args[0], deviceOf(args)?.text ?? fallback, 'static_ipaddress');
      for (const { args } of delays) check(args[0], args[0]?.text, 'interface_up_down_delays');
    },
  };
}

type Row = CatalogRow<{ name: string; interface: string }>;
type Check = (at: Word | undefined, name: string | undefined, of: string, row?: Row) => void;

const PLAIN: Row = catalog.other_interface_absent;

const entriesOf = ({ body }: Statement): readonly Arguments[] => (body.kind === 'list' ? body.entries : []);

/** The interface that a line in iproute2's words names. */
const deviceOf = (args: readonly Word[]): Word | undefined =>
  args[args.findIndex(({ text }) => text === 'dev') + 1 || args.length];

function checkInstance({ args, body }: Statement, check: Check): void {
  const of = args[0]?.text ?? '';
  for (const statement of body.kind === 'block' ? body.statements : []) {
    const { keyword } = statement;
    const [first] = statement.args;
    if (keyword.text === 'interface') check(first, first?.text, of, catalog.interface_absent);
    for (const entry of entriesOf(statement)) {
      const [own] = entry.args;
      if (keyword.text === 'heartbeat_interfaces') for (const word of entry.args) check(word, word.text, of);
      if (keyword.text === 'heartbeat_peers') check(entry.args[2], entry.args[2]?.text, of);
      if (keyword.text === 'track_interface') check(own, own?.text, of);
      if (!keyword.text.startsWith('virtual_')) continue;
      for (const [i, word] of entry.args.entries()) {
        const named = entry.args[i + 1];
        if (/^(dev|[io]if)$/.test(word.text)) check(named, named?.text, of);
      }
    }
  }
}

/** real_server blocks → RealServer: ports, families and duplicates (behaviour.md section 15). */
import { familyOf } from '../../base/ip.ts';
import { type Micros, micros, type Port, port } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import {
  type Checker,
  entriesOf,
  type Forwarding,
  type GroupMatch,
  type PoolMatch,
  type RealServer,
  translatesPorts,
} from '../model/lvs.ts';
import type { realServerRows, ServerAddress } from '../schema/lvs.ts';
import type { BlockValue } from '../schema/read-block.ts';
import type { Statement } from '../syntax/tree.ts';
import { lowerCheckers } from './checker.ts';
import type { ServiceSettings } from './checker-common.ts';
import { firstGiven, type LowerContext, valueOr } from './context.ts';
import { checkerAlert } from './notify.ts';
import { familyOfMatch } from './service-group.ts';

type ServerBlock = BlockValue<ServerAddress, typeof realServerRows>;

const WEIGHT_DEFAULT = 1;
const NO_TIME = micros(0);

interface Pool {
  readonly settings: ServiceSettings;
  readonly match: PoolMatch;
  readonly forwarding: Forwarding;
}

export function lowerRealServers(pool: Pool, context: LowerContext): readonly RealServer[] {
  const firsts = new Map<string, Statement>();
  const servers: RealServer[] = [];
  for (const block of pool.settings.real_server ?? []) {
    const server = lowerRealServer(block, pool, context);
    if (server === null) continue;
    const key = addressText(server);
    const first = firsts.get(key);
    if (first === undefined) {
      firsts.set(key, block.at);
      servers.push(server);
    } else {
      const notes = [{ text: 'first given here', at: first.keyword }];
      context.report(catalog.duplicate_server(block.at.args[0] ?? null, { server: key }, { notes }));
    }
  }
  return servers;
}

function lowerRealServer(block: ServerBlock, pool: Pool, context: LowerContext): RealServer | null {
  const { head, settings } = block;
  const forwarding = valueOr(settings.lvs_method, pool.forwarding);
  const family = familyOfMatch(pool.match);
  if (family !== null && familyOf(head.address) !== family && forwarding.kind !== 'tun') {
    context.report(catalog.server_family(block.at.args[0] ?? null, { server: head.address }));
    return null;
  }
  const number = serverPort(block, pool.match, forwarding, context);
  // a check goes to the port that was written, even where the forwarding method or a fwmark does without it
  const checkPort = [head.port, number, firstPort(pool.match)].find((known) => known !== 0) ?? number;
  const address = { address: head.address, port: checkPort };
  const asked = askedAddress(pool.match, checkPort);
  const scope = { service: pool.settings, server: settings, address, asked, forwarding };
  const checkers = lowerCheckers(scope, context);
  if (number === 0 && pool.match.kind === 'group') warnOfPorts(block, pool.match, checkers, context);
  return {
    address: head.address,
    port: number,
    weight: firstGiven(settings.weight, pool.settings.weight) ?? WEIGHT_DEFAULT,
    forwarding,
    upperThreshold: valueOr(settings.uthreshold, 0),
    lowerThreshold: valueOr(settings.lthreshold, 0),
    inhibitOnFailure:
      firstGiven<boolean>(settings.inhibit_on_failure, pool.settings.inhibit_on_failure) ?? false,
    checkers,
    notifyUp: valueOr(settings.notify_up, null),
    notifyDown: valueOr(settings.notify_down, null),
    // mails about real servers are on by default (behaviour.md Q12)
    smtpAlert: checkerAlert(settings.smtp_alert, context, true),
    snmpName: valueOr(settings.snmp_name, null),
    drainTimeout: valueOr(settings.drain_timeout, serviceDrainTimeout(pool.settings, context)),
    slowStart: firstGiven(settings.slow_start, pool.settings.slow_start) ?? NO_TIME,
  };
}

export const serviceDrainTimeout = (settings: ServiceSettings, { defaults }: LowerContext): Micros =>
  firstGiven(settings.drain_timeout, defaults.drain_timeout) ?? NO_TIME;

/** The service's port unless given; only NAT can send to another one, and a fwmark service has none. */
export function serverPort(
  { head, at }: { readonly head: ServerAddress; readonly at: Statement },
  match: PoolMatch,
  forwarding: Forwarding,
  { report }: LowerContext,
): Port {
  const place = at.args[1] ?? at.keyword;
  if (match.kind === 'group') {
    const isKept =
      translatesPorts(forwarding) || head.port === 0 || portsOf(match).every((p) => p === head.port);
    const method = forwarding.kind.toUpperCase();
    if (!isKept) report(catalog.group_ports(place, { server: addressText(head), method }));
    return head.port;
  }
  if (match.kind === 'fwmark') {
    if (head.port !== 0) report(catalog.port_of_fwmark(place, { server: addressText(head) }));
    return port(0);
  }
  if (head.port === 0 || head.port === match.port) return match.port;
  if (translatesPorts(forwarding)) return head.port;
  const method = forwarding.kind.toUpperCase();
  report(catalog.port_reset(place, { server: addressText(head), port: match.port, method }));
  return match.port;
}

/** What a client asks for: the first address of a group; the server's port where the service takes any. */
function askedAddress(match: PoolMatch, checkPort: Port): ServerAddress | null {
  const entry = entriesOf(match).find(({ kind }) => kind === 'address');
  if (entry?.kind !== 'address') return null;
  return { address: entry.address, port: entry.port === 0 ? checkPort : entry.port };
}

/** Of the entries that have an address, each once. */
const portsOf = (match: PoolMatch): readonly Port[] => [
  ...new Set(entriesOf(match).flatMap((entry) => (entry.kind === 'address' ? entry.port : []))),
];

const firstPort = (match: PoolMatch): Port => portsOf(match)[0] ?? port(0);

/** A server without a port is checked at one port only, however many the group has. */
function warnOfPorts(
  { head, at }: ServerBlock,
  match: GroupMatch,
  checkers: readonly Checker[],
  { report }: LowerContext,
): void {
  const checked = firstPort(match);
  const isGuess = checkers.some(
    (checker) => 'target' in checker && checker.kind !== 'ping' && checker.target.port === checked,
  );
  if (portsOf(match).length < 2 || !isGuess) return;
  report(catalog.group_check_port(at.args[0] ?? null, { server: head.address, port: checked }));
}

const addressText = ({ address, port: number }: ServerAddress): string =>
  address.includes(':') ? `[${address}]:${number}` : `${address}:${number}`;

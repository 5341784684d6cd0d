/** FULLNAT: IPVS in NAT mode, and a rule of the packet filter that puts the director's own address in place of the client's
 *  on the way to the real server. The real server then answers the director, from whatever network it is in. With
 *  net.ipv4.vs.conntrack the filter sees IPVS's connections, and knows them by the address that the client asked for. */
import { addressBits, type Family, familyOf, type IpAddress } from '../../base/ip.ts';
import { entriesOf, type Forwarding, type PoolMatch, type ServiceMatch } from '../../config/model/lvs.ts';

/** The chain of table nat that holds vipd's rules and nothing else. */
export const CHAIN = 'VIPD_FULLNAT';
const JUMP = `-A POSTROUTING -j ${CHAIN}`;

/** What the rules need to know of a virtual server. */
export interface NattedPool {
  readonly match: PoolMatch;
  readonly realServers: readonly NattedServer[];
  readonly sorryServer: NattedServer | null;
}

interface NattedServer {
  readonly address: IpAddress;
  readonly forwarding: Forwarding;
}

/** The rules in the words of iptables, as `iptables -S` prints them, each once. */
export function sourceNatRules(services: readonly NattedPool[], family: Family): readonly string[] {
  const rules = new Set<string>();
  for (const { match, realServers, sorryServer } of services) {
    const servers = [...realServers, ...(sorryServer === null ? [] : [sorryServer])]
      .filter(({ address, forwarding }) => forwarding.kind === 'fullnat' && familyOf(address) === family)
      .map(({ address }) => address);
    for (const entry of entriesOf(match)) for (const server of servers) rules.add(rule(entry, server));
  }
  return [...rules];
}

const rule = (entry: ServiceMatch, server: IpAddress): string =>
  `-A ${CHAIN} -d ${host(server)} ${selector(entry)} -j MASQUERADE`;

function selector(entry: ServiceMatch): string {
  if (entry.kind === 'fwmark') return `-m mark --mark 0x${entry.mark.toString(16)}`;
  const port = entry.port === 0 ? '' : ` --ctorigdstport ${entry.port}`;
  return `-p ${entry.protocol} -m conntrack --ctorigdst ${entry.address}${port}`;
}

const host = (address: IpAddress): string => `${address}/${addressBits(familyOf(address))}`;

/** What to feed to iptables-restore --noflush, one transaction; null when all is right. `listing` is what `iptables -t nat
 *  -S` says now. */
export function restoreText(rules: readonly string[], listing: string): string | null {
  const lines = listing.split('\n').map((line) => line.trim());
  const hasChain = lines.includes(`-N ${CHAIN}`);
  const hasJump = lines.includes(JUMP);
  if (rules.length === 0) {
    if (!hasChain) return null;
    return transaction([
      ...(hasJump ? [`-D ${JUMP.slice('-A '.length)}`] : []),
      `-F ${CHAIN}`,
      `-X ${CHAIN}`,
    ]);
  }
  const held = lines.filter((line) => line.startsWith(`-A ${CHAIN} `));
  if (hasJump && held.length === rules.length && held.every((line, i) => line === rules[i])) return null;
  // naming the chain makes it, or empties it
  return transaction([`:${CHAIN} - [0:0]`, ...rules, ...(hasJump ? [] : [JUMP])]);
}

const transaction = (lines: readonly string[]): string => `*nat\n${lines.join('\n')}\nCOMMIT\n`;

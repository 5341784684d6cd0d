/** The virtual_server_group sections of keepalived_check.data; pure. */
import { type Family, familyOf } from '../base/ip.ts';
import { ipDistance } from '../base/ip-range.ts';
import type { GroupMatch, ServiceMatch, VirtualServer } from '../config/model/lvs.ts';
import { yesNo } from './dump-text.ts';

/** Each group once, however many services it has. */
export function groupLines(services: readonly VirtualServer[]): readonly string[] {
  const groups = new Map<string, GroupMatch>();
  for (const { match } of services) {
    if (match.kind === 'group' && !groups.has(match.name)) groups.set(match.name, match);
  }
  return [...groups.values()].flatMap((group) => [
    ' ------< Virtual server group >------',
    ` Virtual Server Group = ${group.name}, IPv4 = ${yesNo(has(group, 'inet'))}, IPv6 = ${yesNo(has(group, 'inet6'))}`,
    ...runsOf(group.entries).map(runText),
  ]);
}

/** Only addresses count, as keepalived counts them. */
const has = ({ entries }: GroupMatch, family: Family): boolean =>
  entries.some((entry) => entry.kind === 'address' && familyOf(entry.address) === family);

interface Run {
  readonly first: ServiceMatch;
  readonly last: ServiceMatch;
}

/** Neighbouring addresses with one port, put together again. */
function runsOf(entries: readonly ServiceMatch[]): readonly Run[] {
  const runs: Run[] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run.last, entry)) runs[runs.length - 1] = { ...run, last: entry };
    else runs.push({ first: entry, last: entry });
  }
  return runs;
}

const follows = (before: ServiceMatch, entry: ServiceMatch): boolean =>
  before.kind === 'address' &&
  entry.kind === 'address' &&
  before.port === entry.port &&
  ipDistance(before.address, entry.address) === 1n;

function runText({ first, last }: Run): string {
  if (first.kind === 'fwmark') return `   FWMARK = ${first.mark}, ${first.family}`;
  return last === first || last.kind === 'fwmark'
    ? `   VIP = ${first.address}, VPORT = ${first.port}`
    : `   VIP Range = ${first.address}-${last.address}, VPORT = ${first.port}`;
}

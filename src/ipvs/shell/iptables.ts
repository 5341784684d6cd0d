/** Table nat through the iptables programs: no shell, a fixed command line, the rules on stdin. */
import type { Family } from '../../base/ip.ts';
import { err, mapResult, ok, type Result } from '../../base/result.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { childProcessModule } from '../../native/late-modules.ts';
import type { PacketFilter } from '../../ports/packet-filter.ts';

/** In this order: nf_tables where the kernel has it, the legacy tables where it has not, whatever the machine calls its own. */
const PROGRAMS: Readonly<Record<Family, readonly string[]>> = {
  inet: ['iptables-nft', 'iptables-legacy', 'iptables'],
  inet6: ['ip6tables-nft', 'ip6tables-legacy', 'ip6tables'],
};
/** Seconds to wait for who holds the tables, and milliseconds for a program as a whole. */
const LOCK_WAIT = '2';
const PROGRAM_LIMIT_MS = 5_000;
/** Characters of a program's complaint that are told. */
const TOLD_MAX = 200;
/** A table of tens of thousands of rules. */
const LISTING_BYTES_MAX = 16 * 1024 * 1024;

export function createIptables(): PacketFilter {
  const working = new Map<Family, string>();
  return {
    update(family, edit) {
      const known = working.get(family);
      const refusals: string[] = [];
      for (const program of known === undefined ? PROGRAMS[family] : [known]) {
        // the nf_tables form may list what it cannot write: a program works when it has written
        const updated = updateWith(program, edit);
        if (updated.ok) {
          if (updated.value) working.set(family, program);
          return updated;
        }
        if (updated.error.code !== 'ENOENT') refusals.push(systemErrorText(updated.error));
      }
      return err(noProgram(family, refusals));
    },
  };
}

function updateWith(program: string, edit: (listing: string) => string | null): Result<boolean, SystemError> {
  const listing = run([program, '-w', LOCK_WAIT, '-t', 'nat', '-S'], null);
  if (!listing.ok) return listing;
  const text = edit(listing.value);
  if (text === null) return ok(false);
  return mapResult(run([`${program}-restore`, '-w', LOCK_WAIT, '--noflush'], text), () => true);
}

const noProgram = (family: Family, refusals: readonly string[]): SystemError => ({
  code: refusals.length === 0 ? 'ENOENT' : 'EIO',
  attempted: `write ${family === 'inet' ? 'IPv4' : 'IPv6'} rules`,
  detail: refusals.join('; ') || `there is none of ${PROGRAMS[family].join(', ')}: install iptables`,
});

function run([program = '', ...args]: readonly string[], input: string | null): Result<string, SystemError> {
  const { status, stdout, stderr, error } = childProcessModule().spawnSync(program, args, {
    env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' },
    timeout: PROGRAM_LIMIT_MS,
    maxBuffer: LISTING_BYTES_MAX,
    encoding: 'utf8',
    ...(input === null ? {} : { input }),
  });
  if (status === 0) return ok(stdout);
  const { code, message = `exit status ${status}` }: NodeJS.ErrnoException =
    error ?? new Error(inOneLine(stderr));
  return err({ code: code ?? 'EIO', attempted: `run ${program} ${args.join(' ')}`, detail: message });
}

const inOneLine = (text: string): string => text.trim().replace(/\s+/g, ' ').slice(0, TOLD_MAX);

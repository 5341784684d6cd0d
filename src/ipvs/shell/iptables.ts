/** Table nat through the iptables programs: no shell, a fixed command line, the rules on stdin. */
import type { Family } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
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
/** A table of tens of thousands of rules. */
const LISTING_BYTES_MAX = 16 * 1024 * 1024;

export function createIptables(): PacketFilter {
  const found = new Map<Family, string>();
  const list = (family: Family): Result<string, SystemError> => {
    const known = found.get(family);
    let last = noProgram(family);
    for (const program of known === undefined ? PROGRAMS[family] : [known]) {
      const listing = run([program, '-w', LOCK_WAIT, '-t', 'nat', '-S'], null);
      if (listing.ok) {
        found.set(family, program);
        return listing;
      }
      if (listing.error.code !== 'ENOENT') last = listing.error;
    }
    return err(last);
  };
  return {
    list,
    restore(family, text) {
      const program = found.get(family);
      if (program === undefined) return err(noProgram(family));
      const done = run([`${program}-restore`, '-w', LOCK_WAIT, '--noflush'], text);
      return done.ok ? ok(undefined) : done;
    },
  };
}

const noProgram = (family: Family): SystemError => ({
  code: 'ENOENT',
  attempted: `write rules of ${family === 'inet' ? 'IPv4' : 'IPv6'} for FULLNAT`,
  detail: `none of ${PROGRAMS[family].join(', ')} works here: install iptables`,
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
    error ?? new Error(firstLine(stderr));
  return err({ code: code ?? 'EIO', attempted: `run ${program} ${args.join(' ')}`, detail: message });
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';

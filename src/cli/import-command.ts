/** `vipctl import FILE`: an existing set-up as a vipd.conf with notes, on standard output. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Terminal } from './vipctl.ts';

type Format = 'keepalived' | 'ipvsadm' | 'ldirectord';
const FORMATS: readonly Format[] = ['keepalived', 'ipvsadm', 'ldirectord'];

interface ImportOptions {
  readonly from?: string;
  readonly configId?: string;
}

export function addImportCommand(
  program: Command,
  terminal: Terminal,
  finish: (exitStatus: number) => void,
): void {
  program
    .command('import <file>')
    .description(
      'write a clean vipd.conf from a keepalived.conf with its includes, a saved ipvsadm -S, or an ldirectord.cf',
    )
    .option('--from <format>', `${FORMATS.join(', ')} (default: by its content)`)
    .option('-i, --config-id <id>', 'id for @ID lines of a keepalived.conf')
    .action(async (file: string, options: ImportOptions) =>
      finish(await importFile(file, options, terminal)),
    );
}

async function importFile(file: string, options: ImportOptions, terminal: Terminal): Promise<number> {
  const { readConfigFile } = await import('../config/load/files.ts');
  const { fileProblemText } = await import('../config/syntax/files.ts');
  const text = readConfigFile(file);
  if (!text.ok) {
    terminal.stderr(`vipctl: cannot use '${file}': ${fileProblemText(text.error)}\n`);
    return 1;
  }
  const format = options.from ?? formatOf(text.value);
  switch (format) {
    case 'ipvsadm': {
      const { importIpvsadm } = await import('../config/importing/ipvsadm.ts');
      terminal.stdout(importIpvsadm(text.value, portByName));
      return 0;
    }
    case 'ldirectord': {
      const { importLdirectord } = await import('../config/importing/ldirectord.ts');
      terminal.stdout(importLdirectord(text.value, portByName));
      return 0;
    }
    case 'keepalived':
      terminal.stdout(await keepalived(file, options));
      return 0;
    default:
      terminal.stderr(`vipctl: no format '${format}': ${FORMATS.join(', ')}\n`);
      return 1;
  }
}

async function keepalived(file: string, { configId }: ImportOptions): Promise<string> {
  const { loadPieces } = await import('../config/load.ts');
  const { importKeepalived } = await import('../config/importing/keepalived.ts');
  const { pieces, loaded } = loadPieces(file, {
    host: null,
    ...(configId === undefined ? {} : { configId }),
  });
  return importKeepalived(pieces, loaded);
}

function formatOf(text: string): Format {
  if (/^\s*(-A|-a|--add-service|--add-server)\s/m.test(text)) return 'ipvsadm';
  return /^virtual6?\s*=/m.test(text) ? 'ldirectord' : 'keepalived';
}

/** As getservbyname(3) finds it in the usual file. */
function portByName(name: string): number | null {
  try {
    const line = new RegExp(`^(?:${name}\\s+(\\d+)/|\\S+\\s+(\\d+)/\\w+\\s.*\\b${name}\\b)`, 'm');
    const match = /^[\w-]+$/.test(name) ? line.exec(readFileSync('/etc/services', 'utf8')) : null;
    return match === null ? null : Number(match[1] ?? match[2]);
  } catch {
    return null; // without the file no name is known
  }
}

/** What this machine has, for check/host.ts: asked when a rule wants to know, and read once. */
import { readFileSync } from 'node:fs';
import { childProcessModule } from '../../native/late-modules.ts';
import { findProgram, unsafePart } from '../../scripts/program-file.ts';
import type { HostFacts } from '../check/host.ts';
import { createIprouteNames } from './iproute-names.ts';

/** A directory service that does not answer must not hold up a configuration test. */
const GETENT_TIMEOUT_MS = 2000;

export function createHostFacts(): HostFacts {
  let interfaces: ReadonlySet<string> | null | undefined;
  return {
    hasInterface: (name) => {
      if (interfaces === undefined) interfaces = interfaceNames();
      return interfaces?.has(name) ?? true;
    },
    hasUser: (name) => inDatabase('passwd', name),
    hasGroup: (name) => inDatabase('group', name),
    hasCommand: (program) => findProgram(program).ok,
    unsafePart: (program) => {
      const found = findProgram(program);
      return found.ok ? unsafePart(found.value) : null;
    },
    iprouteNames: createIprouteNames(),
  };
}

/** The interfaces of this network namespace (/sys may show another one's); null when they cannot be read. */
function interfaceNames(): ReadonlySet<string> | null {
  try {
    const table = readFileSync('/proc/self/net/dev', 'latin1');
    return new Set([...table.matchAll(/^\s*([^\s:]+):/gm)].map((match) => match[1] ?? ''));
  } catch {
    return null;
  }
}

/** First the local file, then whatever name service the machine uses. */
function inDatabase(database: 'passwd' | 'group', name: string): boolean {
  try {
    const local = readFileSync(`/etc/${database}`, 'utf8');
    if (local.split('\n').some((line) => line.startsWith(`${name}:`))) return true;
    childProcessModule().execFileSync('getent', [database, '--', name], {
      stdio: 'ignore',
      timeout: GETENT_TIMEOUT_MS,
    });
    return true;
  } catch {
    return false;
  }
}

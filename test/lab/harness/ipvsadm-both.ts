/** Command lines carried out by the original ipvsadm, one process each, and by vipd's, which runs here: starting Node
 *  costs more than a hundred command lines. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runIpvsadm } from '../../../src/cli/ipvsadm/ipvsadm.ts';
import { systemNames } from '../../../src/cli/ipvsadm/names.ts';
import { CONNECTIONS_FILE } from '../../../src/cli/ipvsadm/surroundings.ts';
import { createIpvsKernel } from '../../../src/ipvs/shell/kernel.ts';
import type { Answer } from '../scenarios/ipvsadm-plays.ts';

export interface Call {
  readonly argv: readonly string[];
  readonly stdin?: string;
}
export type Ipvsadm = (calls: readonly Call[]) => Promise<readonly Answer[]>;

/** Which program stands for the original; a link to vipd's shows that the harness compares what it should. */
const ORIGINAL = process.env['LAB_ORIGINAL'] ?? 'ipvsadm';

/** All calls in one shell: a process that Node starts costs several that a shell starts. */
export const original: Ipvsadm = async (calls) => {
  const folder = mkdtempSync('/run/ipvsadm.');
  const script = calls.map(({ argv, stdin = '' }, i) => {
    const input = stdin === '' ? '</dev/null' : `<<'INPUT'\n${stdin}\nINPUT\n`;
    return `${[ORIGINAL, ...argv].map(quoted).join(' ')} >${i}.out 2>${i}.err ${input}\necho $? >${i}.status`;
  });
  execFileSync('sh', [], { cwd: folder, input: script.join('\n') });
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const answers = calls.map((_, i) => ({
    exitStatus: Number(read(`${i}.status`)),
    stdout: read(`${i}.out`),
    stderr: read(`${i}.err`),
  }));
  rmSync(folder, { recursive: true });
  return answers;
};

export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export const ours: Ipvsadm = async (calls) => {
  const answers: Answer[] = [];
  for (const call of calls) answers.push(await ourAnswer(call));
  return answers;
};

async function ourAnswer({ argv, stdin = '' }: Call): Promise<Answer> {
  const said = { stdout: '', stderr: '' };
  const exitStatus = await runIpvsadm(argv, {
    stdout: async (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    stdin: async () => stdin,
    openKernel: createIpvsKernel,
    connections: async function* () {
      yield readFileSync(CONNECTIONS_FILE, 'latin1');
    },
    names: systemNames(),
  });
  return { exitStatus, ...said };
}

/** More lines in /etc/hosts, in the guest only. */
export function appendHosts(...lines: readonly string[]): void {
  writeFileSync('/run/hosts', `${readFileSync('/etc/hosts', 'utf8')}\n${lines.join('\n')}\n`);
  execFileSync('mount', ['--bind', '/run/hosts', '/etc/hosts']);
}

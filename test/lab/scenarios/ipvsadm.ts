/** vipd's ipvsadm beside the original on the same kernel. Random sequences of command lines, each from an empty table,
 *  by the one and by the other: answers are compared line by line, the tables at the end of each sequence. Then what
 *  chance does not bring: traffic, host names, large restores, true starts of the program. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { prng } from '../../../src/base/prng.ts';
import { createIpvsKernel } from '../../../src/ipvs/shell/kernel.ts';
import { destination, service, tcp } from '../../ipvs/samples.ts';
import { now } from '../harness/clock.ts';
import { appendHosts, type Call, type Ipvsadm, original, ours } from '../harness/ipvsadm-both.ts';
import { randomLines } from '../harness/ipvsadm-lines.ts';
import { passTraffic } from '../harness/ipvsadm-traffic.ts';
import { playScenarios } from '../harness/scenario.ts';
import type { Answer, Difference, IpvsadmPlays, Pair } from './ipvsadm-plays.ts';

const ROOT = process.env['LAB_ROOT'] ?? '.';
/** Of every run, so that a red one is about a change; LAB_SEED looks further. */
const USUAL_SEED = 649_551;
const SEQUENCES = Number(process.env['LAB_SEQUENCES'] ?? 10);
const LINES_PER_SEQUENCE = 40;

const calls = (...lines: readonly string[]): readonly Call[] =>
  lines.map((line) => ({ argv: line.split(' ') }));
const CLEAN = calls('-C', '--stop-daemon master', '--stop-daemon backup', '--set 900 120 300');
const TABLE_VIEWS = calls(
  '-Ln', '-L', '-Ln --nosort', '-Ln --stats', '-Ln --rate', '-Ln --stats --exact', '-Ln --rate --exact',
  '-Ln --thresholds', '-Ln --persistent-conn', '-Ln --tun-info', '-Sn', '-S',
); // biome-ignore format: a list
const VIEWS = [...TABLE_VIEWS, ...calls('-L --timeout', '-L --daemon')];
const CONNECTION_VIEWS = calls('-Lnc', '-Lc', '-Lnc --persistent-conn');

const same = (a: Answer, b: Answer): boolean =>
  a.exitStatus === b.exitStatus && a.stdout === b.stdout && a.stderr === b.stderr;
const lineOf = ({ argv }: Call): string =>
  argv.map((word) => (word === '' || word.includes(' ') ? `'${word}'` : word)).join(' ');

/** The answers to the lines, what the table then looks like to the one who made it, and to the original. */
async function play(tool: Ipvsadm, lines: readonly Call[]) {
  await original(CLEAN);
  const answers = await tool(lines);
  const seen = await tool(VIEWS);
  return { answers, seen, judged: tool === original ? seen : await original(VIEWS) };
}

async function sequences(seed: number): Promise<IpvsadmPlays['sequences']> {
  const random = prng(seed);
  const differences: Difference[] = [];
  let [lines, done] = [0, 0];
  for (let i = 0; i < SEQUENCES; i++) {
    const sequence = randomLines(random.split(), LINES_PER_SEQUENCE).map((argv) => ({ argv }));
    const theirs = await play(original, sequence);
    const mine = await play(ours, sequence);
    const compare = (
      what: string,
      asked: readonly Call[],
      a: readonly Answer[],
      b: readonly Answer[],
    ): void => {
      for (const [n, call] of asked.entries()) {
        const [first, second] = [a[n], b[n]];
        if (first === undefined || second === undefined || same(first, second)) continue;
        const at = `sequence ${i}, ${what} ${n}`;
        differences.push({ at, line: lineOf(call), original: first, ours: second });
      }
    };
    compare('line', sequence, theirs.answers, mine.answers);
    compare('both list', VIEWS, theirs.seen, mine.seen);
    compare('the original lists', VIEWS, theirs.seen, mine.judged);
    lines += sequence.length;
    done += theirs.answers.filter(({ exitStatus }) => exitStatus === 0).length;
  }
  return { seed, lines, done, differences };
}

/** How often a view is taken again because the kernel's figures moved between the two. */
const STEADY_ATTEMPTS_MAX = 8;

/** Both answers to one call, of a moment in which the kernel's figures stood still. */
async function pairOf(call: Call): Promise<Pair> {
  const line = lineOf(call);
  for (let attempt = 1; ; attempt++) {
    const [before, mine, after] = [await original([call]), await ours([call]), await original([call])];
    const [a, b, c] = [before[0], mine[0], after[0]];
    if (a === undefined || b === undefined || c === undefined) throw new Error(`no answer to ${line}`);
    if (same(a, c) || attempt === STEADY_ATTEMPTS_MAX) return { line, original: a, ours: b };
  }
}

async function pairsOf(all: readonly Call[]): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const call of all) pairs.push(await pairOf(call));
  return pairs;
}

/** What ipvsadm cannot write: a third scheduler flag beside the hashing ones, a local server. */
function writeAsOthersDo(): void {
  const kernel = createIpvsKernel();
  if (!kernel.ok) throw new Error(kernel.error.detail);
  const key = tcp('192.0.2.50', 80);
  const answers = kernel.value.apply([
    { kind: 'add_service', service: service(key, { scheduler: 'sh', flags: 0x38 }) },
    { kind: 'add_destination', service: key, destination: destination('10.0.0.1', 80, { weight: 0 }) },
    {
      kind: 'add_destination',
      service: key,
      destination: destination('10.0.0.2', 80, { forwarding: { kind: 'local' } }),
    },
  ]);
  kernel.value.close();
  const refused = answers.find((answer) => answer !== null);
  if (refused !== undefined) throw new Error(refused?.detail);
}

async function traffic(): Promise<IpvsadmPlays['traffic']> {
  await original(CLEAN);
  writeAsOthersDo();
  const end = await passTraffic();
  const pairs = await pairsOf([...TABLE_VIEWS, ...CONNECTION_VIEWS]);
  end();
  return pairs;
}

async function names(): Promise<IpvsadmPlays['names']> {
  await original(CLEAN);
  appendHosts(
    '10.0.0.1 web1',
    '10.0.0.2 a-very-long-host-name-that-is-long.example.com alias2',
    '10.0.0.3 exactly24characters12345.x',
    '2001:db8::1 six',
    '2001:db8::2 a-very-long-ipv6-host-name-that-is-long.example.com',
  );
  const lines = calls(
    '-A -t web1:http -s rr', '-A -u alias2:domain', '-A -t [2001:db8::1]:8080', '-A -f 9', '-A -t web1:5060 -p 60 --pe sip',
    '-a -t web1:80 -r alias2:http -m', '-a -t web1:80 -r 10.0.0.3:http-alt -i', '-a -f 9 -r web1:http',
    '-a -f 9 -r 10.0.0.3:domain -m', '-a -t [2001:db8::1]:8080 -r [2001:db8::2]:80 -m', '-a -u alias2:domain -r web1:domain',
    '-A -t nosuch.invalid:80', '-A -t web1:tftp', '-d -t web1:80 -r alias2:http',
  ); // biome-ignore format: a list
  // every line twice: the second time each answers to what the other has made
  return [...(await pairsOf(lines)), ...(await pairsOf(TABLE_VIEWS))];
}

const MIXED = `-A -t 192.0.2.1:80 -s rr
ipvsadm -a -t 192.0.2.1:80 -r 10.0.0.1 -m

  -a -t 192.0.2.1:80 -r 10.0.0.2:8080 -m\t-w 3
-A -t 192.0.2.1:80
-L -n
-d -t 192.0.2.1:80 -r 10.0.0.9:80
-A -u 192.0.2.1:53 -p
-D -t 192.0.2.7:80
-A -t nonsense
-A -t 192.0.2.8:80
`;

function largeRules(): string {
  const services = Array.from({ length: 1000 }, (_, i) => `10.1.${i >> 8}.${i & 255}:80`);
  const servers = Array.from({ length: 10 }, (_, i) => `172.16.0.${i + 1}:80`);
  return services
    .map((vip) => [`-A -t ${vip} -s rr`, ...servers.map((rs) => `-a -t ${vip} -r ${rs} -g -w 1`)].join('\n'))
    .join('\n');
}

const installed = (name: string): string => join('/run/installed', name);

/** The program under the names that an installation gives it. */
function install(): void {
  mkdirSync('/run/installed', { recursive: true });
  symlinkSync(join(ROOT, 'bin/ipvsadm-vipd'), installed('ipvsadm-vipd'));
  symlinkSync(installed('ipvsadm-vipd'), installed('ipvsadm'));
  symlinkSync(join(ROOT, 'bin/vipctl'), installed('vipctl'));
}

function start(program: string, argv: readonly string[], input = ''): Answer & { readonly took: number } {
  const from = now();
  const { status, stdout, stderr } = spawnSync(program, argv, {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 26,
  });
  return { exitStatus: status ?? -1, stdout, stderr, took: Math.round(now() - from) };
}

async function only(tool: Ipvsadm, call: Call): Promise<Answer> {
  const [answer] = await tool([call]);
  if (answer === undefined) throw new Error('no answer');
  return answer;
}
const saved = async (): Promise<string> => (await only(original, { argv: ['-Sn'] })).stdout;

async function restores(): Promise<IpvsadmPlays['restore']> {
  const call: Call = { argv: ['-R'], stdin: MIXED };
  await original(CLEAN);
  const theirs = await only(original, call);
  const tables = [await saved()];
  await original(CLEAN);
  const mine = await only(ours, call);
  tables.push(await saved());

  await original(CLEAN);
  const rules = largeRules();
  const originalRun = start('ipvsadm', ['-R'], rules);
  const whole = await saved();
  await original(CLEAN);
  const ourRun = start(installed('ipvsadm'), ['-R'], rules);
  const large = {
    lines: rules.split('\n').length,
    tablesEqual: whole === (await saved()) && ourRun.exitStatus === 0 && originalRun.exitStatus === 0,
    original: originalRun.took,
    ours: ourRun.took,
  };

  await original(CLEAN);
  await original(
    calls(
      '-A -t web1:80',
      '-A -t [2001:db8::1]:80',
      '-A -f 4294967295 -6',
      '-A -u 10.0.0.3:53 -p -M 255.0.255.0',
    ),
  );
  const before = await only(ours, { argv: ['-S'] });
  await original(CLEAN);
  await only(ours, { argv: ['-R'], stdin: before.stdout });
  const after = await only(ours, { argv: ['-S'] });
  return { mixed: { original: theirs, ours: mine, tables }, large, roundTrip: [before.stdout, after.stdout] };
}

/** Few: each start of Node costs half a second here. */
async function starts(): Promise<IpvsadmPlays['starts']> {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['ipvsadm-vipd', [], ['-Ln']],
    ['ipvsadm', [], ['-D', '-t', '192.0.2.1:80']],
    ['ipvsadm', [], ['-L', '-t', '192.0.2.77:80']],
    ['vipctl', ['ipvsadm'], ['-L', '--timeout']],
  ];
  const seen: IpvsadmPlays['starts'][number][] = [];
  for (const [name, before, argv] of rows) {
    const { took, ...answer } = start(installed(name), [...before, ...argv]);
    seen.push({ name, answer, original: await only(original, { argv }) });
  }
  return seen;
}

// the addon is looked for above the program's own folder, and the lab's bundles lie elsewhere
symlinkSync(join(ROOT, 'native'), join(__dirname, 'native'));
playScenarios<{ readonly ipvsadm: IpvsadmPlays }>({
  ipvsadm: async (stage, note) => {
    const seed = Number(process.env['LAB_SEED'] ?? USUAL_SEED);
    stage.say(`seed ${seed}`);
    note('sequences', await sequences(seed));
    note('traffic', await traffic());
    note('names', await names());
    install();
    note('restore', await restores());
    note('starts', await starts());
    await original(CLEAN);
  },
});

/** From the figures of both parts to a table: on the terminal, and as bench/RESULTS.md. Arguments: the
 *  guest's figures, the host's figures, the file to write. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import {
  type CheckLoad,
  type Comparison,
  type GuestFigures,
  type HostFigures,
  median,
  type Repetitions,
  ratioOf,
} from './figures.ts';
import { SERVERS_PER_SERVICE, SERVICES } from './large-config.ts';

interface Row {
  readonly what: string;
  readonly vipd: string;
  readonly other: string;
  readonly ratio: string;
  readonly goal: string;
  /** null = no goal, a figure for comparison */
  readonly reached: boolean | null;
}

const millis = (times: Repetitions): string => `${median(times).toFixed(0)} ms`;
const times = (factor: number): string => `${factor.toFixed(factor < 10 ? 2 : 0)} ×`;
const perCheck = ({ cpuMillisPerCheck, perSecond, residentMegabytes }: CheckLoad): string =>
  `${cpuMillisPerCheck.toFixed(3)} ms CPU, ${perSecond.toFixed(0)}/s, ${residentMegabytes.toFixed(0)} MB`;

function slower(what: string, pair: Comparison, goal: number | null): Row {
  const ratio = ratioOf(pair);
  return {
    what,
    vipd: millis(pair.vipd),
    other: millis(pair.other),
    ratio: times(ratio),
    goal: goal === null ? '' : `at most ${goal} ×`,
    reached: goal === null ? null : ratio <= goal,
  };
}

function checks(what: string, { vipd, other }: GuestFigures['tcpChecks'], goal: number | null): Row {
  const ratio = vipd.cpuMillisPerCheck / other.cpuMillisPerCheck;
  return {
    what,
    vipd: perCheck(vipd),
    other: perCheck(other),
    ratio: `${times(ratio)} CPU`,
    goal: goal === null ? '' : `at most ${goal} × CPU`,
    reached: goal === null ? null : ratio <= goal,
  };
}

function applyRow({ apply, ipvsadmStart }: GuestFigures): Row {
  const ipvsadm = apply.other.map((time, turn) => time - (ipvsadmStart[turn] ?? 0));
  const ratio = 1 / ratioOf({ vipd: apply.vipd, other: ipvsadm });
  return {
    what: `writing ${SERVICES * SERVERS_PER_SERVICE} real servers, beside \`ipvsadm -R\`, starts not counted`,
    vipd: millis(apply.vipd),
    other: millis(ipvsadm),
    ratio: `${times(ratio)} faster`,
    goal: 'at least 15 × faster',
    reached: ratio >= 15,
  };
}

function advertRows(host: HostFigures): readonly Row[] {
  const load = `${host.checksPerSecond.toFixed(0)} checks/s`;
  return Object.entries(host.adverts).map(([interval, { vipd, other }]) => {
    const words = ({ lateness: { p50, p99, p999, max } }: typeof vipd): string =>
      [p50, p99, p999, max].map((late) => late.toFixed(1)).join(' / ');
    const hasGoal = interval === '1000';
    return {
      what: `ms that adverts each ${interval} ms are late beside ${load} (median / p99 / p99.9 / max)`,
      vipd: words(vipd),
      other: words(other),
      ratio: '',
      goal: hasGoal ? 'p99.9 under 50 ms' : '',
      reached: hasGoal ? vipd.lateness.p999 < 50 : null,
    };
  });
}

function rowsOf(guest: GuestFigures, host: HostFigures): readonly Row[] {
  const { restartWrites } = guest;
  return [
    applyRow(guest),
    {
      what: 'the same by a process that has done it before',
      vipd: millis(guest.applyWarm),
      other: '',
      ratio: '',
      goal: '',
      reached: null,
    },
    slower('whole start until the table is complete', guest.start, 1.5),
    {
      what: 'writes of a restart with -I on the right table',
      vipd: `${restartWrites.vipd}`,
      other: `${restartWrites.other}`,
      ratio: '',
      goal: '0',
      reached: restartWrites.vipd === 0,
    },
    ...hugeRows(guest.hugeTable),
    removalRow(guest.removal),
    memoryRow(guest.residentMegabytes),
    slower('`-t` of the 36,000-line file, process start included', guest.configTest, 1),
    { ...startOfNode(guest), reached: null },
    checks('a TCP check', guest.tcpChecks, 1.2),
    checks('an HTTP check', guest.httpChecks, 1.5),
    ...advertRows(host),
  ];
}

/** Writes and time; the time of one daemon alone is no ratio, so the goal is told for what it is worth here. */
function hugeRows({ vipd, other }: GuestFigures['hugeTable']): readonly Row[] {
  const cell = (millis: number | null, writes: number): string =>
    `${writes} writes${millis === null ? '' : `, ${millis.toFixed(0)} ms`}`;
  const row = (
    what: string,
    times: readonly [number | null, number | null],
    writes: readonly [number, number],
    goal: number,
  ): Row => ({
    what: `40,000 real servers: ${what}`,
    vipd: cell(times[0], writes[0]),
    other: cell(times[1], writes[1]),
    ratio: '',
    goal: `${goal} writes, under 2000 ms`,
    reached: writes[0] === goal && (times[0] ?? 0) < 2000,
  });
  return [
    row(
      'a restart (-I) on the right table',
      [vipd.restart, other.restart],
      [vipd.restartWrites, other.restartWrites],
      0,
    ),
    row('a reload of the same file', [vipd.reload, other.reload], [vipd.reloadWrites, other.reloadWrites], 0),
    row(
      'a reload with ten changed weights',
      [vipd.change, other.change],
      [vipd.changeWrites, other.changeWrites],
      10,
    ),
  ];
}

function removalRow({ vipd, other }: GuestFigures['removal']): Row {
  const later = median(vipd) - median(other);
  return {
    what: 'from a closed port to the removal (connect refused, retry 1 × 1 s, delay_loop 1)',
    vipd: millis(vipd),
    other: millis(other),
    ratio: `${later.toFixed(0)} ms later`,
    goal: 'at most 200 ms later',
    reached: later <= 200,
  };
}

const memoryRow = ({ vipd, other }: GuestFigures['residentMegabytes']): Row => ({
  what: 'RSS of the checkers process with 10,000 checked real servers',
  vipd: `${vipd.toFixed(0)} MB`,
  other: `${other.toFixed(0)} MB`,
  ratio: '',
  goal: 'under 200 MB',
  reached: vipd < 200,
});

const startOfNode = (guest: GuestFigures): Row => ({
  what: 'start of an empty Node in the guest, twice in every start of vipd',
  vipd: millis(guest.nodeStart),
  other: '',
  ratio: '',
  goal: '',
  reached: null,
});

const verdict = ({ reached }: Row): string => (reached === null ? '' : reached ? 'yes' : 'no');

function markdown(rows: readonly Row[], guest: GuestFigures): string {
  const cells = (row: Row): string =>
    `| ${[row.what, row.vipd, row.other, row.ratio, row.goal, verdict(row)].join(' | ')} |`;
  return [
    '# Figures of `npm run bench`',
    '',
    'Written by the bench itself. vipd and the real tools ran turn by turn; times are medians, ratios are',
    'medians over the turns. All but the adverts were measured inside one User Mode Linux',
    `(Linux ${guest.kernel}, one CPU): system calls and page faults cost many times what they cost on a real`,
    'machine, so only the ratios mean something. The adverts ran natively in network namespaces',
    `(${cpus().length} CPUs, Node ${process.version}). The other is ipvsadm in the first row, keepalived below.`,
    '',
    '| what | vipd | the other | ratio | to reach | reached |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(cells),
    '',
    'How each is measured stands at the top of the files beside this one.',
    '',
  ].join('\n');
}

function terminal(rows: readonly Row[]): string {
  return rows
    .map((row) => {
      const goal = row.goal === '' ? '' : `  (to reach: ${row.goal}: ${verdict(row)})`;
      const other = row.other === '' ? '' : ` · other ${row.other}`;
      return `  ${row.what}\n      vipd ${row.vipd}${other}  ${row.ratio}${goal}`;
    })
    .join('\n');
}

const [guestFile = '', hostFile = '', resultFile = ''] = process.argv.slice(2);
const guest = JSON.parse(readFileSync(guestFile, 'utf8')) as GuestFigures;
const host = JSON.parse(readFileSync(hostFile, 'utf8')) as HostFigures;
const rows = rowsOf(guest, host);
writeFileSync(resultFile, markdown(rows, guest));
process.stdout.write(`${terminal(rows)}\n`);

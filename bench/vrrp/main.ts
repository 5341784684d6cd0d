/** The figures of VRRP, natively, beside keepalived: prints each, and writes the table. Arguments: the file of the table, and
 *  the minutes of the last play (10 unless told). */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measureFalseTakeovers } from './false-takeovers.ts';
import { measureManyAddresses } from './many-addresses.ts';
import { measureManyInstances } from './many-instances.ts';
import { measureTakeovers } from './takeover.ts';

interface Row {
  readonly what: string;
  readonly vipd: string;
  readonly other: string;
  readonly goal: string;
  readonly reached: boolean;
}

const ms = (value: number): string => `${value.toFixed(2)} ms`;

async function takeoverRows(): Promise<readonly Row[]> {
  const { vipd, other } = await measureTakeovers();
  const words = ({ min, median, p99 }: typeof vipd): string => [min, median, p99].map(ms).join(' / ');
  return [
    {
      what: `takeover at adverts each 10 ms, link cut ${vipd.cuts} times (min / median / p99)`,
      vipd: words(vipd),
      other: words(other),
      goal: `median and p99 not above keepalived's, none below the bound of ${ms(vipd.bound)}`,
      reached: vipd.median <= other.median && vipd.p99 <= other.p99 && vipd.min >= vipd.bound,
    },
  ];
}

async function addressRows(): Promise<readonly Row[]> {
  const { vipd, other } = await measureManyAddresses();
  return [
    {
      what: 'master of 1,000 addresses: the first advert after the decision, at worst',
      vipd: ms(vipd.firstAdvertLate),
      other: ms(other.firstAdvertLate),
      goal: 'under 5 ms',
      reached: vipd.firstAdvertLate < 5,
    },
    {
      what: 'master of 1,000 addresses: all there and announced',
      vipd: ms(vipd.announced),
      other: ms(other.announced),
      goal: "under 2 × keepalived's",
      reached: vipd.announced < 2 * other.announced,
    },
  ];
}

async function instanceRows(): Promise<readonly Row[]> {
  const { vipd, other } = await measureManyInstances();
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [
    {
      what: '1,000 instances at adverts each second: CPU of the vrrp process',
      vipd: percent(vipd.cpuShare),
      other: percent(other.cpuShare),
      goal: "at most 1.5 × keepalived's",
      reached: vipd.cpuShare <= 1.5 * other.cpuShare,
    },
    {
      what: '1,000 instances: how late adverts are (median / p99.9)',
      vipd: [vipd.lateness.p50, vipd.lateness.p999].map(ms).join(' / '),
      other: [other.lateness.p50, other.lateness.p999].map(ms).join(' / '),
      goal: 'p99.9 under 20 ms',
      reached: vipd.lateness.p999 < 20,
    },
    {
      what: '1,000 instances: memory of the vrrp process',
      vipd: `${vipd.megabytes.toFixed(0)} MB`,
      other: `${other.megabytes.toFixed(0)} MB`,
      goal: 'under 120 MB',
      reached: vipd.megabytes < 120,
    },
  ];
}

async function quietRows(minutes: number): Promise<readonly Row[]> {
  const { takeovers, reloads, checksPerSecond } = await measureFalseTakeovers(minutes);
  return [
    {
      what: `takeovers in ${minutes} minutes at adverts each 10 ms, beside ${checksPerSecond.toFixed(0)} checks/s and ${reloads} reloads`,
      vipd: `${takeovers}`,
      other: '',
      goal: '0',
      reached: takeovers === 0,
    },
  ];
}

const table = (rows: readonly Row[]): string =>
  [
    '# Figures of `npm run bench:vrrp`',
    '',
    'Written by the bench itself: natively, in network namespaces of one machine, vipd and keepalived turn by turn',
    `(${cpus().length} CPUs, Node ${process.version}). Times are those of the receiving kernel.`,
    '',
    '| what | vipd | keepalived | to reach | reached |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(
      (row) => `| ${row.what} | ${row.vipd} | ${row.other} | ${row.goal} | ${row.reached ? 'yes' : 'no'} |`,
    ),
    '',
  ].join('\n');

async function main(file: string, minutes: number): Promise<void> {
  const rows = [...(await takeoverRows()), ...(await addressRows()), ...(await instanceRows())];
  const all = [...rows, ...(await quietRows(minutes))];
  writeFileSync(file, table(all));
  process.stdout.write(table(all));
}

const [file = '/dev/stdout', minutes = '10'] = process.argv.slice(2);
void main(file, Number(minutes)).then(() => process.exit());

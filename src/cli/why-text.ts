/** `vipctl why` as text; pure. */
import type { WhyReport } from '../control/api.ts';
import type { ProbeReport } from '../vrrp/core/operator-report.ts';
import { columns, printable } from './columns.ts';

type Why = WhyReport['instances'][number];

/** `wall` is the reader's now, milliseconds since 1970. */
export function printWhy({ name, sentence, order, fights, history }: Why, wall: number): string {
  const facts = [
    ...(order === null ? [] : [orderLine(order, wall)]),
    ...fights.map(
      ({ what, times, lastWall }) =>
        `someone else removes ${what} again and again: ${times} times, the last ${age(wall - lastWall)} ago`,
    ),
  ];
  const rows = [...history]
    .reverse()
    .map((past) => [
      new Date(past.wall).toISOString(),
      `${past.from} → ${past.to}`,
      String(past.effectivePriority),
      past.sentence,
    ]);
  const table = rows.length === 0 ? '' : columns([['WHEN', 'FROM → TO', 'PRIORITY', 'WHY'], ...rows], '  ');
  return `${printable(`${name} ${sentence}`)}\n${facts.map((fact) => `  ${printable(fact)}\n`).join('')}${table}`;
}

function orderLine({ kind, sinceWall, untilWall }: NonNullable<Why['order']>, wall: number): string {
  const what = kind === 'step_down' ? 'a failover' : 'a preference';
  const end = untilWall === null ? 'until it is undone' : `for ${age(untilWall - wall)} more`;
  return `${what} was ordered ${age(wall - sinceWall)} ago, ${end}`;
}

export function printProbe({ asked, claims }: ProbeReport): string {
  if (claims.length === 0) return `Nobody else answers ARP for ${asked.join(', ')}.\n`;
  return claims.map(({ address, mac }) => `${mac} answers ARP for ${address}.\n`).join('');
}

/** `12 s`, `5 min`, `3 h` */
function age(millis: number): string {
  const seconds = Math.max(0, Math.round(millis / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Every checker that is not TCP or HTTP, against real servers: dnsmasq, aiosmtpd, the kernel's own answers to pings, a
 *  script. Each server is stopped, frozen, or made to answer wrongly, and comes back. */
import { daemonUnderTest, startDaemon } from '../harness/daemon.ts';
import type { Host } from '../harness/host.ts';
import { saveTable, type Table } from '../harness/ipvs-table.ts';
import { type Note, playScenarios, type Stage } from '../harness/scenario.ts';
import { dnsServer, mailServer, type Service, ZONE } from '../harness/services.ts';
import { type InAndOut, inAndOut, PATIENCE_MS, serversOf, weightIn } from '../harness/steps.ts';
import { VIP } from '../harness/topology.ts';

interface CheckerSteps {
  readonly started: { readonly table: readonly string[] };
  /** what was logged when each check first passed */
  readonly successes: readonly string[];
  readonly dnsStopped: InAndOut;
  readonly dnsFrozen: InAndOut;
  readonly udpStopped: InAndOut;
  readonly smtpStopped: InAndOut;
  readonly smtpFrozen: InAndOut;
  readonly pingIgnored: InAndOut;
  readonly unreachable: InAndOut;
  /** weights of rs01 for each exit status in turn; null = removed */
  readonly weights: readonly { readonly status: number; readonly weight: number | null }[];
  /** weights of both servers for each number in the file */
  readonly loads: readonly { readonly load: number; readonly weights: readonly (number | null)[] }[];
  /** what was logged of the failures */
  readonly failures: readonly string[];
}

export interface CheckerScenarios {
  readonly checkers: CheckerSteps;
}

playScenarios<CheckerScenarios>({ checkers: playCheckers });

const DNS = `UDP ${VIP}:53`;
const UDP = `UDP ${VIP}:54`;
const SMTP = `TCP ${VIP}:25`;
const PING = `TCP ${VIP}:81`;
const MISC = `TCP ${VIP}:80`;
const FILE = `TCP ${VIP}:82`;
const LOAD = '/run/lab/load';
const STATUS = '/run/lab/status';
const SCRIPT = '/run/lab/check.sh';

/** A query for the zone's SOA record with the id 1234, and how its answer begins: the same id, an answer, no error. */
const QUESTION = '1234 0100 0001 0000 0000 0000 03 6c6162 07 6578616d706c65 00 0006 0001';
const ANSWER = '1234 8XX0';

async function playCheckers(stage: Stage, note: Note<CheckerSteps>): Promise<void> {
  const { lvs01, rs01, rs02 } = stage;
  const [dns, mail] = [dnsServer(rs01), mailServer(rs01)];
  for (const one of [dns, mail, dnsServer(rs02), mailServer(rs02)]) await one.start();
  setStatus(lvs01, 0);
  lvs01.write(LOAD, '0\n');
  lvs01.write(
    SCRIPT,
    `#!/bin/sh\n[ "$1" = ${rs01.address} ] || exit 0\nread -r status <${STATUS}\nexit $status\n`,
  );
  await lvs01.run(['chmod', '755', SCRIPT]);

  const daemon = stage.follow(startDaemon(daemonUnderTest(), lvs01, configuration([rs01, rs02])));
  await stage.watch.tableWhere(lvs01, 'both servers of each service', PATIENCE_MS, (table) =>
    [DNS, UDP, SMTP, PING, MISC, FILE].every((name) => serversOf(table, name).length === 2),
  );
  // each check of rs01 has passed once, from here on it has retries; keepalived does not tell when DNS_CHECK has
  for (const words of [/UDP connection/, /SMTP server/, /ICMP connection/, /Misc check/]) {
    await daemon.line(new RegExp(`${words.source}.*${rs01.address}`), PATIENCE_MS);
  }
  note('started', { table: await saveTable(lvs01) });
  const told = (pattern: RegExp) => [
    ...new Set(daemon.lines.map(({ text }) => text).filter((text) => pattern.test(text))),
  ];
  note('successes', told(/succe/i));

  const stopping = (one: Service, name: string) => inAndOut(stage, name, rs01, one.stop, one.start);
  const freezing = (one: Service, name: string) => inAndOut(stage, name, rs01, one.freeze, one.thaw);
  // dnsmasq and the mail server by turns: after a step the checks of one server have time to pass again, retries and all
  note('dnsStopped', await stopping(dns, DNS));
  note('smtpStopped', await stopping(mail, SMTP));
  note('udpStopped', await stopping(dns, UDP));
  note('smtpFrozen', await freezing(mail, SMTP));
  note('dnsFrozen', await freezing(dns, DNS));
  const ignoring = (value: 0 | 1) => rs01.run(['sysctl', '-qw', `net.ipv4.icmp_echo_ignore_all=${value}`]);
  note(
    'pingIgnored',
    await inAndOut(
      stage,
      PING,
      rs01,
      () => ignoring(1),
      () => ignoring(0),
    ),
  );
  note(
    'unreachable',
    await inAndOut(
      stage,
      UDP,
      rs01,
      () => stage.cut(rs01),
      () => stage.restore(rs01),
    ),
  );
  await stage.watch.tableWhere(lvs01, 'all back', PATIENCE_MS, (table) =>
    [DNS, UDP, SMTP, PING].every((name) => serversOf(table, name).length === 2),
  );

  const weights: { status: number; weight: number | null }[] = [];
  for (const [status, expected] of [
    [7, 5],
    [0, 3],
    [2, 0],
    [1, null],
    [0, 3],
    [12, 10],
  ] as const) {
    setStatus(lvs01, status);
    const isSo = (table: Table) => weightIn(table, MISC, rs01) === expected;
    await stage.watch.tableWhere(lvs01, `weight ${expected} by status ${status}`, PATIENCE_MS, isSo);
    weights.push({ status, weight: weightIn(stage.watch.table(lvs01), MISC, rs01) });
  }
  note('weights', weights);
  const loads: { load: number; weights: (number | null)[] }[] = [];
  for (const [load, expected] of [
    [4, 7],
    [-5, 0],
    [0, 3],
  ] as const) {
    lvs01.write(LOAD, `${load}\n`);
    const isSo = (table: Table) => weightIn(table, FILE, rs01) === expected;
    await stage.watch.tableWhere(lvs01, `weight ${expected} by a load of ${load}`, PATIENCE_MS, isSo);
    const table = stage.watch.table(lvs01);
    loads.push({ load, weights: [rs01, rs02].map((host) => weightIn(table, FILE, host)) });
  }
  note('loads', loads);
  note('failures', told(/fail|error|timeout|timed out|could not/i));
  await daemon.stop();
}

const setStatus = (host: Host, status: number): void => host.write(STATUS, `${status}\n`);

const configuration = (hosts: readonly Host[]): string => `global_defs {
    script_user root
}
track_file load {
    file ${LOAD}
}
${[
  service(53, 'UDP', hosts, () => `DNS_CHECK { type A\n name www.${ZONE}\n ${FAST} }`),
  service(
    54,
    'UDP',
    hosts,
    () => `UDP_CHECK { connect_port 53\n payload ${QUESTION}\n require_reply ${ANSWER}\n ${FAST} }`,
  ),
  service(25, 'TCP', hosts, () => `SMTP_CHECK { helo_name director.${ZONE}\n ${FAST} }`),
  service(81, 'TCP', hosts, () => `PING_CHECK { ${FAST} }`),
  service(82, 'TCP', hosts, () => 'FILE_CHECK {\n track_file load\n }'),
  service(
    80,
    'TCP',
    hosts,
    ({ address }) => `MISC_CHECK { misc_path "${SCRIPT} ${address}"\n misc_timeout 3\n misc_dynamic }`,
  ),
].join('')}`;

const FAST = 'connect_timeout 2\n retry 1\n delay_before_retry 1\n';

const service = (
  port: number,
  protocol: 'TCP' | 'UDP',
  hosts: readonly Host[],
  checker: (host: Host) => string,
): string => `
virtual_server ${VIP} ${port} {
    delay_loop 1
    warmup 0
    lb_algo wrr
    lb_kind DR
    protocol ${protocol}
${hosts.map((host) => `    real_server ${host.address} ${port} {\n        weight 3\n${checker(host)}\n    }`).join('\n')}
}
`;

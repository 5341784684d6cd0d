/** A thousand checks each second against one nginx in the same kernel: what a check costs the checkers
 *  process. Both daemons get the same file. The number of checks is what the kernel counts as opened
 *  connections, so nobody marks his own homework. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { now, pause } from '../test/lab/harness/clock.ts';
import { type Program, startProgram } from '../test/lab/harness/program.ts';
import { checkersPid, type DaemonName, startCheckersHalf } from './daemons.ts';
import type { CheckLoad } from './figures.ts';
import { connectionsOpened, cpuMillis, residentMegabytes } from './process-usage.ts';

export type CheckKind = 'tcp' | 'http';

const SERVICES = 100;
const SERVERS_PER_SERVICE = 10;
const PORT = 8080;
/** first probes are spread over a second, and the JIT has seen them */
const SETTLE_MS = 8_000;
const MEASURE_MS = 15_000;
const FOLDER = '/run/bench-nginx';

const checker = (kind: CheckKind): readonly string[] =>
  kind === 'tcp'
    ? ['TCP_CHECK {', 'connect_timeout 3', '}']
    : ['HTTP_GET {', 'url {', 'path /', 'status_code 200', '}', 'connect_timeout 3', '}'];

/** Each of `services` × 10 servers has an address of its own in 127/8 and is checked every `delayLoop` seconds. */
export function checkConfig(kind: CheckKind, delayLoop = 1, services = SERVICES): string {
  const servers = (service: number): readonly string[] =>
    Array.from({ length: SERVERS_PER_SERVICE }, (_, server) => [
      `real_server 127.${1 + (service >> 8)}.${service & 255}.${server + 1} ${PORT} {`,
      'weight 1',
      `delay_loop ${delayLoop}`,
      `warmup ${delayLoop}`,
      'retry 1',
      'delay_before_retry 1',
      ...checker(kind),
      '}',
    ]).flat();
  return Array.from({ length: services }, (_, service) => [
    `virtual_server 10.${200 + (service >> 8)}.${service & 255}.1 ${PORT} {`,
    'lb_algo rr',
    'lb_kind NAT',
    'protocol TCP',
    `delay_loop ${delayLoop}`,
    ...servers(service),
    '}',
  ])
    .flat()
    .concat('')
    .join('\n');
}

/** Where the web server runs: on this machine itself, or in a network namespace of it. */
interface Place {
  readonly write: (path: string, text: string) => void;
  readonly start: (argv: readonly string[]) => Program;
}

export const here: Place = {
  write: (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  },
  start: startProgram,
};

export async function startWebServer(place: Place): Promise<Program> {
  place.write(`${FOLDER}/index.html`, 'ok\n');
  place.write(
    `${FOLDER}/nginx.conf`,
    `daemon off; worker_processes 1; pid ${FOLDER}/pid; error_log stderr; user root;
     events { worker_connections 4096; }
     http { access_log off; server { listen ${PORT} backlog=4096; root ${FOLDER}; } }\n`,
  );
  const nginx = place.start(['nginx', '-c', `${FOLDER}/nginx.conf`]);
  await pause(500);
  return nginx;
}

export async function measureChecks(name: DaemonName, kind: CheckKind): Promise<CheckLoad> {
  const file = `/run/bench-checks-${kind}.conf`;
  writeFileSync(file, checkConfig(kind));
  const daemon = startCheckersHalf(name, file);
  const pid = await checkersPid();
  await pause(SETTLE_MS);
  const [cpu, opened, at] = [cpuMillis(pid), connectionsOpened(), now()];
  await pause(MEASURE_MS);
  const checks = connectionsOpened() - opened;
  const load = {
    perSecond: (1000 * checks) / (now() - at),
    cpuMillisPerCheck: (cpuMillis(pid) - cpu) / checks,
    residentMegabytes: residentMegabytes(pid),
  };
  await daemon.stop();
  return load;
}

/** From the moment at which a real server's port is closed until it is out of the kernel's table: connect refused, one retry
 *  after a second, a check each second. The same server is closed and opened again and again, at moments spread over the
 *  interval of the checks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { now, pause, until } from '../test/lab/harness/clock.ts';
import { readTable } from '../test/lab/harness/ipvs-table.ts';
import { type DaemonName, startCheckersHalf } from './daemons.ts';
import type { Repetitions } from './figures.ts';

const PORT = 8099;
const ROUNDS = 10;
const MS_MAX = 30_000;
const CONFIG = '/run/bench-removal.conf';
const TEXT = `virtual_server 10.250.0.1 ${PORT} {
    lb_algo rr
    lb_kind NAT
    protocol TCP
    delay_loop 1
    real_server 127.1.0.1 ${PORT} {
        warmup 0
        retry 1
        delay_before_retry 1
        TCP_CHECK {
            connect_timeout 1
        }
    }
}
`;

export async function measureRemoval(name: DaemonName): Promise<Repetitions> {
  writeFileSync(CONFIG, TEXT);
  let server = await listen();
  const daemon = startCheckersHalf(name, CONFIG);
  await inTable(true);
  await pause(3_000);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await pause((1_000 * round) / ROUNDS);
    const closedAt = now();
    server.close();
    await inTable(false);
    times.push(now() - closedAt);
    server = await listen();
    await inTable(true);
    await pause(1_500);
  }
  server.close();
  await daemon.stop();
  return times;
}

const listen = (): Promise<Server> =>
  new Promise((resolve) => {
    // a connection that is left open would keep the socket
    const server = createServer((socket) => socket.destroy());
    server.listen(PORT, '127.1.0.1', () => resolve(server));
  });

const inTable = (wanted: boolean): Promise<unknown> =>
  until(`the server ${wanted ? 'in' : 'out of'} the table`, MS_MAX, () => {
    return readTable(OWN_NAMESPACE).some(({ servers }) => servers.length > 0) === wanted;
  });

/** What the reader of the lab's hosts needs of one. */
const OWN_NAMESPACE = {
  pid: process.pid,
  read: (path: string) => readFileSync(path, 'utf8'),
};

/** Connections of this machine with itself through IPVS, so that a table has counters and connections to list: TCP open
 *  and closed, UDP with persistence, IPv6. */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect, createServer, type Server } from 'node:net';
import { until } from './clock.ts';
import { original } from './ipvsadm-both.ts';

const VIP = '10.9.9.9';
const VIP6 = 'fd00::9';
const CONNECTIONS = 12;
const ANSWER_BYTES = 100_000;

/** Resolves when the kernel's counters have taken notice; the function ends the connections. */
export async function passTraffic(): Promise<() => void> {
  execFileSync('ip', ['addr', 'replace', `${VIP}/32`, 'dev', 'lo']);
  execFileSync('ip', ['addr', 'replace', `${VIP6}/128`, 'dev', 'lo', 'nodad']);
  const servers = await Promise.all(['127.0.0.1', '::1'].map(listen));
  await original(
    [
      `-A -t ${VIP}:80 -s rr`, `-a -t ${VIP}:80 -r 127.0.0.1:8080 -m`, `-A -t [${VIP6}]:80 -s rr`,
      `-a -t [${VIP6}]:80 -r [::1]:8080 -m`, `-A -u ${VIP}:53 -s rr -p`, `-a -u ${VIP}:53 -r 127.0.0.1:5353 -m`,
    ].map((line) => ({ argv: line.split(' ') })),
  ); // biome-ignore format: a list
  const sockets = [VIP, VIP6].flatMap((host) => Array.from({ length: CONNECTIONS }, () => connect(80, host)));
  for (const socket of sockets) socket.on('error', () => {}).resume();
  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('data', resolve).once('error', resolve))),
  );
  for (const socket of sockets.slice(0, CONNECTIONS / 2)) socket.end();
  const datagrams = createSocket('udp4');
  await new Promise((resolve) => datagrams.send('hello', 53, VIP, resolve));
  const stats = { argv: ['-Ln', '--stats'] };
  let seen = '';
  await until('counters of the traffic', 15_000, () => {
    void original([stats]).then(([answer]) => {
      seen = answer?.stdout ?? '';
    });
    return /127\.0\.0\.1:8080 +[1-9]/.test(seen) && /\[::1\]:8080 +[1-9]/.test(seen);
  });
  return () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    datagrams.close();
  };
}

const listen = (host: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer((socket) => socket.on('error', () => {}).write(Buffer.alloc(ANSWER_BYTES)));
    server.listen(8080, host, () => resolve(server));
  });

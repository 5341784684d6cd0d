/** Random command lines for ipvsadm: mostly ones that a table of a few services and servers answers with success or
 *  with a refusal, some with a wrong value, a wrong word or a wrong combination. */
import type { Prng } from '../../../src/base/prng.ts';

type Words = readonly string[];

/** One sequence; `count` lines of words. */
export const randomLines = (random: Prng, count: number): readonly Words[] =>
  Array.from({ length: count }, () => randomLine(random));

const SERVICES: readonly [Words, ...Words[]] = [
  ['-t', '192.0.2.1:80'], ['-t', '192.0.2.1:80'], ['-t', '192.0.2.2:http'], ['-u', '192.0.2.1:53'],
  ['--sctp-service', '192.0.2.1:5060'], ['--tcp-service=192.0.2.1:443'], ['-t', '192.0.2.3'],
  ['-f', '7'], ['-f', '7', '-6'], ['-f', '4294967295'], ['-t', '[2001:db8::1]:80'], ['-u', '[2001:db8::1]:53'],
  ['-t192.0.2.4:0'], ['-u', '203.0.113.9:5060'],
]; // biome-ignore format: a list
const WRONG_SERVICES: readonly [Words, ...Words[]] = [
  ['-t', 'bad:host:80'], ['-t', '192.0.2.1:99999'], ['-t', ''], ['-f', '0'], ['-f', 'x'], ['-u', '192.0.2.1:http'],
  ['-t', '[2001:db8::1'], ['-t', '300.1.1.1:80'], ['-6'], ['-t', ':80'], ['-f', '4294967296'], ['-t'],
  ['-t', '192.0.2.1:'], ['-t', '0xc0000201:80'], ['-t', '192.0.513:080'], ['-t', '192.0.2.1:-1'],
]; // biome-ignore format: a list
const SERVERS: readonly [Words, ...Words[]] = [
  ['-r', '10.0.0.1'], ['-r', '10.0.0.1:80'], ['-r', '10.0.0.2:8080'], ['-r', '10.0.0.3:http'], ['-r10.0.0.4'],
  ['--real-server=10.0.0.5:0'], ['-r', '[2001:db8::8]:80'], ['-r', '[2001:db8::9]:8080'], ['-r', '127.0.0.1:80'],
]; // biome-ignore format: a list
const WRONG_SERVERS: readonly [Words, ...Words[]] = [
  ['-r', '224.0.0.1:80'], ['-r', 'nosuch:80x'], ['-r', ':1'], ['-r', '10.0.0.1:70000'], ['-r', '0.0.0.0'], ['-r'],
]; // biome-ignore format: a list

const SERVICE_OPTIONS: readonly [Words, ...Words[]] = [
  ['-s', 'rr'], ['-s', 'wrr'], ['-s', 'sh'], ['-s=mh'], ['--scheduler', 'nq'], ['-s', 'nosuch'], ['-p'], ['-p', '60'],
  ['-p30'], ['--persistent=77'], ['-p', '0'], ['-p', '2678401'], ['-M', '255.255.255.0'], ['-M', '255.0.255.0'],
  ['-M', '64'], ['--netmask', '0.0.0.0'], ['-M', 'x'], ['-o'], ['--ops'], ['--pe', 'sip'], ['--pe', 'nosuch'],
  ['-b', 'sh-port'], ['-b', 'sh-fallback,sh-port'], ['-b', 'mh-port'], ['-b', 'flag-1'], ['-b', 'flag-2,flag-3'],
  ['-b', 'nosuch'], ['--sort'],
]; // biome-ignore format: a list
/** What may stand before the service: of a granularity that stands there the original forgets what it is for. */
const FAMILY_FREE_OPTIONS: readonly [Words, ...Words[]] = [
  ['-s', 'rr'], ['-s', 'mh'], ['-s', 'nosuch'], ['-p'], ['-p', '60'], ['--ops'], ['--pe', 'sip'], ['-b', 'mh-port'],
]; // biome-ignore format: a list
const SERVER_OPTIONS: readonly [Words, ...Words[]] = [
  ['-g'], ['-i'], ['-i'], ['-i'], ['-m'], ['-m'], ['--masquerading'], ['-w', '0'], ['-w', '5'], ['--weight=2147483647'],
  ['-w', '2147483648'], ['-w', 'x'], ['-x', '100'], ['-y', '50'], ['-x', '70000', '-y', '7'], ['-y', '-1'],
  ['--tun-type', 'gue'], ['--tun-type', 'gue', '--tun-port', '6080'], ['--tun-type=gre'], ['--tun-port', '6081'],
  ['--tun-csum'], ['--tun-nocsum'], ['--tun-remcsum'], ['--tun-type', 'ipip'], ['--tun-type', 'x'], ['--tun-port', '0'],
  ['-i', '--tun-type', 'gue', '--tun-port', '6080', '--tun-remcsum'], ['-i', '--tun-type', 'gre', '--tun-csum'],
]; // biome-ignore format: a list
const LIST_OPTIONS: readonly [Words, ...Words[]] = [
  ['-n'], ['-n'], ['-n'], ['--stats'], ['--rate'], ['--thresholds'], ['--persistent-conn'], ['--tun-info'], ['--exact'],
  ['--nosort'], ['--sort'], ['-c'], ['--timeout'], ['--daemon'], ['--syncid', '5'], ['--numeric'],
]; // biome-ignore format: a list
const DAEMON_OPTIONS: readonly [Words, ...Words[]] = [
  ['--mcast-interface', 'lo'], ['--mcast-interface=lo'], ['--mcast-interface', 'nosuch0'], ['--syncid', '7'],
  ['--syncid', '256'], ['--sync-maxlen', '1400'], ['--sync-maxlen', '0'], ['--mcast-group', '224.0.0.99'],
  ['--mcast-group', '10.0.0.1'], ['--mcast-group', 'fe80::1'], ['--mcast-port', '8849'], ['--mcast-port', '0'],
  ['--mcast-ttl', '3'], ['--mcast-ttl', '256'],
]; // biome-ignore format: a list
/** What has no place in most command lines. */
const STRAYS: readonly [Words, ...Words[]] = [
  ['-n'], ['extra'], ['-L'], ['-Z'], ['--nosuch'], ['-X'], ['-q5'], ['--', '-n'], ['-'], ['--list'], ['-n=5'], ['-g'],
  ['--exact'], ['-w', '3'], ['-s', 'rr'], ['--tun-port', '4'], ['-c'], ['--daemon'], ['--numeric='], ['-Ln'], ['-z'],
]; // biome-ignore format: a list

type Maker = (random: Prng) => Words;

const chosen = (random: Prng, from: readonly [Words, ...Words[]], low: number, high: number): Words =>
  Array.from({ length: random.between(low, high) }, () => random.pick(from)).flat();
const service: Maker = (random) => random.pick(random.chance(0.1) ? WRONG_SERVICES : SERVICES);
const server: Maker = (random) => random.pick(random.chance(0.1) ? WRONG_SERVERS : SERVERS);

const MAKERS: readonly [Maker, ...Maker[]] = [
  (r) => ['-A', ...service(r), ...chosen(r, SERVICE_OPTIONS, 0, 3)],
  (r) => ['-A', ...service(r), ...chosen(r, SERVICE_OPTIONS, 0, 2)],
  (r) => ['--add-service', ...chosen(r, FAMILY_FREE_OPTIONS, 0, 2), ...service(r)],
  (r) => ['-E', ...service(r), ...chosen(r, SERVICE_OPTIONS, 0, 3)],
  (r) => ['-D', ...service(r)],
  (r) => ['-a', ...service(r), ...server(r), ...chosen(r, SERVER_OPTIONS, 0, 3)],
  (r) => ['-a', ...service(r), ...server(r), ...chosen(r, SERVER_OPTIONS, 0, 2)],
  (r) => ['-a', ...service(r), ...server(r), ...chosen(r, SERVER_OPTIONS, 1, 2)],
  (r) => ['--edit-server', ...service(r), ...server(r), ...chosen(r, SERVER_OPTIONS, 0, 3)],
  (r) => ['-d', ...service(r), ...server(r)],
  (r) => ['-L', ...chosen(r, LIST_OPTIONS, 0, 3)],
  (r) => ['-Ln', ...service(r), ...chosen(r, LIST_OPTIONS, 0, 1)],
  (r) => ['-Z', ...(r.chance(0.5) ? service(r) : [])],
  (r) => ['-S', ...(r.chance(0.5) ? ['-n'] : [])],
  (r) => ['--set', ...Array.from({ length: r.chance(0.9) ? 3 : 2 }, () => r.pick(['0', '60', '901', 'x']))],
  (r) => ['--start-daemon', r.pick(['master', 'backup', 'x']), ...chosen(r, DAEMON_OPTIONS, 0, 3)],
  (r) => ['--stop-daemon', r.pick(['master', 'backup', 'x'])],
  (r) => (r.chance(0.2) ? ['-C'] : [...chosen(r, STRAYS, 1, 2)]),
];

function randomLine(random: Prng): Words {
  const line = random.pick(MAKERS)(random);
  return random.chance(0.08) ? [...line, ...chosen(random, STRAYS, 1, 2)] : line;
}

/** A second opinion on the wire: sends adverts, right ones and wrong ones, and tells which it hears. It stands on the npm package
 *  raw-socket and builds its packets from the RFCs alone, so an error in src/vrrp/wire cannot hide behind the same error here.
 *
 *      node sender.mjs INTERFACE ADDRESS      one JSON order per line on stdin, one JSON event per line on stdout
 *
 *      {"order":"send","id":1,"packets":[P…],"times":1}           event `sent`, when all have left
 *      {"order":"garbage","id":2,"count":5000,"vrid":51,"head":33}  random octets; event `sent`
 *      {"order":"repeat","name":"n","everyMs":50,"packets":[P…]}  one of them in turn, until `end`
 *      {"order":"end","name":"n"}
 *
 *  A packet P says everything the advert carries, see `advert`. Times are milliseconds of CLOCK_MONOTONIC. */
import { createInterface } from 'node:readline';
import raw from 'raw-socket';

const GROUP = '224.0.0.18';
const PROTOCOL_VRRP = 112;
/** linux/in.h */
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
/** Many packets leave in portions, 20,000 a second at most, so that a receiver that keeps up loses nothing. */
const PORTION = 100;
const PAUSE_MS = 5;
const GARBAGE_OCTETS_MAX = 1400;

const [device, address] = process.argv.slice(2);
const octets = (ip) => ip.split('.').map(Number);

/** RFC 1071 */
function checksum(bytes) {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** RFC 3768 §5.1 with the authentication data of RFC 2338 §5.1, or RFC 9568 §5.1; `interval` as the field has it: s, or cs.
 *  `count` lies about the addresses, `checksumOff` is added to the right checksum, `length` cuts the message or fills it with zeros. */
function advert({ version, type, vrid, priority, addresses, interval, auth, count, checksumOff, length }) {
  const timing = version === 3 ? [interval >> 8, interval & 0xff] : [auth.type, interval];
  const head = [(version << 4) | type, vrid, priority, count ?? addresses.length, ...timing, 0, 0];
  const password = Buffer.alloc(version === 3 ? 0 : 8);
  password.write(auth?.password ?? '', 'latin1');
  const message = Buffer.concat([Buffer.from([...head, ...addresses.flatMap(octets)]), password]);
  const pseudo = [...octets(address), ...octets(GROUP), 0, PROTOCOL_VRRP, 0, message.length];
  const sum = checksum(version === 3 ? [...pseudo, ...message] : message);
  message.writeUInt16BE((sum + (checksumOff ?? 0)) & 0xffff, 6);
  return resized(message, length ?? message.length);
}

function resized(message, length) {
  const whole = Buffer.alloc(length);
  message.copy(whole);
  return whole;
}

/** RFC 791; the kernel fills in the header's checksum. */
function datagram(payload, ttl) {
  const header = Buffer.alloc(20);
  header.set([0x45, 0xc0], 0);
  header.writeUInt16BE(20 + payload.length, 2);
  header.set([ttl, PROTOCOL_VRRP], 8);
  header.set([...octets(address), ...octets(GROUP)], 12);
  return Buffer.concat([header, payload]);
}

/** Random octets behind the VRID; every other message begins with `head`, a version and type that get past the first checks.
 *  Park and Miller's generator: the same garbage in each run. */
function* garbage({ count, vrid, head }) {
  let state = count;
  const next = (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.from(Array.from({ length: next(GARBAGE_OCTETS_MAX) }, () => next(256)));
    if (bytes.length > 0 && next(2) === 0) bytes[0] = head;
    if (bytes.length > 1) bytes[1] = vrid;
    yield datagram(bytes, 255);
  }
}

function* adverts({ packets, times }) {
  const datagrams = packets.map(datagramOf);
  for (let i = 0; i < times; i++) yield* datagrams;
}

const datagramOf = (packet) => datagram(advert(packet), packet.ttl);
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;

function open() {
  const socket = raw.createSocket({ addressFamily: raw.AddressFamily.IPv4, protocol: PROTOCOL_VRRP });
  const { SOL_SOCKET, IPPROTO_IP } = raw.SocketLevel;
  const name = Buffer.from(`${device}\0`);
  socket.setOption(SOL_SOCKET, raw.SocketOption.SO_BINDTODEVICE, name, name.length);
  const group = Buffer.from([...octets(GROUP), ...octets(address), 0, 0, 0, 0]); // struct ip_mreqn
  socket.setOption(IPPROTO_IP, IP_ADD_MEMBERSHIP, group, group.length);
  socket.setOption(IPPROTO_IP, IP_MULTICAST_IF, group, group.length);
  socket.setOption(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
  socket.setOption(IPPROTO_IP, raw.SocketOption.IP_HDRINCL, 1);
  socket.on('error', (error) => {
    throw error;
  });
  // header included; the buffer is used again for the next packet
  socket.on('message', (bytes, source) => {
    const message = bytes.subarray((bytes[0] & 0x0f) * 4);
    tell({ event: 'heard', at: now(), source, vrid: message[1], priority: message[2] });
  });
  return socket;
}

const socket = open();
const streams = new Map();

const transmit = (bytes) =>
  new Promise((resolve, reject) => {
    socket.send(bytes, 0, bytes.length, GROUP, (error) => (error ? reject(error) : resolve()));
  });
async function transmitAll(datagrams) {
  let sent = 0;
  for (const bytes of datagrams) {
    await transmit(bytes);
    if (++sent % PORTION === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function repeat({ name, everyMs, packets }) {
  const datagrams = packets.map(datagramOf);
  let turn = 0;
  const one = () => void transmit(datagrams[turn++ % datagrams.length]);
  one();
  streams.set(name, setInterval(one, everyMs));
}

async function obey(order) {
  if (order.order === 'repeat') return repeat(order);
  if (order.order === 'end') return clearInterval(streams.get(order.name));
  const at = now();
  await transmitAll(order.order === 'garbage' ? garbage(order) : adverts(order));
  tell({ event: 'sent', id: order.id, at });
}

createInterface({ input: process.stdin })
  .on('line', (line) => void obey(JSON.parse(line)))
  .on('close', () => process.exit());
tell({ event: 'ready' });

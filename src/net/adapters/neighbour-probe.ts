/** ARP probes through packet sockets that are open only while somebody waits for the answers. */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { after, millis } from '../../base/units.ts';
import { AF, SOCK } from '../../native/constants.ts';
import { type DatagramSocket, openDatagramSocket } from '../../native/datagram-socket.ts';
import { packetSockaddr } from '../../native/sockaddr.ts';
import type { Clock } from '../../ports/clock.ts';
import type { NeighbourProbe, ProbeAnswer } from '../../ports/neighbour-probe.ts';
import type { LinkState, NetKernel, NetState } from '../../ports/net-kernel.ts';
import { arpProbeFrame, decodeArp } from '../wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../wire/ethernet.ts';

type Targets = Parameters<NeighbourProbe['probe']>[0];

/** Addresses of one probe; more are left out. */
const TARGETS_MAX = 64;
/** Each address is asked for so often, because a broadcast may get lost. */
const ROUNDS = 2;
const ROUND_GAP = millis(200);
const ANSWERS_MAX = 64;
const FRAMES_PER_WAKE_MAX = 64;

export const createNeighbourProbe = (net: NetKernel, clock: Clock): NeighbourProbe => ({
  async probe(targets) {
    const state = net.snapshot();
    if (!state.ok) return state;
    return ask(targets.slice(0, TARGETS_MAX), state.value, clock);
  },
});

async function ask(
  targets: Targets,
  state: NetState,
  clock: Clock,
): Promise<Result<readonly ProbeAnswer[], SystemError>> {
  const links = [...state.links.values()];
  const own = new Set(links.map(({ mac }) => mac));
  const answers = new Map<string, ProbeAnswer>();
  const asked = new Set(targets.map(({ address }) => address));
  const heard = (frame: Uint8Array): void => {
    const answer = answerIn(frame);
    if (answer === null || !asked.has(answer.address) || own.has(answer.mac)) return;
    if (answers.size < ANSWERS_MAX) answers.set(`${answer.address} ${answer.mac}`, answer);
  };
  const sockets: DatagramSocket[] = [];
  try {
    const asking: (() => void)[] = [];
    for (const link of links) {
      const here = targets.filter((target) => target.interface === link.name);
      if (here.length === 0 || link.mac === null) continue;
      const opened = openListener(link, heard);
      if (!opened.ok) return err(opened.error);
      sockets.push(opened.value);
      asking.push(() => sendProbes(opened.value, link, here));
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const send of asking) send();
      await passed(clock);
    }
    return ok([...answers.values()]);
  } finally {
    for (const socket of sockets) socket.close();
  }
}

function openListener(
  { index, name }: LinkState,
  heard: (frame: Uint8Array) => void,
): Result<DatagramSocket, SystemError> {
  // protocol 0: nothing is received before the socket is bound to its link
  const opened = openDatagramSocket(
    { domain: AF.PACKET, type: SOCK.RAW, protocol: 0 },
    `packet socket on ${name}`,
  );
  if (!opened.ok) return opened;
  const socket = opened.value;
  const bound = socket.bind(packetSockaddr(index, ETHERTYPE.ARP));
  const watched = bound.ok
    ? socket.watch(() => {
        for (const { data } of socket.receive(FRAMES_PER_WAKE_MAX).messages) heard(data);
      })
    : bound;
  if (watched.ok) return ok(socket);
  socket.close();
  return err(watched.error);
}

function sendProbes(socket: DatagramSocket, { index, mac }: LinkState, targets: Targets): void {
  if (mac === null) return;
  const to = packetSockaddr(index, ETHERTYPE.ARP);
  // a frame that does not leave is a question without an answer
  for (const { address } of targets) socket.send({ parts: [arpProbeFrame(mac, address)], to });
}

/** A reply, or somebody who announces the address as its own. */
function answerIn(frame: Uint8Array): ProbeAnswer | null {
  const ethernet = decodeEthernet(frame);
  const packet = ethernet?.ethertype === ETHERTYPE.ARP ? decodeArp(ethernet.payload) : null;
  return packet === null ? null : { address: packet.senderIp, mac: packet.senderMac };
}

const passed = (clock: Clock): Promise<void> =>
  new Promise((resolve) => clock.alarm(resolve).set(after(clock.now(), ROUND_GAP)));

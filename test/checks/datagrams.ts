/** UDP servers on loopback for the datagram probes. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface DatagramServer {
  readonly port: number;
  /** what came, in order */
  readonly requests: readonly Buffer[];
  readonly peers: readonly RemoteInfo[];
}

/** Serves until the test ends; `onRequest` answers, or does not. */
export async function serveDatagrams(
  onRequest: (request: Buffer, answer: (reply: Uint8Array | string) => void) => void = () => {},
  address = '127.0.0.1',
): Promise<DatagramServer> {
  const requests: Buffer[] = [];
  const peers: RemoteInfo[] = [];
  let open = true;
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (request, peer) => {
    requests.push(request);
    peers.push(peer);
    onRequest(request, (reply) => {
      if (open) socket.send(reply, peer.port, peer.address);
    });
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  onTestFinished(() => {
    open = false;
    socket.close();
  });
  return { port: socket.address().port, requests, peers };
}

/** A UDP port of 127.0.0.1 that nobody has. */
export async function closedUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

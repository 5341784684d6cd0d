/** The test's end of sender.mjs: its orders and events as functions and types. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Ms, until } from '../harness/clock.ts';
import type { Host } from '../harness/host.ts';

/** What an advert carries, right or wrong; sender.mjs builds it. */
export interface Packet {
  readonly version: number;
  readonly type: number;
  readonly vrid: number;
  readonly priority: number;
  readonly addresses: readonly string[];
  /** the field's own unit: seconds in version 2, centiseconds in version 3 */
  readonly interval: number;
  /** not in version 3 */
  readonly auth?: { readonly type: number; readonly password: string };
  readonly ttl: number;
  /** told instead of the number of addresses */
  readonly count?: number;
  /** added to the right checksum */
  readonly checksumOff?: number;
  /** octets of the VRRP message, cut or filled with zeros */
  readonly length?: number;
}

export interface Heard {
  readonly at: Ms;
  readonly source: string;
  readonly vrid: number;
  readonly priority: number;
}

export interface Garbage {
  readonly count: number;
  readonly vrid: number;
  /** first octet of every other packet: version and type that get past the first checks */
  readonly head: number;
}

export interface Sender {
  /** adverts that arrived in the sender's namespace */
  readonly heard: readonly Heard[];
  /** All of them, `times` over; resolves when they have left, with the time before the first. */
  readonly send: (packets: readonly Packet[], times?: number) => Promise<Ms>;
  /** Packets of random octets; resolves as `send` does. */
  readonly sendGarbage: (garbage: Garbage) => Promise<Ms>;
  /** One of the packets at once and then every `everyMs`, in turn, until `end`. */
  readonly repeat: (name: string, everyMs: Ms, packets: readonly Packet[]) => void;
  readonly end: (name: string) => void;
  readonly close: () => Promise<void>;
}

const PROGRAM = join(import.meta.dirname, 'sender.mjs');
const START_MS_MAX = 10_000;
const SEND_MS_MAX = 30_000;

type SenderEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'sent'; readonly id: number; readonly at: Ms }
  | ({ readonly event: 'heard' } & Heard);

export async function startSender(host: Host, device: string): Promise<Sender> {
  const argv = [`--target=${host.pid}`, '--net', '--', process.execPath, PROGRAM, device, host.address];
  const child = spawn('nsenter', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.stdin.on('error', () => {}); // of a sender that has ended: `alive` tells
  const heard: Heard[] = [];
  const sentAt = new Map<number, Ms>();
  let ready = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event: SenderEvent = JSON.parse(line);
    if (event.event === 'ready') ready = true;
    else if (event.event === 'sent') sentAt.set(event.id, event.at);
    else heard.push(event);
  });
  const alive = <T>(value: T): T => {
    if (child.exitCode !== null) throw new Error('the sender has ended; what it said is above');
    return value;
  };
  const order = (fields: object): void => void child.stdin.write(`${JSON.stringify(fields)}\n`);
  let orders = 0;
  const awaitSent = (fields: object): Promise<Ms> => {
    const id = ++orders;
    order({ ...fields, id });
    return until('packets sent', SEND_MS_MAX, () => alive(sentAt.get(id)));
  };
  await until('the sender', START_MS_MAX, () => alive(ready));
  return {
    heard,
    send: (packets, times = 1) => awaitSent({ order: 'send', packets, times }),
    sendGarbage: (garbage) => awaitSent({ order: 'garbage', ...garbage }),
    repeat: (name, everyMs, packets) => order({ order: 'repeat', name, everyMs, packets }),
    end: (name) => order({ order: 'end', name }),
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}

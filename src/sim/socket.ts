/** A simulated VRRP socket: a bounded buffer that the kernel fills whether or not the process reads, and a callback that
 *  comes on a later turn of the loop. */
import type { Family } from '../base/ip.ts';
import { ok } from '../base/result.ts';
import type { IfIndex } from '../base/units.ts';
import type { VrrpPacket, VrrpProtocol, VrrpSocket } from '../ports/packets.ts';

/** Frames that a socket holds before the kernel drops. */
const RECEIVE_BUFFER_FRAMES = 512;

export class SimSocket implements VrrpSocket {
  readonly family: Family;
  readonly protocol: VrrpProtocol;
  readonly ifIndex: IfIndex;
  readonly #transmit: (advert: Parameters<VrrpSocket['send']>[0]) => void;
  readonly #later: (task: () => void) => void;
  readonly #onReadable: () => void;
  #waiting: VrrpPacket[] = [];
  #told = false;
  #open = true;
  dropped = 0;

  constructor(
    kind: { readonly family: Family; readonly protocol: VrrpProtocol; readonly ifIndex: IfIndex },
    transmit: (advert: Parameters<VrrpSocket['send']>[0]) => void,
    later: (task: () => void) => void,
    onReadable: () => void,
  ) {
    this.family = kind.family;
    this.protocol = kind.protocol;
    this.ifIndex = kind.ifIndex;
    this.#transmit = transmit;
    this.#later = later;
    this.#onReadable = onReadable;
  }

  send(advert: Parameters<VrrpSocket['send']>[0]): ReturnType<VrrpSocket['send']> {
    this.#transmit(advert);
    return ok(undefined);
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  drain(limit: number): readonly VrrpPacket[] {
    return this.#waiting.splice(0, limit);
  }

  close(): void {
    this.#open = false;
    this.#waiting = [];
  }

  deliver(packet: VrrpPacket): void {
    if (!this.#open) return;
    if (this.#waiting.length >= RECEIVE_BUFFER_FRAMES) {
      this.dropped++;
      return;
    }
    this.#waiting.push(packet);
    this.#tell();
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    this.#later(() => {
      this.#told = false;
      if (this.#open && this.#waiting.length > 0) this.#onReadable();
      if (this.#waiting.length > 0) this.#tell();
    });
  }
}

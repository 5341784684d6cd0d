/** The FIFOs of the configuration with their readers: which exist, which lines each gets, what a reload changes. */
import { sameValue } from '../../base/keyed-diff.ts';
import type { FifoPlace, NotifyFifo, NotifySettings } from '../../config/model/global.ts';
import type { Half } from '../core/delivery.ts';
import type { FifoStatus } from '../core/status.ts';
import { type Fifo, openFifo } from './fifo.ts';
import { FifoReader, type ReaderPorts } from './fifo-reader.ts';

interface Outlet {
  readonly settings: NotifyFifo;
  /** halves whose lines it takes */
  readonly halves: readonly Half[];
  readonly fifo: Fifo;
  readonly reader: FifoReader | null;
}

export class FifoSet {
  readonly #ports: ReaderPorts;
  #outlets: readonly Outlet[] = [];

  constructor(ports: ReaderPorts) {
    this.#ports = ports;
  }

  /** A FIFO with the same path and owner stays open, a reader with the same command runs on. */
  reconfigure({ fifo, vrrpFifo, lvsFifo }: NotifySettings): void {
    const wanted = [
      { settings: fifo, halves: ['vrrp', 'lvs'] as const },
      { settings: vrrpFifo, halves: ['vrrp'] as const },
      { settings: lvsFifo, halves: ['lvs'] as const },
    ].flatMap(({ settings, halves }) => (settings === null ? [] : [{ settings, halves }]));
    const before = this.#outlets;
    const isKept = ({ fifo: old }: Outlet): boolean =>
      wanted.some(({ settings }) => sameValue(placeOf(settings), placeOf(old.place)));
    for (const outlet of before.filter((old) => !isKept(old))) {
      outlet.fifo.close();
      outlet.reader?.end();
    }
    this.#outlets = wanted.map(({ settings, halves }) => this.#outlet(settings, halves, before));
  }

  write(half: Half, line: string): void {
    for (const { fifo, halves } of this.#outlets) if (halves.includes(half)) fifo.write(line);
  }

  status(): readonly FifoStatus[] {
    return this.#outlets.map(({ fifo, reader }) => ({
      ...fifo.status(),
      reader: reader === null ? null : reader.status(),
    }));
  }

  /** Readers see the end of file. Resolves when they are gone. */
  async close(): Promise<void> {
    for (const { fifo } of this.#outlets) fifo.close();
    await Promise.all(this.#outlets.map(({ reader }) => reader?.retire()));
  }

  endReaders(): void {
    for (const { reader } of this.#outlets) reader?.end();
  }

  #outlet(settings: NotifyFifo, halves: readonly Half[], before: readonly Outlet[]): Outlet {
    const { clock, log } = this.#ports;
    const old = before.find(({ fifo }) => sameValue(placeOf(fifo.place), placeOf(settings)));
    const fifo = old?.fifo ?? openFifo(placeOf(settings), clock, log);
    if (old !== undefined && sameValue(old.settings.script, settings.script)) {
      return { settings, halves, fifo, reader: old.reader };
    }
    old?.reader?.end();
    const reader =
      settings.script === null ? null : new FifoReader(settings.script, settings.path, this.#ports);
    return { settings, halves, fifo, reader };
  }
}

const placeOf = ({ path, user }: FifoPlace): FifoPlace => ({ path, user });

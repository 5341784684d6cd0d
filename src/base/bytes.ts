/** Bounded reading and writing of binary messages. The reader has a sticky error: read all fields in a straight
 *  line, look at `error` once; after the first error every read gives zeros. Neither ever throws on input. */

export class ByteReader {
  #view: DataView;
  #bytes: Uint8Array;
  #offset = 0;
  #error: string | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get error(): string | null {
    return this.#error;
  }
  get offset(): number {
    return this.#offset;
  }
  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(): number {
    const at = this.#take(1);
    return at < 0 ? 0 : this.#view.getUint8(at);
  }
  u16be(): number {
    const at = this.#take(2);
    return at < 0 ? 0 : this.#view.getUint16(at);
  }
  u32be(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.#view.getUint32(at);
  }
  /** A view of the next `length` bytes, not a copy. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return at < 0
      ? new Uint8Array(length > 0 && length <= 0xffff ? length : 0)
      : this.#bytes.subarray(at, at + length);
  }
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }
  skip(length: number): void {
    this.#take(length);
  }

  #take(length: number): number {
    // a negative length comes from arithmetic on a lying header: it must not move backwards
    if (this.#error === null && length >= 0 && this.remaining >= length) {
      const at = this.#offset;
      this.#offset += length;
      return at;
    }
    this.#error ??= `truncated: ${length} bytes wanted at offset ${this.#offset}, ${this.remaining} left`;
    return -1;
  }
}

/** A growing big-endian writer for messages of known, small size. */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(sizeHint = 64) {
    this.#bytes = new Uint8Array(sizeHint);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16be(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value);
    return this;
  }
  u32be(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value);
    return this;
  }
  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }
  zeros(count: number): this {
    this.#grow(count);
    return this;
  }
  /** The bytes written so far, a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

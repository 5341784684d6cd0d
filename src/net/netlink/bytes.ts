/** Bytes of netlink messages: native byte order and four-byte alignment (linux/netlink.h), unlike the
 *  big-endian reader and writer of base/bytes.ts. Fields that are in network order inside netlink say so by
 *  name. */

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** NLMSG_ALIGN and NLA_ALIGN. */
export const align4 = (length: number): number => (length + 3) & ~3;

/** A growing writer; `reserve` leaves room for a length that is known later. */
export class NetlinkWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(sizeHint = 256) {
    this.#bytes = new Uint8Array(sizeHint);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    // the view may be another one after the reservation
    const at = this.reserve(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.reserve(2);
    this.#view.setUint16(at, value, LITTLE_ENDIAN);
    return this;
  }
  u32(value: number): this {
    const at = this.reserve(4);
    this.#view.setUint32(at, value, LITTLE_ENDIAN);
    return this;
  }
  u64(value: bigint): this {
    const at = this.reserve(8);
    this.#view.setBigUint64(at, value, LITTLE_ENDIAN);
    return this;
  }
  u16be(value: number): this {
    const at = this.reserve(2);
    this.#view.setUint16(at, value);
    return this;
  }
  u32be(value: number): this {
    const at = this.reserve(4);
    this.#view.setUint32(at, value);
    return this;
  }
  bytes(value: Uint8Array): this {
    const at = this.reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }
  /** Zeros up to the next multiple of four. */
  pad4(): this {
    this.reserve(align4(this.#length) - this.#length);
    return this;
  }

  /** Leaves `count` zero bytes and tells where they start. */
  reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
  patchU16(at: number, value: number): void {
    this.#view.setUint16(at, value, LITTLE_ENDIAN);
  }
  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, LITTLE_ENDIAN);
  }

  /** The bytes written so far: a view, valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
  /** The bytes written so far: a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Random access in native byte order to bytes whose length the caller has checked. */
export class NetlinkView {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }
  u8(at: number): number {
    return this.#view.getUint8(at);
  }
  u16(at: number): number {
    return this.#view.getUint16(at, LITTLE_ENDIAN);
  }
  u32(at: number): number {
    return this.#view.getUint32(at, LITTLE_ENDIAN);
  }
  s32(at: number): number {
    return this.#view.getInt32(at, LITTLE_ENDIAN);
  }
  u64(at: number): bigint {
    return this.#view.getBigUint64(at, LITTLE_ENDIAN);
  }
  u16be(at: number): number {
    return this.#view.getUint16(at);
  }
  u32be(at: number): number {
    return this.#view.getUint32(at);
  }
  u64be(at: number): bigint {
    return this.#view.getBigUint64(at);
  }
  /** A copy of `length` bytes. */
  slice(at: number, length: number): Uint8Array {
    return this.bytes.slice(at, at + length);
  }
}

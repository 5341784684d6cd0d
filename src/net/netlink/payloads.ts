/** The payloads that attributes of rtnetlink and generic netlink have: integers in native and in network
 *  order, strings, addresses, opaque bytes. Sizes are exact; a wrong one decodes to null. */
import { type IpAddress, ipBytes, ipFromBytes } from '../../base/ip.ts';
import type { PayloadCodec } from './attributes.ts';
import type { NetlinkView, NetlinkWriter } from './bytes.ts';

const fixed = <T>(
  size: number,
  encode: (out: NetlinkWriter, value: T) => void,
  read: (view: NetlinkView, at: number) => T,
): PayloadCodec<T> => ({ encode, decode: (view, at, length) => (length === size ? read(view, at) : null) });

export const u8 = fixed<number>(
  1,
  (out, n) => out.u8(n),
  (view, at) => view.u8(at),
);
export const u16 = fixed<number>(
  2,
  (out, n) => out.u16(n),
  (view, at) => view.u16(at),
);
export const u32 = fixed<number>(
  4,
  (out, n) => out.u32(n),
  (view, at) => view.u32(at),
);
export const s32 = fixed<number>(
  4,
  (out, n) => out.u32(n >>> 0),
  (view, at) => view.s32(at),
);
export const u64 = fixed<bigint>(
  8,
  (out, n) => out.u64(n),
  (view, at) => view.u64(at),
);
/** Network order. */
export const u16be = fixed<number>(
  2,
  (out, n) => out.u16be(n),
  (view, at) => view.u16be(at),
);
/** Network order. */
export const u32be = fixed<number>(
  4,
  (out, n) => out.u32be(n),
  (view, at) => view.u32be(at),
);

/** Opaque bytes of one exact size. */
export const bytesOf = (size: number): PayloadCodec<Uint8Array> =>
  fixed(
    size,
    (out, value) => out.bytes(value),
    (view, at) => view.slice(at, size),
  );
/** Opaque bytes of any size. */
export const bytes: PayloadCodec<Uint8Array> = {
  encode: (out, value) => out.bytes(value),
  decode: (view, at, length) => view.slice(at, length),
};

/** Text closed by a NUL, as the kernel writes it; decoding also takes text without one. Bytes above 127 are
 *  kept as Latin-1, since names of interfaces and schedulers are bytes to the kernel. */
export const text: PayloadCodec<string> = {
  encode: (out, value) => {
    for (let i = 0; i < value.length; i++) out.u8(value.charCodeAt(i));
    out.u8(0);
  },
  decode: (view, at, length) => {
    let value = '';
    for (let i = at; i < at + length; i++) {
      const byte = view.u8(i);
      if (byte === 0) break;
      value += String.fromCharCode(byte);
    }
    return value;
  },
};

/** An attribute whose presence is its value. */
export const flag: PayloadCodec<true> = { encode: () => {}, decode: () => true };

/** An address whose length tells its family: four bytes or sixteen. */
export const address: PayloadCodec<IpAddress> = {
  encode: (out, value) => out.bytes(ipBytes(value)),
  decode: (view, at, length) => ipFromBytes(view.bytes.subarray(at, at + length)),
};

/** The same bytes under another type. `decode` may answer null: the value makes no sense. */
export const mapped = <T, U>(
  codec: PayloadCodec<T>,
  by: { readonly encode: (value: U) => T; readonly decode: (value: T) => U | null },
): PayloadCodec<U> => ({
  encode: (out, value) => codec.encode(out, by.encode(value)),
  decode: (view, at, length) => {
    const value = codec.decode(view, at, length);
    return value === null ? null : by.decode(value);
  },
});

/** Netlink attributes as tables: one row per attribute gives both directions and the TypeScript type.
 *
 *      const DESTINATION = attributeTable({
 *        address: required(1, address),
 *        port: required(2, u16be),
 *        weight: optional(4, u32),
 *      });
 *      type Destination = AttributesOf<typeof DESTINATION>;
 *      // { address: IpAddress; port: number; weight: number | null }
 *
 *  Layout of one attribute (linux/netlink.h struct nlattr), padded to four bytes:
 *      0: u16 length, header included | 2: u16 type, with 0x8000 nested, 0x4000 network order | 4: payload
 *  Unknown attributes are skipped, of a double one the last wins, a wrong size is an error that names the
 *  attribute. */
import { err, ok, type Result } from '../../base/result.ts';
import { align4, NetlinkView, NetlinkWriter } from './bytes.ts';

/** One payload, both ways. `decode` gets a span that lies inside the view; null says that the span makes no
 *  sense. */
export interface PayloadCodec<T> {
  readonly encode: (out: NetlinkWriter, value: T) => void;
  readonly decode: (view: NetlinkView, at: number, length: number) => T | null;
  /** NLA_F_NESTED is set on the attribute */
  readonly nestedFlag?: boolean;
}

export interface AttributeRow<T, Presence extends 'required' | 'optional'> {
  readonly type: number;
  readonly codec: PayloadCodec<T>;
  readonly presence: Presence;
}

/** A row that a decoded message must have. */
export const required = <T>(type: number, codec: PayloadCodec<T>): AttributeRow<T, 'required'> => ({
  type,
  codec,
  presence: 'required',
});
/** A row that may be missing; then it decodes to null. */
export const optional = <T>(type: number, codec: PayloadCodec<T>): AttributeRow<T, 'optional'> => ({
  type,
  codec,
  presence: 'optional',
});

type AnyRow = AttributeRow<unknown, 'required' | 'optional'>;
// Rows differ in T, which PayloadCodec uses in both directions; only `never` in and `unknown` out accept them
// all.
type RowLike = {
  readonly type: number;
  readonly presence: 'required' | 'optional';
  readonly codec: {
    readonly encode: (out: NetlinkWriter, value: never) => void;
    readonly decode: (view: NetlinkView, at: number, length: number) => unknown;
  };
};
type Rows = Readonly<Record<string, RowLike>>;
type ValueOf<R> = R extends AttributeRow<infer T, infer P> ? (P extends 'required' ? T : T | null) : never;
type FieldsOf<R extends Rows> = { readonly [K in keyof R]: ValueOf<R[K]> };

export interface AttributeTable<Fields> {
  readonly names: readonly string[];
  readonly rows: readonly AnyRow[];
  /** attribute type → index into `rows` */
  readonly byType: readonly (number | undefined)[];
  /** for the type system only: what a table decodes to */
  readonly fields?: Fields;
}

/** What a table decodes to: required fields as they are, optional ones or null. */
export type AttributesOf<Table> = Table extends AttributeTable<infer Fields> ? Fields : never;
/** What a table encodes: any subset; null and missing fields are left out. */
export type SomeAttributes<Fields> = { readonly [K in keyof Fields]?: Fields[K] | null };

export type AttributeError =
  | { readonly kind: 'truncated'; readonly offset: number }
  | { readonly kind: 'bad_attribute'; readonly name: string; readonly length: number }
  | { readonly kind: 'missing_attribute'; readonly name: string };

const HEADER_SIZE = 4;
const TYPE_MASK = 0x3fff;
const NESTED_FLAG = 0x8000;

export function attributeTable<R extends Rows>(rows: R): AttributeTable<FieldsOf<R>> {
  const byType: (number | undefined)[] = [];
  const list = Object.values(rows) as unknown as AnyRow[];
  for (const [i, row] of list.entries()) byType[row.type] = i;
  return { names: Object.keys(rows), rows: list, byType };
}

/** Appends the fields that are there, in the order of the rows. */
export function encodeAttributes<Fields>(
  table: AttributeTable<Fields>,
  fields: SomeAttributes<Fields>,
  out: NetlinkWriter,
): void {
  const values = fields as Readonly<Record<string, unknown>>;
  for (let i = 0; i < table.rows.length; i++) {
    const row = table.rows[i];
    const value = values[table.names[i] ?? ''];
    if (row === undefined || value === undefined || value === null) continue;
    const start = out.reserve(HEADER_SIZE);
    row.codec.encode(out, value);
    out.patchU16(start, out.length - start);
    out.patchU16(start + 2, row.type | (row.codec.nestedFlag === true ? NESTED_FLAG : 0));
    out.pad4();
  }
}

/** The fields that are there as bytes of their own; for message bodies without a fixed header. */
export function attributeBytes<Fields>(
  table: AttributeTable<Fields>,
  fields: SomeAttributes<Fields>,
): Uint8Array {
  const out = new NetlinkWriter();
  encodeAttributes(table, fields, out);
  return out.finish();
}

/** Decodes `bytes` from `offset` on; `offset` is the size of the fixed header before the attributes. */
export function decodeAttributes<Fields>(
  table: AttributeTable<Fields>,
  bytes: Uint8Array,
  offset = 0,
): Result<Fields, AttributeError> {
  if (offset > bytes.length) return err({ kind: 'truncated', offset: bytes.length });
  return decodeSpan(table, new NetlinkView(bytes), offset, bytes.length);
}

export function attributeErrorText(error: AttributeError): string {
  switch (error.kind) {
    case 'truncated':
      return `attributes truncated at offset ${error.offset}`;
    case 'bad_attribute':
      return `attribute ${error.name} of ${error.length} bytes makes no sense`;
    case 'missing_attribute':
      return `attribute ${error.name} is missing`;
  }
}

function decodeSpan<Fields>(
  table: AttributeTable<Fields>,
  view: NetlinkView,
  from: number,
  end: number,
): Result<Fields, AttributeError> {
  const fields: Record<string, unknown> = {};
  for (const name of table.names) fields[name] = null;
  let at = from;
  while (at < end) {
    // fewer than a header's bytes after the last attribute are padding of the message
    if (end - at < HEADER_SIZE) break;
    const length = view.u16(at);
    if (length < HEADER_SIZE || length > end - at) return err({ kind: 'truncated', offset: at });
    const index = table.byType[view.u16(at + 2) & TYPE_MASK];
    const row = index === undefined ? undefined : table.rows[index];
    if (index !== undefined && row !== undefined) {
      const name = table.names[index] ?? '';
      const value = row.codec.decode(view, at + HEADER_SIZE, length - HEADER_SIZE);
      if (value === null) return err({ kind: 'bad_attribute', name, length: length - HEADER_SIZE });
      fields[name] = value;
    }
    at += align4(length);
  }
  for (let i = 0; i < table.rows.length; i++) {
    const name = table.names[i] ?? '';
    if (table.rows[i]?.presence === 'required' && fields[name] === null) {
      return err({ kind: 'missing_attribute', name });
    }
  }
  return ok(fields as Fields);
}

/** Attributes inside an attribute. `flag` sets NLA_F_NESTED when encoding; decoding takes both forms. */
export function nested<Fields>(
  table: AttributeTable<Fields>,
  options: { readonly flag: boolean } = { flag: false },
): PayloadCodec<Fields> {
  return {
    nestedFlag: options.flag,
    encode: (out, value) => encodeAttributes(table, value, out),
    decode: (view, at, length) => {
      const inner = decodeSpan(table, view, at, at + length);
      return inner.ok ? inner.value : null;
    },
  };
}

/** The least of a MySQL and of a PostgreSQL server: both let everybody in and answer from a script. */
import { type LoopbackServer, serveRaw } from './loopback.ts';

export type Rows = readonly Readonly<Record<string, string | null>>[];

/** Packets of MySQL's protocol with their three bytes of length and one of sequence. */
const packets = (first: number, payloads: readonly Buffer[]): Buffer =>
  Buffer.concat(
    payloads.flatMap((payload, i) => {
      const head = Buffer.alloc(4);
      head.writeUIntLE(payload.length, 0, 3);
      head[3] = first + i;
      return [head, payload];
    }),
  );

/** Protocol 4.1, secure connection, plugin authentication. */
const CAPABILITIES = 0x0008_a209;
export const MYSQL_GREETING = packets(0, [
  Buffer.concat([
    ...[Buffer.from('\x0a8.0.36\0'), Buffer.from([1, 0, 0, 0]), Buffer.from('abcdefgh\0')],
    Buffer.from([CAPABILITIES & 255, (CAPABILITIES >> 8) & 255, 33, 2, 0, CAPABILITIES >> 16, 0, 21]),
    ...[Buffer.alloc(10), Buffer.from('ijklmnopqrst\0'), Buffer.from('mysql_native_password\0')],
  ]),
]);
export const MYSQL_OK = packets(2, [Buffer.from([0, 0, 0, 2, 0, 0, 0])]);
const MYSQL_EOF = Buffer.from([0xfe, 0, 0, 2, 0]);
const SYNTAX_ERROR = packets(1, [
  Buffer.concat([Buffer.from([0xff, 0x28, 0x04]), Buffer.from('#42000syntax')]),
]);

const counted = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
const columnOf = (name: string): Buffer =>
  Buffer.concat([
    ...[counted('def'), counted(''), counted(''), counted(''), counted(name), counted(name)],
    Buffer.from([12, 33, 0, 255, 0, 0, 0, 253, 0, 0, 0, 0, 0]),
  ]);

export function mysqlRows(rows: Rows): Buffer {
  const names = Object.keys(rows[0] ?? { none: null });
  const cells = (row: Rows[number]): Buffer =>
    Buffer.concat(names.map((name) => (row[name] == null ? Buffer.from([0xfb]) : counted(row[name]))));
  const head = [Buffer.from([names.length]), ...names.map(columnOf), MYSQL_EOF];
  return packets(1, [...head, ...rows.map(cells), MYSQL_EOF]);
}

/** A statement without an answer is a syntax error. */
export const mysqlServer = (
  answers: Readonly<Record<string, Rows>>,
  heard: string[] = [],
): Promise<LoopbackServer> =>
  serveRaw((socket) => {
    socket.write(MYSQL_GREETING);
    let isLogin = true;
    socket.on('data', (data) => {
      if (isLogin) socket.write(MYSQL_OK);
      else if (data[4] === 3) {
        const sql = data.subarray(5).toString();
        heard.push(sql);
        const rows = answers[sql];
        socket.write(rows === undefined ? SYNTAX_ERROR : mysqlRows(rows));
      }
      isLogin = false;
    });
  });

/** One message of PostgreSQL's protocol, version 3. */
export const pgMessage = (kind: string, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(kind), int32(body.length + 4), body]);

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export const PG_AUTHENTICATED = Buffer.concat([pgMessage('R', int32(0)), pgMessage('Z', Buffer.from('I'))]);
const PG_DONE = Buffer.concat([pgMessage('C', Buffer.from('SELECT 1\0')), pgMessage('Z', Buffer.from('I'))]);

/** One row of one column, undefined = no row. */
export function pgAnswer(value: string | null | undefined): Buffer {
  if (value === undefined) return PG_DONE;
  const place = [int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)];
  const column = Buffer.concat([int16(1), Buffer.from('v\0'), ...place]);
  const cell = value === null ? [int32(-1)] : [int32(Buffer.byteLength(value)), Buffer.from(value)];
  return Buffer.concat([pgMessage('T', column), pgMessage('D', Buffer.concat([int16(1), ...cell])), PG_DONE]);
}

/** Answers each query in turn. */
export function pgServer(...values: readonly (string | null | undefined)[]): Promise<LoopbackServer> {
  const queue = [...values];
  return serveRaw((socket) => {
    socket.on('data', (data) => {
      if (data[0] === 0) socket.write(PG_AUTHENTICATED);
      else if (data[0] === 0x51) socket.write(pgAnswer(queue.shift()));
    });
  });
}

/** The BFD control packet (RFC 5880 §4.1), the only message of the protocol without authentication and echo. Encode and
 *  decode read the same table of bit fields; what a packet means for a session is decided in core/.
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-----+---------+---+-+-+-+-+-+-+---------------+---------------+
 *  |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
 *  +-----+---------+---+-+-+-+-+-+-+---------------+---------------+
 *  |                       My Discriminator                        |
 *  +---------------------------------------------------------------+
 *  |                      Your Discriminator                       |
 *  +---------------------------------------------------------------+
 *  |                 Desired Min TX Interval (us)                  |
 *  +---------------------------------------------------------------+
 *  |                 Required Min RX Interval (us)                 |
 *  +---------------------------------------------------------------+
 *  |              Required Min Echo RX Interval (us)               |
 *  +---------------------------------------------------------------+
 *  |  Auth Type    |   Auth Len    |  Authentication data, if A    |
 *  +---------------+---------------+-------------------------------+
 */
import { ByteReader, ByteWriter } from '../../base/bytes.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { type Micros, micros } from '../../base/units.ts';

/** `Sta`, in the order of its numbers. */
export const STATE_NAMES = ['admin_down', 'down', 'init', 'up'] as const;
export type SessionStateName = (typeof STATE_NAMES)[number];

/** `Diag` by its numbers; the others up to 31 are reserved. */
export const DIAGNOSTIC = { NONE: 0, TIME_EXPIRED: 1, NEIGHBOUR_DOWN: 3, ADMIN_DOWN: 7 } as const;

export interface ControlPacket {
  readonly state: SessionStateName;
  /** 0..31 */
  readonly diagnostic: number;
  readonly poll: boolean;
  readonly final: boolean;
  /** D: the sender asks for no packets while the session is Up */
  readonly demand: boolean;
  /** 1..255 */
  readonly multiplier: number;
  /** of the sender, never 0 */
  readonly myDiscriminator: number;
  /** of the receiver; 0 = not known, in state Down or AdminDown only */
  readonly yourDiscriminator: number;
  /** 32 bits of microseconds each */
  readonly minTx: Micros;
  /** 0 = the sender wants no packets at all */
  readonly minRx: Micros;
}

/** Why a packet is no valid one, in the order of RFC 5880 §6.8.6. */
export type PacketFault =
  | 'version'
  | 'length'
  | 'multiplier'
  | 'multipoint'
  | 'my_discriminator'
  | 'your_discriminator'
  | 'authentication';

const VERSION = 1;
export const PACKET_OCTETS = 24;
/** with the type and the length of an authentication section */
const AUTHENTICATED_OCTETS_MIN = 26;
const WORD_BITS = 32;

type FieldName =
  | 'version' | 'diagnostic' | 'state' | 'poll' | 'final' | 'independent' | 'authenticated' | 'demand' | 'multipoint'
  | 'multiplier' | 'length' | 'myDiscriminator' | 'yourDiscriminator' | 'minTx' | 'minRx' | 'minEchoRx'; // biome-ignore format: a list
type Fields = Record<FieldName, number>;

/** In the order of the drawing; no field crosses a word. */
const FIELDS: readonly (readonly [name: FieldName, bits: number])[] = [
  ['version', 3],
  ['diagnostic', 5],
  ['state', 2],
  ['poll', 1],
  ['final', 1],
  ['independent', 1],
  ['authenticated', 1],
  ['demand', 1],
  ['multipoint', 1],
  ['multiplier', 8],
  ['length', 8],
  ['myDiscriminator', 32],
  ['yourDiscriminator', 32],
  ['minTx', 32],
  ['minRx', 32],
  ['minEchoRx', 32],
];

export function encodeControlPacket(packet: ControlPacket): Uint8Array {
  const fields: Fields = {
    version: VERSION,
    diagnostic: packet.diagnostic,
    state: STATE_NAMES.indexOf(packet.state),
    poll: Number(packet.poll),
    final: Number(packet.final),
    independent: 0,
    authenticated: 0,
    demand: Number(packet.demand),
    multipoint: 0,
    multiplier: packet.multiplier,
    length: PACKET_OCTETS,
    myDiscriminator: packet.myDiscriminator,
    yourDiscriminator: packet.yourDiscriminator,
    minTx: packet.minTx,
    minRx: packet.minRx,
    minEchoRx: 0,
  };
  const writer = new ByteWriter(PACKET_OCTETS);
  let word = 0;
  let free = WORD_BITS;
  for (const [name, bits] of FIELDS) {
    free -= bits;
    word += fields[name] * 2 ** free;
    if (free > 0) continue;
    writer.u32be(word);
    word = 0;
    free = WORD_BITS;
  }
  return writer.finish();
}

/** Octets behind the announced length are padding and not looked at. */
export function decodeControlPacket(bytes: Uint8Array): Result<ControlPacket, PacketFault> {
  const fields = readFields(bytes);
  const state = STATE_NAMES[fields.state];
  const fault = faultOf(fields, bytes.length);
  if (fault !== null || state === undefined) return err(fault ?? 'length');
  return ok({
    state,
    diagnostic: fields.diagnostic,
    poll: fields.poll === 1,
    final: fields.final === 1,
    demand: fields.demand === 1,
    multiplier: fields.multiplier,
    myDiscriminator: fields.myDiscriminator,
    yourDiscriminator: fields.yourDiscriminator,
    minTx: micros(fields.minTx),
    minRx: micros(fields.minRx),
  });
}

/** Of a message that is too short the missing fields are 0; its length tells. */
function readFields(bytes: Uint8Array): Fields {
  const reader = new ByteReader(bytes);
  const fields: Partial<Fields> = {};
  let word = 0;
  let rest = 0;
  for (const [name, bits] of FIELDS) {
    if (rest === 0) {
      word = reader.u32be();
      rest = WORD_BITS;
    }
    rest -= bits;
    fields[name] = Math.floor(word / 2 ** rest) % 2 ** bits;
  }
  return fields as Fields;
}

/** RFC 5880 §6.8.6. No session of vipd's has authentication. */
function faultOf(fields: Fields, octets: number): PacketFault | null {
  const octetsMin = fields.authenticated === 1 ? AUTHENTICATED_OCTETS_MIN : PACKET_OCTETS;
  const mayLackDiscriminator = fields.state <= STATE_NAMES.indexOf('down');
  if (octets < PACKET_OCTETS) return 'length';
  if (fields.version !== VERSION) return 'version';
  if (fields.length < octetsMin || fields.length > octets) return 'length';
  if (fields.multiplier === 0) return 'multiplier';
  if (fields.multipoint === 1) return 'multipoint';
  if (fields.myDiscriminator === 0) return 'my_discriminator';
  if (fields.yourDiscriminator === 0 && !mayLackDiscriminator) return 'your_discriminator';
  return fields.authenticated === 1 ? 'authentication' : null;
}

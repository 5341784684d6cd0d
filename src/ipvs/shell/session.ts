/** IPVS commands over a netlink session: puts the generic header on, takes it off, and gives the bodies of
 *  answers. */
import { err, mapResult, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import {
  type AttributeTable,
  attributeErrorText,
  decodeAttributes,
  encodeAttributes,
} from '../../net/netlink/attributes.ts';
import { NetlinkWriter } from '../../net/netlink/bytes.ts';
import { GENERIC_HEADER_SIZE, genericBody } from '../../net/netlink/generic.ts';
import type { NetlinkMessage } from '../../net/netlink/message.ts';
import { CHUNK_BYTES_MAX, type NetlinkRequest, type NetlinkSession } from '../../net/netlink/session.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { operationText } from '../core/operation-text.ts';
import { type IpvsRequest, operationRequest } from '../wire/requests.ts';
import { COMMAND, IPVS_FAMILY } from '../wire/tables.ts';

/** The body of an answer, generic header included. */
export type Body = Uint8Array;

export interface IpvsSession {
  /** a question with one answer */
  ask(request: IpvsRequest, attempted: string): Result<readonly Body[], SystemError>;
  /** a question about all objects of a kind */
  dump(request: IpvsRequest, attempted: string): Result<readonly Body[], SystemError>;
  order(request: IpvsRequest, attempted: string): Result<void, SystemError>;
  /** many operations in few system calls; one answer per operation, null = done */
  batch(operations: readonly IpvsOperation[]): readonly (SystemError | null)[];
}

/** `familyId`: the message type that the controller gave to IPVS. */
export function ipvsSession(netlink: NetlinkSession, familyId: number): IpvsSession {
  const message = ({ command, attributes }: IpvsRequest, attempted: () => string): NetlinkRequest => ({
    type: familyId,
    body: genericBody({ command, version: IPVS_FAMILY.version }, COMMAND, attributes),
    attempted,
  });
  return {
    ask: (request, attempted) => mapResult(netlink.request(message(request, () => attempted)), bodies),
    dump: (request, attempted) => mapResult(netlink.dump(message(request, () => attempted)), bodies),
    order: (request, attempted) =>
      mapResult(netlink.request(message(request, () => attempted)), () => undefined),
    batch: (operations) => {
      const answers: (SystemError | null)[] = [];
      for (let from = 0; from < operations.length; from += OPERATIONS_PER_SLICE) {
        const slice = operations.slice(from, from + OPERATIONS_PER_SLICE);
        answers.push(...netlink.batch(sliceMessages(slice, familyId)));
      }
      return answers;
    },
  };
}

/** Operations that are encoded at a time: about one sendmsg's worth. Encoding all of a large table before
 *  sending any of it would need tens of megabytes for a moment. */
const OPERATIONS_PER_SLICE = 200;

/** The bodies lie behind one another in one buffer, since thousands of small ones are slow to allocate. */
function sliceMessages(operations: readonly IpvsOperation[], familyId: number): readonly NetlinkRequest[] {
  const out = new NetlinkWriter(CHUNK_BYTES_MAX);
  const ends = operations.map((operation) => {
    const { command, attributes } = operationRequest(operation);
    out.u8(command).u8(IPVS_FAMILY.version).u16(0); // struct genlmsghdr
    encodeAttributes(COMMAND, attributes, out);
    return out.length;
  });
  const bytes = out.written();
  return operations.map((operation, i) => ({
    type: familyId,
    body: bytes.subarray(ends[i - 1] ?? 0, ends[i]),
    attempted: () => operationText(operation),
  }));
}

const bodies = (messages: readonly NetlinkMessage[]): readonly Body[] => messages.map((m) => m.body);

/** The first body by a table; EGARBLED when there is none or it makes no sense. */
export function decodeOne<Fields>(
  table: AttributeTable<Fields>,
  [body]: readonly Body[],
  attempted: string,
): Result<Fields, SystemError> {
  if (body === undefined) return err(garbled(attempted, 'the kernel sent no answer'));
  const fields = decodeAttributes(table, body, GENERIC_HEADER_SIZE);
  return fields.ok ? ok(fields.value) : err(garbled(attempted, attributeErrorText(fields.error)));
}

export const garbled = (attempted: string, detail: string): SystemError => ({
  code: 'EGARBLED',
  attempted,
  detail,
});

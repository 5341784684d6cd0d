/** A netlink session that answers from a capture: each question with the replies that followed the same
 *  question. */
import { err, ok } from '../../src/base/result.ts';
import type { SystemError } from '../../src/base/system-error.ts';
import { IPVS_COMMAND } from '../../src/ipvs/wire/tables.ts';
import type { NetlinkMessage } from '../../src/net/netlink/message.ts';
import type { NetlinkRequest, NetlinkSession } from '../../src/net/netlink/session.ts';
import { captured, fromHex, toHex } from './captured.ts';

/** Answer of the controller: the family IPVS has the id 28 (0x1c). */
const FAMILY_REPLY = fromHex(
  '01020000' + '0900020049505653' + '00000000' + '060001001c000000' + '0800030001000000',
);
const FAMILY_ID = 28;
const CONTROLLER_ID = 0x10;

/** `file`: lines `request HEX` and `reply HEX`; a reply to GET_INFO may stand anywhere. */
export function replay(file: string): NetlinkSession {
  const answers = answersByQuestion(file);
  const answer = (request: NetlinkRequest) => {
    if (request.type === CONTROLLER_ID) return ok([message(FAMILY_REPLY)]);
    const found = request.type === FAMILY_ID ? answers.get(toHex(request.body)) : undefined;
    return found === undefined ? err(notInCapture(request)) : ok(found.map(message));
  };
  return {
    request: answer,
    dump: answer,
    batch: (requests) => requests.map(notInCapture),
    transaction: (_, requests) => requests.map(notInCapture)[0] ?? null,
    close: () => {},
  };
}

function answersByQuestion(file: string): ReadonlyMap<string, readonly Uint8Array[]> {
  const answers = new Map<string, Uint8Array[]>();
  let current: Uint8Array[] = [];
  for (const { name, body, command } of captured(file)) {
    if (name === 'request') {
      current = [];
      answers.set(toHex(body), current);
    } else if (command === IPVS_COMMAND.setInfo) answers.set('0f010000', [body]);
    else current.push(body);
  }
  return answers;
}

const message = (body: Uint8Array): NetlinkMessage => ({
  type: FAMILY_ID,
  flags: 0,
  sequence: 1,
  port: 0,
  body,
});

const notInCapture = (request: NetlinkRequest): SystemError => ({
  code: 'EOPNOTSUPP',
  attempted: request.attempted(),
  detail: `not in the capture: ${toHex(request.body)}`,
});

import { expect, test } from 'vitest';
import { resolveFamily } from '../../../src/net/netlink/generic.ts';
import { netlinkSession } from '../../../src/net/netlink/session.ts';
import { fakeKernel } from './fake-kernel.ts';

// Captured on nlmon from Linux 6.1: the controller's answer about IPVS (its operations cut away) and the
// request for it.
const REQUEST_BODY = '03010000' + '090002004950565300000000';
const REPLY_BODY =
  '01020000' +
  '090002004950565300000000' +
  '060001001c000000' +
  '0800030001000000' +
  '0800040000000000' +
  '080005000f000000';
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

test('a family is found by its name through the controller (genetlink.h CTRL_CMD_GETFAMILY)', () => {
  const asked: string[] = [];
  const kernel = fakeKernel((message) => {
    asked.push(`${message.type} ${Buffer.from(message.body).toString('hex')}`);
    return { kind: 'replies', replies: [{ type: 0x10, body: hex(REPLY_BODY) }] };
  });
  expect(resolveFamily(netlinkSession(kernel.socket), 'IPVS')).toEqual({
    ok: true,
    value: { id: 0x1c, version: 1 },
  });
  expect(asked).toEqual([`16 ${REQUEST_BODY}`]);
});

test('a family that the kernel does not have is an error that names it', () => {
  const kernel = fakeKernel(() => ({ kind: 'refused', errno: 2 }));
  expect(resolveFamily(netlinkSession(kernel.socket), 'IPVS')).toMatchObject({
    ok: false,
    error: { attempted: "find the kernel's netlink family IPVS" },
  });
});

test('an answer without an identifier is garbled, not a family', () => {
  const kernel = fakeKernel(() => ({
    kind: 'replies',
    replies: [{ type: 0x10, body: hex(REPLY_BODY.slice(0, 32)) }],
  }));
  expect(resolveFamily(netlinkSession(kernel.socket), 'IPVS')).toMatchObject({
    ok: false,
    error: { code: 'EGARBLED' },
  });
});

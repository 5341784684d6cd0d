/** The process connector's messages against what a Linux 6.18 said (little endian). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeProcEvents, encodeListen } from '../../../src/track/wire/proc-event.ts';

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const HEAD = '4c000000030000000100000000000000010000000100000001000000000000002800000000000000';
const event = (hex: string): Uint8Array =>
  bytes(HEAD.slice(0, 64) + '28000000'.slice(0, 8) + hex.padEnd(80, '0'));

const FORK = event('010000000100000082e54afe340c0000327600003276000094760000947600000000000000000000');
const EXEC = event('0200000001000000671e53fe340c0000947600009476000000000000000000000000000000000000');
const EXIT = event('00000080010000001d445efe340c00009476000094760000007f0000110000003276000032760000');

test('the order to listen is what the kernel understood', () => {
  const order = '28000000030000000000000000000000010000000100000000000000000000000400000001000000';
  expect(Buffer.from(encodeListen()).toString('hex')).toBe(order);
});

describe('events', () => {
  test('of processes are told by their kind', () => {
    expect(decodeProcEvents(FORK)).toEqual(['fork']);
    expect(decodeProcEvents(EXEC)).toEqual(['exec']);
    expect(decodeProcEvents(EXIT)).toEqual(['exit']);
  });

  test('of threads, of other kinds and of other connectors are left out', () => {
    const thread = FORK.slice();
    thread[16 + 20 + 24] = 0x95; // a child whose pid is not its group's
    const identity = EXEC.slice();
    identity[16 + 20] = 4; // PROC_EVENT_UID
    const foreign = EXEC.slice();
    foreign[16] = 9;
    expect([thread, identity, foreign].map(decodeProcEvents)).toEqual([[], [], []]);
  });

  test('cut at any length, or made of anything, never throw', () => {
    for (let length = 0; length < FORK.length; length++) {
      expect(decodeProcEvents(FORK.subarray(0, length))).toEqual([]);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (any) => void decodeProcEvents(any)));
  });
});

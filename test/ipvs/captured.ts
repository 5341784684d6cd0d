/** Generic netlink bodies captured from ipvsadm 1.31 on Linux 6.1, as text fixtures: a name and hex per
 *  line. */
import { readFileSync } from 'node:fs';
import { GENERIC_HEADER_SIZE } from '../../src/net/netlink/generic.ts';

export interface Captured {
  readonly name: string;
  /** from the generic netlink header on */
  readonly body: Uint8Array;
  readonly command: number;
  /** the attributes alone */
  readonly attributes: Uint8Array;
}

export const fixture = (file: string): string =>
  readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');

export function captured(file: string): readonly Captured[] {
  return fixture(file)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [name = '', hex = ''] = line.split(/ +/);
      const body = fromHex(hex);
      return { name, body, command: body[0] ?? 0, attributes: body.subarray(GENERIC_HEADER_SIZE) };
    });
}

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

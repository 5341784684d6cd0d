import { expect, test } from 'vitest';
import { missingCapabilities } from '../../src/daemon/capabilities.ts';

const status = (effective: string): string =>
  `Name:\tnode\nCapPrm:\t0000003fffffffff\nCapEff:\t${effective}\n`;

test.each([
  ['0000000000003000', []],
  ['0000000000001000', ['CAP_NET_RAW']],
  ['0000000000002000', ['CAP_NET_ADMIN']],
  ['0000000000000000', ['CAP_NET_ADMIN', 'CAP_NET_RAW']],
  ['000001ffffffffff', []],
])('effective capabilities %s lack %j', (effective, missing) => {
  expect(missingCapabilities(status(effective), ['CAP_NET_ADMIN', 'CAP_NET_RAW'])).toEqual(missing);
});

test('a status without the line has nothing', () => {
  expect(missingCapabilities('Name:\tnode\n', ['CAP_NET_RAW'])).toEqual(['CAP_NET_RAW']);
});

/** Our listing of a captured dump against what ipvsadm printed of the same kernel at the same moment. */
import { describe, expect, test } from 'vitest';
import { type IpvsInfo, PLAIN_NUMERIC, printListing } from '../../../src/ipvs/core/listing.ts';
import { printRules } from '../../../src/ipvs/core/rules.ts';
import { NUMERIC } from '../../../src/ipvs/core/socket-names.ts';
import { ipvsKernel } from '../../../src/ipvs/shell/kernel.ts';
import type { KernelIpvs } from '../../../src/ports/ipvs-kernel.ts';
import { fixture } from '../captured.ts';
import { replay } from '../replay.ts';
import { destination, service, table, tcp } from '../samples.ts';

/** Reads the capture through the real kernel port. */
function readCapture(capture: string): { readonly info: IpvsInfo; readonly held: KernelIpvs } {
  const kernel = ipvsKernel(replay(capture));
  const info = kernel.ok ? kernel.value.info() : kernel;
  const held = kernel.ok ? kernel.value.read() : kernel;
  if (!info.ok || !held.ok) throw new Error(JSON.stringify([info, held]));
  return { info: info.value, held: held.value };
}

const uncounted = (held: KernelIpvs['table']): KernelIpvs => ({
  table: held,
  services: new Map(),
  destinations: new Map(),
});

test.each(['listing-misc', 'listing-variety'])('%s is printed as ipvsadm -Ln prints it', (capture) => {
  const { info, held } = readCapture(`${capture}.hex`);
  expect(printListing(info, held)).toBe(fixture(`${capture}.ln`));
});

test.each([
  ['stats', 'stats', false],
  ['rate', 'rate', false],
  ['exact', 'stats', true],
  ['thr', 'thresholds', false],
  ['pers', 'persistent_conn', false],
] as const)('the view %s is printed as ipvsadm prints it', (file, view, exact) => {
  const { info, held } = readCapture('listing-misc.hex');
  const text = printListing(info, held, { ...PLAIN_NUMERIC, view, exact });
  expect(text).toBe(fixture(`listing-misc.${file}`));
});

test('saved rules are printed as ipvsadm -Sn prints them', () => {
  const { held } = readCapture('listing-misc.hex');
  expect(printRules(held.table, NUMERIC)).toBe(fixture('listing-misc.save'));
});

describe('by hand', () => {
  const info = { version: '1.2.1', connectionTableSize: 4096 };
  const web = tcp('192.168.60.200', 80);

  test('one service with one real server', () => {
    const held = table([service(web, { scheduler: 'wlc', flags: 0x2 }), destination('192.168.60.132', 80)]);
    expect(printListing(info, uncounted(held))).toBe(fixture('listing-tcp-dr.ln'));
  });

  test('connections are shown, local and bypassed destinations have a name', () => {
    const usage = {
      connections: 9n,
      inPackets: 0n,
      outPackets: 0n,
      inBytes: 0n,
      outBytes: 0n,
      perSecond: { connections: 0n, inPackets: 0n, outPackets: 0n, inBytes: 0n, outBytes: 0n },
      activeConnections: 12,
      inactiveConnections: 345,
      persistentConnections: 0,
    };
    const local = destination('10.0.0.1', 80, { forwarding: { kind: 'local' } });
    const bypass = destination('10.0.0.2', 80, { forwarding: { kind: 'bypass' } });
    const held = table([service(web), local, bypass]);
    const destinations = new Map([['tcp 192.168.60.200:80', new Map([['10.0.0.1:80', usage]])]]);
    expect(
      printListing(info, { table: held, services: new Map(), destinations }).split('\n').slice(4, 6),
    ).toEqual([
      '  -> 10.0.0.1:80                  Local   1      12         345       ',
      '  -> 10.0.0.2:80                  Bypass  1      0          0         ',
    ]);
  });

  test('a granularity of every length is shown as a dotted mask', () => {
    const masks = [1, 8, 9, 23, 31].map((persistencePrefix) => {
      const lasting = service(web, { persistenceTimeout: 9, persistencePrefix, flags: 0x3 });
      return printListing(info, uncounted(table([lasting])))
        .split(' ')
        .at(-1)
        ?.trim();
    });
    expect(masks).toEqual(['128.0.0.0', '255.0.0.0', '255.128.0.0', '255.255.254.0', '255.255.255.254']);
  });
});

/** Synchronisation daemons, timeouts and the version, against captured bytes. */
import { describe, expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import {
  daemonFromAttributes,
  startDaemonRequest,
  stopDaemonRequest,
} from '../../../src/ipvs/wire/daemon.ts';
import { COMMAND, INFO, IPVS_COMMAND } from '../../../src/ipvs/wire/tables.ts';
import { attributeBytes, decodeAttributes } from '../../../src/net/netlink/attributes.ts';
import { captured, toHex } from '../captured.ts';
import { ip } from '../samples.ts';

const requests = captured('requests.hex');
const replies = captured('replies.hex');
const bodies = (command: number): readonly string[] =>
  requests.filter((r) => r.command === command).map((r) => toHex(r.attributes));
const plain = { maxLength: null, group: null, port: null, ttl: null };

describe('sync daemons', () => {
  test.each([
    ['master on lo', { role: 'master', interface: 'lo', syncId: 51, ...plain }],
    ['backup on lo', { role: 'backup', interface: 'lo', syncId: 51, ...plain }],
    [
      'master with everything set',
      {
        role: 'master',
        interface: 'lo',
        syncId: 7,
        maxLength: 1400,
        group: ip('224.0.0.99'),
        port: port(8849),
        ttl: 3,
      },
    ],
    [
      'backup in an IPv6 group',
      { role: 'backup', interface: 'lo', syncId: 7, ...plain, group: ip('ff02::99') },
    ],
  ] as const)('%s: started with the bytes that ipvsadm sends', (_, daemon) => {
    const ours = toHex(attributeBytes(COMMAND, startDaemonRequest(daemon).attributes));
    expect(bodies(IPVS_COMMAND.newDaemon)).toContain(ours);
  });

  test('the kernel lists them with its defaults filled in', () => {
    const listed = replies
      .filter((r) => r.command === IPVS_COMMAND.newDaemon)
      .map((r) => decodeAttributes(COMMAND, r.attributes))
      .map((fields) =>
        fields.ok && fields.value.daemon !== null ? daemonFromAttributes(fields.value.daemon) : null,
      );
    const common = { interface: 'lo', syncId: 51, group: ip('224.0.0.81'), port: 8848, ttl: 1 };
    expect(listed).toEqual([
      { role: 'master', maxLength: 1472, ...common },
      { role: 'backup', maxLength: 65_507, ...common },
    ]);
  });

  test('a stop names the role; ipvsadm adds an empty interface and id, which the kernel ignores', () => {
    const ours = toHex(attributeBytes(COMMAND, stopDaemonRequest('backup').attributes));
    expect(ours).toBe('0c0003800800010002000000');
    expect(bodies(IPVS_COMMAND.deleteDaemon).some((theirs) => theirs.includes(ours.slice(8)))).toBe(true);
  });

  test('a state that is neither master nor backup is no daemon', () => {
    const fields = { state: 3, interface: 'lo', syncId: 1, maxLength: null, port: null, ttl: null };
    expect(daemonFromAttributes({ ...fields, group4: null, group6: null })).toBeNull();
  });
});

test('timeouts are seconds of TCP, TCP after FIN, and UDP', () => {
  const reply = replies.find((r) => r.command === IPVS_COMMAND.setConfig);
  const fields = decodeAttributes(COMMAND, reply?.attributes ?? new Uint8Array(0));
  expect(fields).toMatchObject({ ok: true, value: { tcpTimeout: 900, tcpFinTimeout: 120, udpTimeout: 300 } });
});

test('the version is one byte per part, the table size is in buckets', () => {
  const reply = replies.find((r) => r.command === IPVS_COMMAND.setInfo);
  const fields = decodeAttributes(INFO, reply?.attributes ?? new Uint8Array(0));
  expect(fields).toEqual({ ok: true, value: { version: 0x010201, connectionTableSize: 4096 } });
});

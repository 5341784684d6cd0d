/** The kernel port over fake netlink sessions: what is asked, how refusals are worded, what garbled answers
 *  do. The real kernel is asked in test/lab. */
import { describe, expect, test } from 'vitest';
import { err, ok } from '../../../src/base/result.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import { seconds } from '../../../src/base/units.ts';
import { ipvsKernel } from '../../../src/ipvs/shell/kernel.ts';
import type { NetlinkRequest, NetlinkSession } from '../../../src/net/netlink/session.ts';
import type { IpvsOperation } from '../../../src/ports/ipvs-kernel.ts';
import { fromHex, toHex } from '../captured.ts';
import { replay } from '../replay.ts';
import { destination, service, tcp } from '../samples.ts';

const web = tcp('192.0.2.1', 80);

function opened(session: NetlinkSession) {
  const kernel = ipvsKernel(session);
  if (!kernel.ok) throw new Error(JSON.stringify(kernel.error));
  return kernel.value;
}

/** Answers requests from a capture but writes down what is asked, and lets a test decide about batches. */
function recording(answer: (request: NetlinkRequest) => SystemError | null) {
  const bodies: string[] = [];
  const capture = replay('listing-misc.hex');
  const session: NetlinkSession = {
    ...capture,
    request: (request) => {
      bodies.push(toHex(request.body));
      const known = capture.request(request);
      return known.ok ? known : ok([]);
    },
    batch: (requests) => requests.map(answer),
  };
  return { session, bodies };
}

describe('opening', () => {
  const failing = (code: string): NetlinkSession => {
    const refuse = (request: NetlinkRequest) => err({ code, attempted: request.attempted(), detail: 'x' });
    return { request: refuse, dump: refuse, batch: () => [], transaction: () => null, close: () => {} };
  };

  test('a kernel without ip_vs is named as that, with the remedy', () => {
    expect(ipvsKernel(failing('ENOENT'))).toMatchObject({
      ok: false,
      error: { code: 'ENOENT', detail: expect.stringContaining('modprobe ip_vs') },
    });
  });

  test('a missing capability is named', () => {
    expect(ipvsKernel(failing('EPERM'))).toMatchObject({
      ok: false,
      error: { code: 'EPERM', detail: expect.stringContaining('CAP_NET_ADMIN') },
    });
  });
});

describe('apply', () => {
  const operations: readonly IpvsOperation[] = [
    { kind: 'add_service', service: service(web) },
    { kind: 'add_destination', service: web, destination: destination('10.0.0.1', 80) },
    { kind: 'remove_destination', service: web, destination: destination('10.0.0.2', 80).key },
  ];

  test('gives one answer per operation, in order, in the words of ipvsadm', () => {
    const codes = ['ENOENT', null, 'ENOENT'];
    let next = 0;
    const { session } = recording((request) => {
      const code = codes[next++] ?? null;
      return code === null
        ? null
        : { code, attempted: request.attempted(), detail: 'No such file or directory' };
    });
    expect(opened(session).apply(operations)).toEqual([
      {
        code: 'ENOENT',
        attempted: 'adding virtual service [192.0.2.1]:tcp:80',
        detail: 'Scheduler or persistence engine not found',
      },
      null,
      {
        code: 'ENOENT',
        attempted: 'removing service [10.0.0.2]:tcp:80 from VS [192.0.2.1]:tcp:80',
        detail: 'No such destination',
      },
    ]);
  });

  test('an errno without a special meaning keeps the words of the system', () => {
    const { session } = recording((request) => ({
      code: 'ENOMEM',
      attempted: request.attempted(),
      detail: 'none',
    }));
    expect(opened(session).apply(operations.slice(0, 1))).toMatchObject([{ code: 'ENOMEM', detail: 'none' }]);
  });

  test('thousands of operations keep their order over all slices', () => {
    const seen: string[] = [];
    const ports: number[] = [];
    const { session } = recording((request) => {
      seen.push(request.attempted());
      ports.push(portIn(request.body));
      return null;
    });
    const many = Array.from({ length: 1001 }, (_, i): IpvsOperation => {
      return { kind: 'remove_service', service: tcp('192.0.2.1', i + 1) };
    });
    expect(opened(session).apply(many)).toHaveLength(1001);
    expect(seen).toEqual(many.map((_, i) => `removing virtual service [192.0.2.1]:tcp:${i + 1}`));
    expect(ports).toEqual(many.map((_, i) => i + 1));
  });
});

/** The service's port in the body of a request; the attributes in front of it have fixed sizes. */
const portIn = (body: Uint8Array): number => ((body[48] ?? 0) << 8) | (body[49] ?? 0);

describe('timeouts', () => {
  test('one that is not given is sent as 0, a fraction of a second is rounded up', () => {
    const { session, bodies } = recording(() => null);
    opened(session).setTimeouts({ tcp: seconds(899.5) });
    expect(bodies.at(-1)).toBe('0c010000' + '0800040084030000' + '0800050000000000' + '0800060000000000');
  });
});

describe('answers that make no sense', () => {
  const answering = (hex: string): NetlinkSession => {
    const capture = replay('listing-misc.hex');
    return { ...capture, dump: () => ok([{ type: 28, flags: 0, sequence: 1, port: 0, body: fromHex(hex) }]) };
  };

  test.each([
    ['nothing', ''],
    ['no service in it', '01010000'],
    ['a service without scheduler', '010100000c000100060001000200'],
    ['an attribute longer than the message', '01010000ff000100'],
  ])('%s: EGARBLED, and no exception', (_, hex) => {
    expect(opened(answering(hex)).read()).toMatchObject({ ok: false, error: { code: 'EGARBLED' } });
  });
});

describe('a sync daemon that is stopped before its thread has ever run gets no answer from the kernel', () => {
  const silence = (request: NetlinkRequest) =>
    err({ code: 'ENOMSG', attempted: request.attempted(), detail: 'no answer' });

  function stopped(listing: NetlinkSession['dump']) {
    const capture = replay('listing-misc.hex');
    const kernel = opened({
      ...capture,
      request: (request) =>
        request.attempted().startsWith('stop') ? silence(request) : capture.request(request),
      dump: listing,
    });
    return kernel.stopDaemon('backup');
  }

  test('and it is stopped, when it is not among the daemons any more', () => {
    expect(stopped(() => ok([]))).toEqual(ok(undefined));
  });

  test('and nobody knows, when the daemons cannot be listed', () => {
    expect(stopped(silence)).toMatchObject({ ok: false, error: { code: 'ENOMSG' } });
  });
});

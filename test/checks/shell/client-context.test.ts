/** The SSL block: what SSL_GET shows to a server that asks for a certificate. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createDial } from '../../../src/checks/probes/dial.ts';
import { createClientContext } from '../../../src/checks/shell/client-context.ts';
import { createFakeLog } from '../fakes.ts';
import { startTestProbe } from '../loopback.ts';
import { httpChecker, target, url } from '../model.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const KEY = join(FIXTURES, 'test-key.pem');
const CERTIFICATE = join(FIXTURES, 'test-cert.pem');
const PEM = { key: KEY, certificate: CERTIFICATE, ca: null, password: null };

/** Asks each client for a certificate; `seen` has the common names, null for a client without one. */
async function curiousServer() {
  const seen: (string | null)[] = [];
  const server = createServer(
    { key: readFileSync(KEY), cert: readFileSync(CERTIFICATE), requestCert: true, rejectUnauthorized: false },
    (socket: TLSSocket) => {
      const { subject } = socket.getPeerCertificate();
      seen.push(subject === undefined ? null : String(subject.CN));
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n'));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}

const ask = (port: number, dial: ReturnType<typeof createDial>) => {
  const page = url('/', { tls: { sni: null, fullClose: false } });
  return startTestProbe(httpChecker(target('127.0.0.1', port), { urls: [page] }), { dial }).result;
};

test('the certificate of the SSL block is shown from the reload on that names it', async () => {
  const { port, seen } = await curiousServer();
  const { log, lines } = createFakeLog();
  const context = createClientContext(log);
  const dial = createDial(null, () => context.get());
  expect(await ask(port, dial)).toEqual({ kind: 'passed' });
  context.use(PEM);
  expect(await ask(port, dial)).toEqual({ kind: 'passed' });
  context.use(null);
  expect(await ask(port, dial)).toEqual({ kind: 'passed' });
  expect(seen).toEqual([null, expect.any(String), null]);
  expect(lines).toEqual([]);
});

test('files that cannot be used are told once, and checks go on without them', async () => {
  const { port, seen } = await curiousServer();
  const { log, lines } = createFakeLog();
  const context = createClientContext(log);
  const dial = createDial(null, () => context.get());
  const folder = mkdtempSync('/tmp/vipd-pem-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'key.pem'), 'no key at all');
  context.use({ ...PEM, key: join(folder, 'key.pem') });
  expect(await ask(port, dial)).toEqual({ kind: 'passed' });
  expect(await ask(port, dial)).toEqual({ kind: 'passed' });
  expect(seen).toEqual([null, null]);
  expect(lines).toEqual([expect.stringContaining('the client certificate cannot be used')]);
});

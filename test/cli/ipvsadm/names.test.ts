/** Names from the system: /etc/services, and the resolver for what needs no name server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import { systemNames } from '../../../src/cli/ipvsadm/names.ts';
import { parseServices } from '../../../src/cli/ipvsadm/services-file.ts';
import { ip } from '../../ipvs/samples.ts';

const FILE = `# a comment
http		80/tcp		www	# WorldWideWeb
www-old 80/tcp
domain 53/udp
broken 80tcp
`;

test('services have names and aliases by protocol, and the first name of a port is its name', () => {
  const { ports, names } = parseServices(FILE);
  expect([...ports.keys()]).toEqual(['http/tcp', 'www/tcp', 'www-old/tcp', 'domain/udp']);
  expect(Object.fromEntries(names)).toEqual({ '80/tcp': 'http', '53/udp': 'domain' });
});

test('a machine without the file has numbers only', async () => {
  const names = systemNames('/nonexistent/services');
  expect(names.lookups.servicePort('http', 'tcp')).toBeNull();
  expect((await names.namesOf([])).port(port(80), 'tcp')).toBe('80');
});

test('the system resolves localhost and finds its name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'services-'));
  writeFileSync(join(folder, 'services'), FILE);
  const names = systemNames(join(folder, 'services'));
  const question = { name: 'localhost', family: 'inet' } as const;
  expect(names.lookups.host(question)).toBeUndefined();
  await names.resolve(question);
  expect(names.lookups.host(question)).toBe('127.0.0.1');
  const printed = await names.namesOf([ip('127.0.0.1'), ip('127.0.0.1')]);
  expect(printed.host(ip('127.0.0.1'))).toBe('localhost');
  expect(printed.host(ip('192.0.2.1'))).toBe('192.0.2.1');
  expect([
    printed.port(port(80), 'tcp'),
    printed.port(port(80), 'udp'),
    printed.port(port(53), null),
  ]).toEqual(['http', '80', '53']);
  rmSync(folder, { recursive: true });
});

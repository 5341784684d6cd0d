import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { vipctl } from './run-vipctl.ts';

const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, priority: number): string {
  const path = join(folder, name);
  const text = `vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority ${priority}
    virtual_ipaddress {
        10.0.0.10/24
    }
}
`;
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

test('what happens if lvs01 loses eth0: a timeline, and the outage to expect', async () => {
  const files = [file('lvs01.conf', 150), file('lvs02.conf', 100)];
  const { status, stdout, stderr } = await vipctl('simulate', ...files, '--scenario', 'lvs01 loses eth0');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/ {4}0\.000 {2}lvs01 +VI_1 MASTER -> FAULT: eth0 has no carrier\n/);
  expect(stdout).toMatch(/lvs02 +VI_1 BACKUP -> MASTER: /);
  expect(stdout).toMatch(
    /outage in this step\n {2}10\.0\.0\.10 {2}[23]\.\d{3} s without answer \(from 0\.001 s\)\n$/,
  );
  expect(status).toBe(0);
});

test('of one file alone the second director is made up, and its first interface is what fails', async () => {
  const { status, stdout } = await vipctl('simulate', file('lb.conf', 150));
  expect(stdout).toContain('scenario  lb loses eth0\n');
  expect(stdout).toMatch(/lb-peer +VI_1 BACKUP -> MASTER/);
  expect(status).toBe(0);
});

test('when nobody is left the status says so', async () => {
  const { status, stdout } = await vipctl(
    'simulate',
    file('lb.conf', 150),
    '--scenario',
    'lb stops, after 5s lb-peer crashes',
  );
  expect(stdout).toContain('and so at the end');
  expect(status).toBe(1);
});

test('a step that is not understood and a file without instances are named', async () => {
  const wrong = await vipctl('simulate', file('lb.conf', 150), '--scenario', 'lb sings');
  expect(wrong).toMatchObject({
    status: 64,
    stderr: expect.stringContaining("'lb sings' is not understood"),
  });
  const empty = join(folder, 'empty.conf');
  writeFileSync(empty, 'global_defs {\n}\n', { mode: 0o644 });
  expect(await vipctl('simulate', empty)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('has no vrrp_instance'),
  });
});

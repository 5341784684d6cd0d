import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instant, interfaceName } from '../../src/base/units.ts';
import { runVipctl } from '../../src/cli/vipctl.ts';
import type { VrrpEvent } from '../../src/vrrp/core/events.ts';
import { nextDeadline } from '../../src/vrrp/core/node.ts';
import { type NodeState, newNode } from '../../src/vrrp/core/node-state.ts';
import { headLine, recording, stepLine } from '../../src/vrrp/core/recording.ts';
import { vrrpConfigOf } from '../../src/vrrp/shell/vrrp-config.ts';
import { parseText } from '../config/case-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-replay-');
});
afterEach(() => rmSync(folder, { recursive: true }));

async function replay(lines: readonly string[], ...more: readonly string[]) {
  const path = join(folder, 'vrrp.recording');
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  const said = { stdout: '', stderr: '' };
  const exitStatus = await runVipctl(['replay', path, ...more], {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    wall: () => 0,
  });
  return { exitStatus, stderr: said.stderr.replaceAll(folder, ''), stdout: said.stdout };
}

const HEAD = headLine({ version: '1.0.0', host: 'lvs01', startedWall: 0, startedAt: instant(0) });

/** A router that hears nobody and becomes master. */
function alone(): readonly string[] {
  const { config } = parseText(
    'vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n priority 100\n' +
      ' virtual_ipaddress {\n  192.0.2.9\n }\n}\n',
  );
  if (config === null) throw new Error('the sample cannot be read');
  const eth0 = interfaceName('eth0');
  const lines = [HEAD];
  let node: NodeState = newNode(config.global.vrrp);
  const stepNode = recording((step) => lines.push(stepLine(step)));
  const step = (at: number, event: VrrpEvent): void => {
    [node] = stepNode(node, event, instant(at));
  };
  step(1_000_000, {
    kind: 'started',
    config: vrrpConfigOf(config),
    links: [{ name: eth0, up: true, switchedOn: true, multicast: true, announces: true, mtu: 1500 }],
    addresses: [
      { interface: eth0, address: '192.0.2.1', prefixLength: 24, ours: false, detection: 'done' },
    ] as never,
  });
  step(2_000_000, { kind: 'counters_reset' });
  step(nextDeadline(node) ?? 0, { kind: 'deadline_reached' });
  return lines;
}

test('a replay shows what led to something, with the time on the wall', async () => {
  const { exitStatus, stdout, stderr } = await replay(alone());
  expect(stdout).toBe(
    [
      'recorded by vipd 1.0.0 on lvs01',
      '1970-01-01T00:00:01.000Z  started with VI_1',
      '    (VI_1) Entering BACKUP STATE (init)',
      '    VI_1: INIT → BACKUP: started: listening for a master',
      '1970-01-01T00:00:04.609Z  a deadline',
      '    (VI_1) Receive advertisement timeout',
      '    (VI_1) setting VIPs.',
      '    (VI_1) Sending/queueing gratuitous ARPs on eth0 for 192.0.2.9',
      '    (VI_1) Entering MASTER STATE',
      '    VI_1: BACKUP → MASTER: no master was heard',
      '3 events replayed, each with the orders of the recorded core',
      '',
    ].join('\n'),
  );
  expect([exitStatus, stderr]).toEqual([0, '']);
});

test('with --all every event and every order is shown', async () => {
  const { stdout } = await replay(alone(), '--all');
  expect(stdout).toContain('1970-01-01T00:00:02.000Z  counters set to zero\n');
  expect(stdout).toContain('    (send_advert)\n');
});

test('orders that differ from the recorded ones are marked, counted, and give status 1', async () => {
  const lines = alone().map((line) => line.replace(/"ordered":\[[^\]]*\]/, '"ordered":["send_advert"]'));
  const { exitStatus, stdout } = await replay(lines);
  expect(stdout).toContain('    ! the recorded core ordered something else here\n');
  expect(stdout).toContain('3 events replayed, 3 of them with other orders than the recorded core gave\n');
  expect(exitStatus).toBe(1);
});

test('a file that is no recording, one that is not there and an empty one give status 2', async () => {
  expect(await replay(['vrrp_instance VI_1 {'])).toEqual({
    exitStatus: 2,
    stdout: '',
    stderr: 'vipctl: cannot replay /vrrp.recording: this is no recording of vipd\n',
  });
  expect((await replay([])).exitStatus).toBe(2);
  const said: string[] = [];
  const terminal = { stdout: () => {}, stderr: (text: string) => void said.push(text), wall: () => 0 };
  expect(await runVipctl(['replay', '/nowhere/x'], terminal)).toBe(2);
  expect(said[0]).toContain('ENOENT');
});

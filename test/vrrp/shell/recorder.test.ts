/** The recorder on real files. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { instant } from '../../../src/base/units.ts';
import type { VrrpEvent } from '../../../src/vrrp/core/events.ts';
import { newNode } from '../../../src/vrrp/core/node-state.ts';
import { createReplay, parseHead, parseStep } from '../../../src/vrrp/core/recording.ts';
import { recordedCore } from '../../../src/vrrp/shell/recorder.ts';
import { vrrpConfigOf } from '../../../src/vrrp/shell/vrrp-config.ts';
import { createFakeClock } from '../../checks/fakes.ts';
import { config } from '../../checks/model.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync('/tmp/vipd-recording-');
  path = join(folder, 'vrrp.recording');
});
afterEach(() => rmSync(folder, { recursive: true }));

const CONFIG = vrrpConfigOf(config([]));
const GLOBALS = CONFIG.globals;
const STARTED: VrrpEvent = { kind: 'started', config: CONFIG, links: [], addresses: [] };

const lines = async (count: number): Promise<string[]> => {
  const read = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  await vi.waitFor(() => expect(read().length).toBe(count));
  return read();
};

test('a step is on the disk, replayable, in a file that only its owner may read', async () => {
  const core = recordedCore(path, { clock: createFakeClock(), log: () => {} });
  const [node, actions] = core.stepNode(newNode(GLOBALS), STARTED, instant(7));
  expect([node.routers, actions]).toEqual([[], []]);
  const [head = '', step = ''] = await lines(2);
  expect(parseHead(head).ok).toBe(true);
  const parsed = parseStep(step);
  expect(parsed.ok && createReplay()(parsed.value)).toEqual({ actions: [], asRecorded: true });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a process that is started again goes on behind its predecessor', async () => {
  for (let life = 1; life <= 2; life++) {
    const core = recordedCore(path, { clock: createFakeClock(), log: () => {} });
    core.stepNode(newNode(GLOBALS), STARTED, instant(life));
    expect((await lines(2 * life)).filter((line) => parseHead(line).ok)).toHaveLength(life);
  }
});

test('a file that cannot be written costs one line in the log, and the core works on', async () => {
  const said: string[] = [];
  const clock = createFakeClock();
  const core = recordedCore(join(folder, 'none', 'x'), { clock, log: ({ text }) => said.push(text) });
  await vi.waitFor(() => expect(said).toHaveLength(1));
  expect(said[0]).toContain('ENOENT');
  expect(core.stepNode(newNode(GLOBALS), STARTED, instant(7))[1]).toEqual([]);
  expect(said).toHaveLength(1);
});

/** What others change in vipd's services of the kernel: found within a round of looks, undone or told as configured. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { seconds } from '../../../src/base/units.ts';
import { SERVICES_PER_LOOK } from '../../../src/checks/shell/drift.ts';
import { openProbeSocket } from '../../../src/checks/shell/probe-socket.ts';
import { startCheckers } from '../../../src/checks/shell/process.ts';
import type { LvsGlobals } from '../../../src/config/model/global.ts';
import { forgetfulOwnership } from '../../../src/ports/ownership.ts';
import { forgetfulFile } from '../../../src/ports/state-file.ts';
import { createProgramRunner } from '../../../src/scripts/program-runner.ts';
import { createTrackedFiles } from '../../../src/track/shell/tracked-files.ts';
import { destination, service, tcp } from '../../ipvs/samples.ts';
import { createFakeClock, createFakeKernel, createFakeLog } from '../fakes.ts';
import { config, realServer, virtualServer } from '../model.ts';

const VIP = '192.168.100.240';
const RS8 = destination('192.168.100.8', 80);
const web = tcp(VIP, 80);

/** `services` on the ports from 80 on, each with one real server. */
function start(drift: LvsGlobals['drift'], services = 1) {
  const clock = createFakeClock();
  const kernel = createFakeKernel();
  const { log, lines } = createFakeLog();
  const servers = [realServer('192.168.100.8', 80)];
  const virtualServers = Array.from({ length: services }, (_, i) => virtualServer(VIP, 80 + i, servers));
  const checkers = startCheckers(
    {
      ...{ clock, log, ipvs: kernel, memory: forgetfulFile, ownership: forgetfulOwnership, seed: 1 },
      ...{ openDatagram: openProbeSocket, programs: createProgramRunner(clock) },
      files: createTrackedFiles(clock),
    },
    config(virtualServers, { drift }),
    { releaseIpvs: true },
  );
  const pass = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second++) {
      clock.pass(seconds(1));
      await turn();
      await turn();
    }
  };
  const told = () => lines.filter((line) => line.startsWith('IPVS: somebody else'));
  return { kernel, checkers, pass, told };
}

test('a changed weight is undone within a second, and told with what it was', async () => {
  const { kernel, checkers, pass, told } = start('repair');
  const before = kernel.text();
  kernel.meddle({ kind: 'edit_destination', service: web, destination: { ...RS8, weight: 7 } });
  await pass(1);
  expect(kernel.text()).toBe(before);
  expect(told()).toEqual([
    "IPVS: somebody else changed the kernel's table; repaired by changing service [192.168.100.8]:tcp:80 " +
      'of VS [192.168.100.240]:tcp:80 (weight 7 → 1)',
  ]);
  expect(checkers.status().driftRepairs).toBe(1);
});

test.each([
  ['a removed service', { kind: 'remove_service', service: web }],
  ['a removed server', { kind: 'remove_destination', service: web, destination: RS8.key }],
  ['an added server', { kind: 'add_destination', service: web, destination: destination('10.0.0.9', 80) }],
] as const)('%s is put right', async (_, operation) => {
  const { kernel, pass, told } = start('repair');
  const before = kernel.text();
  kernel.meddle(operation);
  expect(kernel.text()).not.toBe(before);
  await pass(1);
  expect(kernel.text()).toBe(before);
  expect(told().length).toBeGreaterThan(0);
});

test('services of others are not looked at', async () => {
  const { kernel, pass, told } = start('repair');
  kernel.meddle({ kind: 'add_service', service: service(tcp('192.0.2.1', 25)) });
  await pass(3);
  expect(kernel.text()).toContain('192.0.2.1:25');
  expect(told()).toEqual([]);
});

test('with lvs_drift warn the change stays and is told once', async () => {
  const { kernel, checkers, pass, told } = start('warn');
  kernel.meddle({ kind: 'remove_destination', service: web, destination: RS8.key });
  const changed = kernel.text();
  await pass(5);
  expect(kernel.text()).toBe(changed);
  expect(told()).toHaveLength(1);
  expect(told()[0]).toContain('lvs_drift warn: not adding service');
  expect(checkers.status().driftRepairs).toBe(0);
});

test('with lvs_drift ignore nobody looks', async () => {
  const { kernel, pass } = start('ignore');
  kernel.meddle({ kind: 'remove_destination', service: web, destination: RS8.key });
  await pass(5);
  expect(kernel.looks).toBe(0);
});

test('a look reads a few services, a round all of them', async () => {
  const services = 2 * SERVICES_PER_LOOK + 1;
  const { kernel, pass } = start('repair', services);
  const before = kernel.text();
  const last = tcp(VIP, 80 + services - 1);
  kernel.meddle({ kind: 'remove_service', service: last });
  await pass(2);
  expect(kernel.text()).not.toBe(before);
  await pass(1);
  expect(kernel.text()).toBe(before);
  expect(kernel.looks).toBe(3);
});

test('many changes of one moment are ten lines and a count', async () => {
  const { kernel, pass, told } = start('repair', 20);
  for (let i = 0; i < 20; i++) kernel.meddle({ kind: 'remove_service', service: tcp(VIP, 80 + i) });
  await pass(1);
  expect(told()).toHaveLength(11);
  expect(told()[10]).toBe('IPVS: somebody else made 30 more changes');
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { invariant } from '../../src/base/never.ts';
import { seconds } from '../../src/base/units.ts';
import type { DrainOrder } from '../../src/checks/core/drain-order.ts';
import { runVipctl } from '../../src/cli/vipctl.ts';
import type { DaemonStatus, PlanReport, ReloadReport } from '../../src/control/api.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { OrderReport } from '../../src/vrrp/core/operator-report.ts';
import type { OrderWish } from '../../src/vrrp/core/orders.ts';
import type { InstanceWhy } from '../../src/vrrp/core/why.ts';
import { BAD_STATUS } from '../observe/bad-status.ts';
import { expectGolden } from '../observe/golden.ts';
import { CHECKS, STATUS, VRRP, WALL } from '../observe/samples.ts';
import { TROUBLED, WHY } from '../observe/why-samples.ts';

let folder = '';
let socket = '';
let stop: () => Promise<void> = async () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vipctl-'));
  socket = join(folder, 'vipd.sock');
  stop = async () => {};
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

const replayed: (string | null)[] = [];
const drains: DrainOrder[] = [];
const withWhy = (why: InstanceWhy): DaemonStatus => ({
  ...STATUS,
  vrrp: { ...VRRP, instances: VRRP.instances.map((instance) => ({ ...instance, why })) },
});

const ordered: { name: string; wish: OrderWish }[] = [];
const OBEYED: OrderReport = {
  refused: null,
  instances: [{ name: 'VI_1', state: 'BACKUP', effectivePriority: 1, reason: 'stepped down' }],
};
const NO_PLAN: PlanReport = { accepted: true, diagnostics: [], changes: [], operations: [], why: null };

async function daemon(
  status: DaemonStatus,
  report: ReloadReport = { accepted: true, diagnostics: [] },
  planned: PlanReport = NO_PLAN,
) {
  const started = await startControlServer({
    socketPath: socket,
    handlers: {
      status: async () => status,
      reload: async () => report,
      plan: async () => planned,
      drain: async (order) => {
        drains.push(order);
        const accepted = order.realServer === '192.168.100.8:80';
        return { accepted, text: accepted ? 'draining' : 'no such real server' };
      },
      order: async (name, wish) => {
        ordered.push({ name, wish });
        return name === 'VI_1' ? OBEYED : { refused: 'VI_2 owns its addresses', instances: [] };
      },
      probe: async () => ({ refused: null, asked: ['10.0.0.1'], claims: [] }),
      tellAgain: async (name) => {
        replayed.push(name);
        return { objects: name === null ? 7 : name === 'VI_1' ? 1 : 0 };
      },
    },
    log: () => {},
  });
  invariant(started.ok, () => JSON.stringify(started));
  stop = () => started.value.close();
}

async function vipctl(...argv: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const exitStatus = await runVipctl(argv, {
    stdout: (text) => {
      said.stdout += text;
    },
    stderr: (text) => {
      said.stderr += text;
    },
    wall: () => WALL,
  });
  return { exitStatus, ...said };
}

describe('vipctl drain and undrain', () => {
  const servers = ['[192.168.100.240]:tcp:80', '192.168.100.8:80'] as const;
  const [virtualServer, realServer] = servers;

  test('send the order with its limit, and say how it stands', async () => {
    await daemon(STATUS);
    drains.length = 0;
    const told = await vipctl('drain', ...servers, '--timeout', '5m', '--socket', socket);
    expect(told).toEqual({ exitStatus: 0, stdout: 'draining\n', stderr: '' });
    await vipctl('drain', ...servers, '--socket', socket);
    await vipctl('drain', ...servers, '--timeout', '0', '--socket', socket);
    await vipctl('undrain', ...servers, '--socket', socket);
    expect(drains).toEqual([
      { kind: 'drain', virtualServer, realServer, limit: seconds(300) },
      { kind: 'drain', virtualServer, realServer, limit: null },
      { kind: 'drain', virtualServer, realServer, limit: 0 },
      { kind: 'undrain', virtualServer, realServer, limit: null },
    ]);
  });

  test('exit with 1 when the daemon knows no such server, with 64 for a time that is none', async () => {
    await daemon(STATUS);
    drains.length = 0;
    const unknown = await vipctl('drain', virtualServer, '10.0.0.1:80', '--socket', socket);
    expect(unknown).toEqual({ exitStatus: 1, stdout: '', stderr: 'vipctl: no such real server\n' });
    for (const time of ['', 'soon', '-1', '8d', '1.5m']) {
      const { exitStatus } = await vipctl('drain', ...servers, `--timeout=${time}`, '--socket', socket);
      expect(exitStatus, time).toBe(64);
    }
    expect(drains).toHaveLength(1);
  });
});

describe('vipctl notify replay', () => {
  test('tells all states again and says how many', async () => {
    await daemon(STATUS);
    const { exitStatus, stdout } = await vipctl('notify', 'replay', '--socket', socket);
    expect({ exitStatus, stdout }).toEqual({ exitStatus: 0, stdout: 'Told again: 7 objects.\n' });
    expect(replayed).toEqual([null]);
  });

  test('takes a name as people write it, brackets and all', async () => {
    await daemon(STATUS);
    const { exitStatus } = await vipctl('notify', 'replay', 'VI_1', '--socket', socket);
    const unknown = await vipctl('notify', 'replay', '[10.0.0.1]:tcp:80 & more', '--socket', socket);
    expect([exitStatus, unknown.exitStatus]).toEqual([0, 1]);
    expect(unknown.stderr).toContain('no instance, group, service or server has the name');
    expect(replayed.slice(-2)).toEqual(['VI_1', '[10.0.0.1]:tcp:80 & more']);
  });
});

describe('vipctl why', () => {
  test('is one sentence, and the way to it', async () => {
    await daemon(STATUS);
    const { exitStatus, stdout } = await vipctl('why', 'VI_1', '--socket', socket);
    expectGolden('why.txt', stdout);
    expect(exitStatus).toBe(0);
  });

  test('of a master that is not the only one exits 1, with the order and the fight that go with it', async () => {
    await daemon(withWhy(TROUBLED));
    const { exitStatus, stdout } = await vipctl('why', 'VI_1', '--socket', socket);
    expectGolden('why-troubled.txt', stdout);
    expect(exitStatus).toBe(1);
    const status = await vipctl('status', '--socket', socket);
    expect(status.exitStatus).toBe(1);
  });

  test('with --probe says who was asked for, and as JSON is all of it', async () => {
    await daemon(STATUS);
    const probed = await vipctl('why', 'VI_1', '--probe', '--socket', socket);
    expect(probed.stdout).toContain('Nobody else answers ARP for 10.0.0.1.\n');
    const { stdout } = await vipctl('why', 'VI_1', '--json', '--socket', socket);
    expect(JSON.parse(stdout)).toEqual({ instances: [{ name: 'VI_1', ...WHY }], probe: null });
  });

  test('of a name that nothing has exits 1', async () => {
    await daemon(STATUS);
    const { exitStatus, stderr } = await vipctl('why', 'VI_9', '--socket', socket);
    expect({ exitStatus, stderr }).toEqual({
      exitStatus: 1,
      stderr: 'vipctl: vipd answered 404: no instance or sync group has the name VI_9\n',
    });
  });
});

describe('vipctl failover and prefer', () => {
  test('order, for a time or until undone, and say what became of it', async () => {
    await daemon(STATUS);
    const first = await vipctl('failover', 'VI_1', '--for', '30m', '--socket', socket);
    expect({ exitStatus: first.exitStatus, stdout: first.stdout }).toEqual({
      exitStatus: 0,
      stdout: 'VI_1 BACKUP, priority 1: stepped down\n',
    });
    await vipctl('prefer', 'VI_1', '--socket', socket);
    await vipctl('failover', 'VI_1', '--undo', '--socket', socket);
    expect(ordered.slice(-3)).toEqual([
      { name: 'VI_1', wish: { kind: 'step_down', lasts: 1_800_000_000 } },
      { name: 'VI_1', wish: { kind: 'prefer', lasts: null } },
      { name: 'VI_1', wish: null },
    ]);
  });

  test('a refusal exits 1, a time that is none 64', async () => {
    await daemon(STATUS);
    const refused = await vipctl('failover', 'VI_2', '--socket', socket);
    expect(refused).toMatchObject({
      exitStatus: 1,
      stderr: 'vipctl: vipd answered 409: VI_2 owns its addresses\n',
    });
    for (const time of ['0', 'soon', '-5', '1.5h']) {
      expect((await vipctl('failover', 'VI_1', `--for=${time}`, '--socket', socket)).exitStatus).toBe(64);
    }
  });
});

describe('vipctl status', () => {
  test('of a healthy director says so, shows all of it, and exits 0', async () => {
    await daemon(STATUS);
    const { exitStatus, stdout, stderr } = await vipctl('status', '--socket', socket);
    expectGolden('status-fine.txt', stdout);
    expect({ exitStatus, stderr }).toEqual({ exitStatus: 0, stderr: '' });
  });

  test('of a director in trouble begins with what is wrong and exits 1', async () => {
    await daemon(BAD_STATUS);
    const { exitStatus, stdout } = await vipctl('status', '--socket', socket);
    expectGolden('status-degraded.txt', stdout);
    expect(exitStatus).toBe(1);
  });

  test('servers on their way out, on their way in, and kept in spite of their checks stand in it', async () => {
    const [service] = STATUS.checks?.virtualServers ?? [];
    const [first, second] = service?.realServers ?? [];
    invariant(service !== undefined && first !== undefined && second !== undefined, () => 'two servers');
    const drain = { ended: false, connections: 3, sinceWall: WALL - 65_000, untilWall: WALL + 235_000 };
    const realServers = [
      { ...first, effectiveWeight: 0, drain },
      {
        ...first,
        address: '192.168.100.11',
        drain: { ...drain, ended: true },
        effectiveWeight: 0,
        pooled: false,
      },
      { ...second, effectiveWeight: 1, rising: true },
      { ...second, address: '192.168.100.12', alive: false, held: true },
    ];
    const leaving = [{ service: '[192.168.100.241]:tcp:80', server: '[192.168.100.13]:tcp:80', drain }];
    const virtualServers = [{ ...service, depoolThreshold: 2, realServers }];
    const checks = STATUS.checks === null ? null : { ...STATUS.checks, virtualServers, leaving };
    await daemon({ ...STATUS, checks });
    const { exitStatus, stdout } = await vipctl('status', '--socket', socket);
    expect(exitStatus).toBe(1);
    expectGolden('status-moving.txt', stdout);
  });

  test('as JSON is the whole status, with the same exit status', async () => {
    await daemon(BAD_STATUS);
    const { exitStatus, stdout } = await vipctl('status', '--json', '--socket', socket);
    expect(JSON.parse(stdout)).toEqual(BAD_STATUS);
    expect(exitStatus).toBe(1);
  });

  test('of a master whose address is not on its interface is degraded', async () => {
    const instances = (STATUS.vrrp?.instances ?? []).map((instance) => ({
      ...instance,
      addresses: instance.addresses.map((vip) => ({ ...vip, held: false })),
    }));
    await daemon({ ...STATUS, vrrp: { instances, groups: [], trackers: [], strayPackets: 0 } });
    const { exitStatus, stdout } = await vipctl('status', '--socket', socket);
    expect(stdout).toContain('VI_1 is MASTER but 192.168.100.240 is not on eth0\n');
    expect(exitStatus).toBe(1);
  });

  test('names the group of a service with the number of its services, and the sync daemons', async () => {
    const [first] = CHECKS.virtualServers;
    invariant(first !== undefined, () => 'no service');
    const service = { kind: 'group', name: 'WEB', index: 0, protocol: 'tcp', services: 3 } as const;
    const virtualServers = [{ ...first, name: '[WEB]:0', service }];
    const syncDaemons = 'master sync daemon (mcast=eth0, syncid=51)\n';
    await daemon({ ...STATUS, checks: { ...CHECKS, virtualServers, syncDaemons } });
    const { stdout } = await vipctl('status', '--socket', socket);
    expect(stdout).toContain('VIRTUAL SERVER [WEB]:0 (3 services)  rr  quorum up');
    expect(stdout).toContain(`\nSYNC DAEMONS\n${syncDaemons}`);
  });

  test('of a director whose child does not answer is degraded', async () => {
    await daemon({ ...STATUS, checks: null });
    const { exitStatus, stdout } = await vipctl('status', '--socket', socket);
    expect(stdout).toContain('DEGRADED\n  the checkers process does not answer\n');
    expect(exitStatus).toBe(1);
  });

  test('words of a real server cannot move the cursor', async () => {
    const text = JSON.stringify(STATUS).replaceAll('digest is right', '\\u001b[2Jgone');
    await daemon(JSON.parse(text) as DaemonStatus);
    expect((await vipctl('status', '--socket', socket)).stdout).toContain('?[2Jgone');
  });

  test('without a daemon says where it looked and what to do, and exits 2', async () => {
    expect(await vipctl('status', '--socket', socket)).toEqual({
      exitStatus: 2,
      stdout: '',
      stderr: `vipctl: cannot reach vipd at ${socket}: ENOENT — is vipd running? (systemctl status vipd)\n`,
    });
  });
});

describe('vipctl reload', () => {
  test('that is accepted exits 0 and shows the warnings', async () => {
    await daemon(STATUS, { accepted: true, diagnostics: ['vipd.conf:3:1 warning'] });
    expect(await vipctl('reload', '--socket', socket)).toEqual({
      exitStatus: 0,
      stdout: 'The configuration is accepted.\n',
      stderr: 'vipd.conf:3:1 warning\n',
    });
  });

  test('that is refused exits 1 and says what stays', async () => {
    await daemon(STATUS, { accepted: false, diagnostics: ['vipd.conf:3:1 error'] });
    const { exitStatus, stderr } = await vipctl('reload', '--socket', socket);
    expect(stderr).toBe(
      'vipd.conf:3:1 error\nThe configuration is refused; the one before it stays in force.\n',
    );
    expect(exitStatus).toBe(1);
  });

  test('without a daemon exits 2', async () => {
    expect((await vipctl('reload', '--socket', socket)).exitStatus).toBe(2);
  });
});

describe('vipctl plan', () => {
  const plan = async (report: PlanReport, ...more: readonly string[]) => {
    await daemon(STATUS, undefined, report);
    return vipctl('plan', '--socket', socket, ...more);
  };

  test('of a file that changes nothing says so and exits 0', async () => {
    expect(await plan(NO_PLAN)).toEqual({
      exitStatus: 0,
      stdout: 'Nothing to do: everything is as the file wants it.\n',
      stderr: '',
    });
  });

  test('shows each operation, counts them, and exits 2', async () => {
    const operations = [
      { sign: '+', text: 'real server A' },
      { sign: '~', text: 'real server B weight 3 → 1' },
      { sign: '-', text: 'virtual server C' },
    ] as const;
    const changes = [{ sign: '~', text: 'vrrp_instance VI_1: priority 100 → 90' }] as const;
    const report = { ...NO_PLAN, diagnostics: ['vipd.conf:3:1 warning'], changes, operations };
    expect(await plan(report)).toEqual({
      exitStatus: 2,
      stdout:
        '~ vrrp_instance VI_1: priority 100 → 90\n' +
        '+ real server A\n~ real server B weight 3 → 1\n- virtual server C\n' +
        '1 to add, 2 to change, 1 to remove.\n',
      stderr: 'vipd.conf:3:1 warning\n',
    });
    await stop();
    const { exitStatus, stdout } = await plan(report, '--json');
    expect([exitStatus, JSON.parse(stdout)]).toEqual([2, report]);
  });

  test('of a file that a reload would refuse exits 1', async () => {
    const report = {
      accepted: false,
      diagnostics: ['vipd.conf:3:1 error'],
      changes: [],
      operations: null,
      why: 'refused',
    };
    expect(await plan(report)).toEqual({
      exitStatus: 1,
      stdout: '',
      stderr: 'vipd.conf:3:1 error\nNo plan: refused.\n',
    });
  });

  test('without a daemon exits 1, so that it is not taken for a change', async () => {
    expect((await vipctl('plan', '--socket', socket)).exitStatus).toBe(1);
  });
});

describe('vipctl', () => {
  test('prints its version', async () => {
    expect(await vipctl('version')).toEqual({ exitStatus: 0, stdout: 'vipctl dev\n', stderr: '' });
  });

  test('lists its commands when asked', async () => {
    const { exitStatus, stdout } = await vipctl('--help');
    expect(exitStatus).toBe(0);
    for (const command of ['status', 'reload', 'plan', 'genhash', 'version'])
      expect(stdout).toContain(`  ${command}`);
  });

  test('does not confuse wrong usage with an answer about the daemon', async () => {
    for (const argv of [['staus'], ['status', '--wrong'], ['status', '--socket'], []]) {
      expect((await vipctl(...argv)).exitStatus, argv.join(' ')).toBe(64);
    }
    expect((await vipctl('staus')).stderr).toContain('Did you mean status?');
  });
});

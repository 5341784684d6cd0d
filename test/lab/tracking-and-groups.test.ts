// Scripts and sync groups between vipd and the real keepalived, in both roles, on the machine's own kernel. Needs root.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from './harness/clock.ts';
import { type Daemon, openPair, PATIENCE_MS, type Pair } from './native/switched-pair.ts';

const VIPS = ['10.0.0.240', '10.0.1.240'];
const CHECK = '/run/check.sh';

interface Wanted {
  readonly priority: number;
  readonly script?: string;
  readonly grouped?: boolean;
}

/** v3 at 0.2 s adverts; with a script, or with a second instance on eth1 in one group with the first. */
function configOf({ priority, script = '', grouped = false }: Wanted): string {
  const instance = (i: number): string => `
vrrp_instance VI_${i + 1} {
    interface eth${i}
    virtual_router_id ${51 + i}
    version 3
    priority ${priority}
    advert_int 0.2
    virtual_ipaddress {
        ${VIPS[i]}
    }
    ${script === '' ? '' : 'track_script {\n        chk\n    }'}
}
`;
  const group = 'vrrp_sync_group VG_1 {\n    group {\n        VI_1\n        VI_2\n    }\n}\n';
  return `
global_defs {
    script_user root
}
${script}
${[0, ...(grouped ? [1] : [])].map(instance).join('')}
${grouped ? group : ''}
`;
}

const weighted = `vrrp_script chk {
    script "${CHECK}"
    interval 0.2
    timeout 1
    weight -20
}`;

let pair: Pair;
beforeEach(async () => {
  pair = await openPair();
});
afterEach(() => pair.close());

/** Changes what the script on the left does. */
async function leftScript(body: string): Promise<void> {
  const { left } = pair.hosts;
  left.write('/run/check.new', `#!/bin/sh\n${body}\n`);
  await left.run(['sh', '-c', `chmod 755 /run/check.new && mv /run/check.new ${CHECK}`]);
}

const PAIRS: readonly (readonly [Daemon, Daemon])[] = [
  ['vipd', 'keepalived'],
  ['keepalived', 'vipd'],
];

describe.each(PAIRS)('%s as the better router, %s as the other', (better, other) => {
  test('a script that fails lowers the priority, and the other takes over until it succeeds again', async () => {
    await leftScript('exit 0');
    const program = await pair.start('left', better, configOf({ priority: 110, script: weighted }));
    await pair.start('right', other, configOf({ priority: 100 }));
    await pair.soleHolder('left', ['10.0.0.240']);
    await leftScript('exit 1');
    await program.line(/VRRP_Script\(chk\) failed \(exited with status 1\)/, PATIENCE_MS);
    await program.line(/\(VI_1\) Changing effective priority from 110 to 90/, PATIENCE_MS);
    await pair.soleHolder('right', ['10.0.0.240']);
    await leftScript('exit 0');
    await program.line(/\(VI_1\) Changing effective priority from 90 to 110/, PATIENCE_MS);
    await pair.soleHolder('left', ['10.0.0.240']);
  });

  test('a cut on one interface moves both instances of a group, and both come back together', async () => {
    const program = await pair.start('left', better, configOf({ priority: 110, grouped: true }));
    await pair.start('right', other, configOf({ priority: 100, grouped: true }));
    await pair.soleHolder('left', VIPS);
    await pair.hosts.left.run(['ip', 'link', 'set', 'eth0', 'down']);
    await pair.soleHolder('right', VIPS);
    await program.line(/VRRP_Group\(VG_1\) Syncing instances to FAULT state/, PATIENCE_MS);
    await pair.hosts.left.run(['ip', 'link', 'set', 'eth0', 'up']);
    await pair.soleHolder('left', VIPS);
  });
});

test('a script that hangs with a child is a failure after its timeout, and neither of the two stays', async () => {
  await leftScript('sleep 3517 & sleep 3517');
  const unweighted = weighted.replace('weight -20', 'weight 0').replace('timeout 1', 'timeout 0.3');
  const program = await pair.start('left', 'vipd', configOf({ priority: 110, script: unweighted }));
  await program.line(/VRRP_Script\(chk\) timed out/, PATIENCE_MS);
  await program.line(/\(VI_1\) cannot take part: script chk fails \(timed out\)/, PATIENCE_MS);
  await leftScript('exit 0');
  await pair.soleHolder('left', ['10.0.0.240']);
  const left = await pair.hosts.left.run([
    'sh',
    '-c',
    'grep -l 3517 /proc/[0-9]*/cmdline 2>/dev/null || true',
  ]);
  const own = left.split('\n').filter((path) => path !== '' && !path.includes('self'));
  expect(own.length).toBeLessThanOrEqual(1); // grep itself
});

test('the shell never sees what a configuration says', async () => {
  await leftScript('printf "%s|" "$@" > /run/seen');
  const script = weighted.replace(`"${CHECK}"`, `"${CHECK} '$(touch /run/pwned)' ';touch /run/pwned'"`);
  await pair.start('left', 'vipd', configOf({ priority: 110, script }));
  const seen = await until('the arguments', PATIENCE_MS, () => readIfThere('/run/seen'));
  expect(seen).toBe('$(touch /run/pwned)|;touch /run/pwned|');
  expect(readIfThere('/run/pwned')).toBeUndefined();
});

function readIfThere(path: string): string | undefined {
  try {
    return pair.hosts.left.read(path);
  } catch {
    return undefined;
  }
}

test('a number in a file and a process that ends move the address to the other router and back', async () => {
  const { left } = pair.hosts;
  left.write('/run/bonus', '20\n');
  await left.run(['cp', '/bin/sleep', '/run/vipd-lab-web']);
  const web = left.start(['/run/vipd-lab-web', '600']);
  const tracked = `track_file bonus {
    file /run/bonus
}
vrrp_track_process web {
    process vipd-lab-web
}`;
  const lines = 'track_file {\n bonus\n }\n track_process {\n web\n }\n';
  const instance = configOf({ priority: 90 }).replace(
    '    virtual_ipaddress',
    `${lines}    virtual_ipaddress`,
  );
  const program = await pair.start(
    'left',
    'vipd',
    instance.replace('vrrp_instance', `${tracked}\nvrrp_instance`),
  );
  await pair.start('right', 'keepalived', configOf({ priority: 100 }));
  await pair.soleHolder('left', ['10.0.0.240']);
  left.write('/run/bonus', '0\n');
  await program.line(/\(VI_1\) Changing effective priority from 110 to 90/, PATIENCE_MS);
  await pair.soleHolder('right', ['10.0.0.240']);
  left.write('/run/bonus', '0x14\n');
  await pair.soleHolder('left', ['10.0.0.240']);
  await web.stop();
  await program.line(/cannot take part: process web: 0 running, at least 1 wanted/, PATIENCE_MS);
  await pair.soleHolder('right', ['10.0.0.240']);
  left.start(['/run/vipd-lab-web', '600']);
  await pair.soleHolder('left', ['10.0.0.240']);
});

/** FRR's vrrpd as a router: an implementation that shares nothing with keepalived. It speaks through a macvlan interface with
 *  the virtual MAC address, which somebody else has to make, and which it holds down while it is backup. VRRPv3 over IPv4
 *  here; it tracks no interface and nobody restarts it. */
import { existsSync } from 'node:fs';
import { until } from '../harness/clock.ts';
import type { Host } from '../harness/host.ts';
import type { Line, Program } from '../harness/program.ts';
import { PATIENCE_MS, type Router } from './router.ts';
import { PRIORITY, type Variant, VIP, VRID } from './variants.ts';
import type { Side } from './wire.ts';

const PROGRAMS = '/usr/lib/frr';
const FOLDER = '/run/frr';
const CONFIG = `${FOLDER}/frr.conf`;
/** vrrpd finds it by its address (RFC 9568 §7.3). */
const MACVLAN = { name: 'vrrp4', mac: `00:00:5e:00:01:${VRID.toString(16)}` };

const configOf = (variant: Variant, side: Side): string => `log stdout
interface eth0
 vrrp ${VRID} version ${variant.version}
 vrrp ${VRID} priority ${PRIORITY[side]}
 vrrp ${VRID} advertisement-interval ${variant.interval}
 vrrp ${VRID} ip ${VIP.inet}
exit
`;

export function frrRouter(host: Host, side: Side, variant: Variant): Router {
  let vrrpd: Program | null = null;
  const daemon = (name: string): Program =>
    host.start([`${PROGRAMS}/${name}`, '-f', CONFIG, '-i', `${FOLDER}/${name}.pid`]);
  return {
    side,
    host,
    async start() {
      await addMacvlan(host);
      await host.run(['install', '-d', '-o', 'frr', '-g', 'frr', FOLDER]);
      host.write(CONFIG, configOf(variant, side));
      daemon('zebra');
      const socket = host.path(`${FOLDER}/zserv.api`);
      await until('the socket of zebra', PATIENCE_MS, () => existsSync(socket));
      vrrpd = daemon('vrrpd');
      await vrrpd.line(/\[IPv4\] Initialize -> Backup/, PATIENCE_MS);
    },
    stop: async () => void (await vrrpd?.stop()),
    kill: () => Promise.reject(new Error('nobody would restart vrrpd')),
    state: () => (vrrpd?.isRunning() ? stateIn(vrrpd.lines) : 'stopped'),
    holdsVip: () => existsSync(host.path(`/sys/class/net/${MACVLAN.name}`)) && isUp(host),
    lines: () => vrrpd?.lines ?? [],
  };
}

async function addMacvlan(host: Host): Promise<void> {
  const { name, mac } = MACVLAN;
  await host.run([
    'ip',
    'link',
    'add',
    name,
    'link',
    'eth0',
    'address',
    mac,
    'type',
    'macvlan',
    'mode',
    'bridge',
  ]);
  await host.run(['ip', 'addr', 'add', `${VIP.inet}/24`, 'dev', name]);
  await host.run(['ip', 'link', 'set', name, 'up']);
}

const isUp = (host: Host): boolean => host.read(`/sys/class/net/${MACVLAN.name}/proto_down`).trim() === '0';

/** `[VRID 51] [IPv4] Backup -> Master` */
function stateIn(lines: readonly Line[]): string {
  const names: Readonly<Record<string, string>> = { Master: 'MASTER', Backup: 'BACKUP', Initialize: 'FAULT' };
  return lines.reduce((state, { text }) => {
    const [, to = ''] = /\[IPv4\] \w+ -> (\w+)/.exec(text) ?? [];
    return names[to] ?? state;
  }, 'INIT');
}

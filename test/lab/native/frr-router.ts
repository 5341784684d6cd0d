/** FRR's vrrpd as a router: an implementation that shares nothing with keepalived. It speaks through a macvlan interface with
 *  the virtual MAC address, which somebody else has to make, and which it holds down while it is backup. It tracks no
 *  interface, and nobody restarts it. */
import { existsSync } from 'node:fs';
import type { Family } from '../../../src/base/ip.ts';
import { until } from '../harness/clock.ts';
import type { Host } from '../harness/host.ts';
import type { Line, Program } from '../harness/program.ts';
import { PATIENCE_MS, type Router } from './router.ts';
import { PREFIX_LENGTH, PRIORITY, type Variant, VIP, VRID } from './variants.ts';
import type { Side } from './wire.ts';

const PROGRAMS = '/usr/lib/frr';
const FOLDER = '/run/frr';
const CONFIG = `${FOLDER}/frr.conf`;
const MACVLAN = 'vrrp0';
/** vrrpd finds its interface by the MAC address (RFC 9568 §7.3). */
const MAC_PREFIX: Readonly<Record<Family, string>> = { inet: '00:00:5e:00:01', inet6: '00:00:5e:00:02' };
/** How its words and its log name a family. */
const WORD: Readonly<Record<Family, string>> = { inet: 'ip', inet6: 'ipv6' };
const NAME: Readonly<Record<Family, string>> = { inet: 'IPv4', inet6: 'IPv6' };

const configOf = ({ version, family, interval }: Variant, side: Side): string => `log stdout
interface eth0
 vrrp ${VRID} version ${version}
 vrrp ${VRID} priority ${PRIORITY[side]}
 vrrp ${VRID} advertisement-interval ${interval}
 vrrp ${VRID} ${WORD[family]} ${VIP[family]}
exit
`;

export function frrRouter(host: Host, side: Side, variant: Variant): Router {
  const { family } = variant;
  let vrrpd: Program | null = null;
  const daemon = (name: string): Program =>
    host.start([`${PROGRAMS}/${name}`, '-f', CONFIG, '-i', `${FOLDER}/${name}.pid`]);
  return {
    side,
    host,
    async start() {
      await addMacvlan(host, family);
      await host.run(['mount', '-t', 'tmpfs', 'tmpfs', '/var/tmp']); // its logs of crashes, by pid
      await host.run(['install', '-d', '-o', 'frr', '-g', 'frr', FOLDER]);
      host.write(CONFIG, configOf(variant, side));
      daemon('zebra');
      const socket = host.path(`${FOLDER}/zserv.api`);
      await until('the socket of zebra', PATIENCE_MS, () => existsSync(socket));
      vrrpd = daemon('vrrpd');
      await vrrpd.line(new RegExp(`\\[${NAME[family]}\\] Initialize -> Backup`), PATIENCE_MS);
    },
    stop: async () => void (await vrrpd?.stop()),
    kill: () => Promise.reject(new Error('nobody would restart vrrpd')),
    state: () => (vrrpd?.isRunning() ? stateIn(vrrpd.lines, family) : 'stopped'),
    // a vrrpd that stops may end before zebra has taken its interface down
    holdsVip: () => vrrpd?.isRunning() === true && isUp(host),
    lines: () => vrrpd?.lines ?? [],
  };
}

async function addMacvlan(host: Host, family: Family): Promise<void> {
  const mac = `${MAC_PREFIX[family]}:${VRID.toString(16)}`;
  const kind = ['type', 'macvlan', 'mode', 'bridge'];
  await host.run(['ip', 'link', 'add', MACVLAN, 'link', 'eth0', 'address', mac, ...kind]);
  await host.run(['sysctl', '-qw', `net.ipv6.conf.${MACVLAN}.accept_dad=0`]);
  await host.run(['ip', 'addr', 'add', `${VIP[family]}/${PREFIX_LENGTH[family]}`, 'dev', MACVLAN]);
  await host.run(['ip', 'link', 'set', MACVLAN, 'up']);
}

const isUp = (host: Host): boolean => host.read(`/sys/class/net/${MACVLAN}/proto_down`).trim() === '0';

const STATE: Readonly<Record<string, string>> = { Master: 'MASTER', Backup: 'BACKUP', Initialize: 'FAULT' };

/** `[VRID 51] [IPv4] Backup -> Master` */
function stateIn(lines: readonly Line[], family: Family): string {
  const change = new RegExp(`\\[${NAME[family]}\\] \\w+ -> (\\w+)`);
  return lines.reduce((state, { text }) => STATE[change.exec(text)?.[1] ?? ''] ?? state, 'INIT');
}

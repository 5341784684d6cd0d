/** The other end of a BFD session, each an implementation of its own: vipd, keepalived, FRR's bfdd. */
import { existsSync } from 'node:fs';
import type { Family } from '../../../src/base/ip.ts';
import { makePlace, VIPD } from '../../process/vipd.ts';
import { until } from '../harness/clock.ts';
import type { Host } from '../harness/host.ts';
import type { Program } from '../harness/program.ts';

export type PeerKind = 'vipd' | 'keepalived' | 'frr';
export type Hops = 'single hop' | 'multihop';

export interface Ends {
  readonly own: string;
  readonly neighbour: string;
  readonly hops: Hops;
}

export interface BfdPeer {
  readonly start: () => Promise<void>;
  /** Up, Down or Init, as it says itself */
  readonly state: () => Promise<string>;
  /** why it went down, in its own words */
  readonly diagnostic: () => Promise<string>;
  /** Takes its session down as an administrator does; null where there is no way but to stop. */
  readonly shutDown: (() => Promise<void>) | null;
  readonly stop: () => Promise<void>;
}

export const PATIENCE_MS = 20_000;
export const INTERVAL_MS = 100;
export const MULTIPLIER = 3;
export const DETECTION_MS = INTERVAL_MS * MULTIPLIER;

const ADDRESSES: Readonly<Record<Family, readonly [string, string]>> = {
  inet: ['10.0.0.1', '10.0.0.2'],
  inet6: ['fd00::1', 'fd00::2'],
};

/** Of the first host; the second has them the other way round. */
export const endsOf = (family: Family, hops: Hops): Ends => {
  const [own, neighbour] = ADDRESSES[family];
  return { own, neighbour, hops };
};
export const turned = ({ own, neighbour, hops }: Ends): Ends => ({ own: neighbour, neighbour: own, hops });

/** Both daemons read it; 2.2.7 does not know `multihop`. */
export const sessionConfig = ({ own, neighbour, hops }: Ends, more = ''): string => `
bfd_instance b1 {
    neighbor_ip ${neighbour}
    source_ip ${own}
    min_rx ${INTERVAL_MS}
    min_tx ${INTERVAL_MS}
    multiplier ${MULTIPLIER}
    ${hops === 'multihop' ? 'multihop\n    max_hops 2' : ''}
    ${more}
}
`;

export const bfdPeer = (kind: PeerKind, host: Host, ends: Ends): BfdPeer =>
  kind === 'frr' ? frrPeer(host, ends) : daemonPeer(kind, host, sessionConfig(ends));

/** An interrupted run leaves no daemon behind. */
const ENDS_WITH_THE_TEST = ['setpriv', '--pdeathsig', 'TERM'];

function daemonPeer(kind: 'vipd' | 'keepalived', host: Host, config: string): BfdPeer {
  const place = makePlace(config);
  const pids = ['-p', `${place.folder}/k.pid`, '-b', `${place.folder}/kb.pid`];
  const argv =
    kind === 'vipd'
      ? [VIPD, '-n', '-l', '-D', ...place.arguments]
      : ['keepalived', '-n', '-l', '-D', '-f', place.config, ...pids];
  let program: Program | null = null;
  const lines = (): readonly string[] => program?.lines.map(({ text }) => text) ?? [];
  const last = (pattern: RegExp, otherwise: string): string =>
    lines().reduce((found, text) => pattern.exec(text)?.[1] ?? found, otherwise);
  return {
    async start() {
      program = host.start([...ENDS_WITH_THE_TEST, ...argv]);
      await program.line(/Startup complete/, PATIENCE_MS);
    },
    state: async () => last(/\(b1\) Entering (\w+) state/, 'Down'),
    diagnostic: async () => last(/Local diagnostic - ([^,]*),/, ''),
    shutDown: null,
    async stop() {
      await program?.stop();
      place.remove();
    },
  };
}

const FOLDER = '/run/frr';

function frrPeer(host: Host, { own, neighbour, hops }: Ends): BfdPeer {
  const peer = `peer ${neighbour}${hops === 'multihop' ? ' multihop' : ''} local-address ${own}`;
  const scope = hops === 'multihop' ? '  minimum-ttl 254' : '';
  const config = `log stdout
bfd
 ${peer}${hops === 'multihop' ? '' : ' interface eth0'}
  detect-multiplier ${MULTIPLIER}
  receive-interval ${INTERVAL_MS}
  transmit-interval ${INTERVAL_MS}
${scope}
  no shutdown
 exit
exit
`;
  const programs: Program[] = [];
  const daemon = (name: string): void => {
    const argv = [`/usr/lib/frr/${name}`, '-f', `${FOLDER}/frr.conf`, '-i', `${FOLDER}/${name}.pid`];
    programs.push(host.start([...ENDS_WITH_THE_TEST, ...argv]));
  };
  const asked = async (): Promise<Readonly<Record<string, unknown>>> => {
    const [session] = JSON.parse(await host.run(['vtysh', '-c', 'show bfd peers json']));
    return session ?? {};
  };
  const order = (word: string): Promise<unknown> =>
    host.run(['vtysh', '-c', 'conf', '-c', 'bfd', '-c', config.split('\n')[2]?.trim() ?? '', '-c', word]);
  return {
    async start() {
      await host.run(['mount', '-t', 'tmpfs', 'tmpfs', '/var/tmp']); // its logs of crashes, by pid
      await host.run(['install', '-d', '-o', 'frr', '-g', 'frr', FOLDER]);
      host.write(`${FOLDER}/frr.conf`, config);
      daemon('zebra');
      const socket = host.path(`${FOLDER}/zserv.api`);
      await until('the socket of zebra', PATIENCE_MS, () => existsSync(socket));
      daemon('bfdd');
      const vty = host.path(`${FOLDER}/bfdd.vty`);
      await until('the socket of bfdd', PATIENCE_MS, () => existsSync(vty));
    },
    async state() {
      const status = String((await asked())['status'] ?? 'down');
      return `${status.charAt(0).toUpperCase()}${status.slice(1)}`;
    },
    diagnostic: async () => String((await asked())['diagnostic'] ?? ''),
    shutDown: async () => void (await order('shutdown')),
    async stop() {
      for (const program of programs.splice(0).reverse()) await program.stop();
    },
  };
}

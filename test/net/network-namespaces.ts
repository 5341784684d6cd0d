/** Hosts for tests against the real kernel: network namespaces joined by veth cables, entered by the test's
 *  own thread, so that one process plays both ends. Needs root. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { enterNetworkNamespace } from '../../src/native/process-knobs.ts';
import { createNetKernel } from '../../src/net/adapters/net-kernel.ts';
import type { AddressState } from '../../src/ports/net-kernel.ts';

export interface TestHost {
  /** Runs `action` in this host; sockets it opens stay there. */
  inside<T>(action: () => T): T;
  /** Runs a command line, words split at blanks, in this host. */
  run(command: string): string;
}

export interface TestNetwork {
  readonly left: TestHost;
  readonly right: TestHost;
  close(): void;
}

/** Two hosts with the interface `eth0` each, both up, 10.0.0.1/24 left and 10.0.0.2/24 right, and able to
 *  talk. */
export async function createTestNetwork(): Promise<TestNetwork> {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const left = createHost('l', home);
  const right = createHost('r', home);
  left.host.run(`ip link add eth0 type veth peer name eth0 netns ${right.name}`);
  left.host.run('ip addr add 10.0.0.1/24 brd + dev eth0');
  right.host.run('ip addr add 10.0.0.2/24 brd + dev eth0');
  for (const { host } of [left, right]) {
    host.run('sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv4.conf.eth0.promote_secondaries=0');
    host.run('ip link set lo up');
    host.run('ip link set eth0 up');
  }
  await Promise.all([linkLocalAddress(left.host), linkLocalAddress(right.host)]);
  return {
    left: left.host,
    right: right.host,
    close: () => {
      left.close();
      right.close();
      closeSync(home);
    },
  };
}

/** The kernel routes IPv6 on a link, arriving multicast too, from when it gives the link its own address: up
 *  to a second after the carrier is there. */
function linkLocalAddress(host: TestHost): Promise<void> {
  return host.inside(() => {
    const kernel = must(createNetKernel());
    const isLinkLocal = (a: AddressState): boolean => a.address.startsWith('fe80:');
    return new Promise((resolve) => {
      const unsubscribe = must(
        kernel.subscribe((event) => {
          if (event.kind !== 'address_added' || !isLinkLocal(event.address)) return;
          unsubscribe();
          resolve();
        }),
      );
      if (!must(kernel.snapshot()).addresses.some(isLinkLocal)) return;
      unsubscribe();
      resolve();
    });
  });
}

function createHost(side: string, home: number): { name: string; host: TestHost; close: () => void } {
  const name = `vipd-test-${process.pid}-${side}`;
  execFileSync('ip', ['netns', 'add', name]);
  const namespace = openSync(`/run/netns/${name}`, 'r');
  const enter = (descriptor: number): void => {
    const entered = enterNetworkNamespace(descriptor);
    if (!entered.ok) throw new Error(entered.error.detail);
  };
  const inside = <T>(action: () => T): T => {
    enter(namespace);
    try {
      return action();
    } finally {
      enter(home);
    }
  };
  const run = (command: string): string => {
    const [program = '', ...words] = command.split(' ');
    return inside(() => execFileSync(program, words).toString());
  };
  const close = (): void => {
    closeSync(namespace);
    execFileSync('ip', ['netns', 'delete', name]);
  };
  return { name, host: { inside, run }, close };
}

/** The value of a result that must be there. */
export function must<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown },
): T {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
}

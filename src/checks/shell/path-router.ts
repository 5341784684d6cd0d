/** Makes the probes of check_via forwarding take their path: the mark that IPVS knows it by, this host's own address as
 *  source, and an interface that takes the answer, which comes from an address that this host may hold itself. */
import { networkInterfaces } from 'node:os';
import type { IpAddress } from '../../base/ip.ts';
import { isIpv4 } from '../../base/ip.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { ProbedChecker } from '../../config/model/lvs.ts';
import { AF, SOCK } from '../../native/constants.ts';
import { openDatagramSocket } from '../../native/datagram-socket.ts';
import { ipFromSockaddr, ipSockaddr } from '../../native/sockaddr.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import { type Paths, pathKey } from '../core/paths.ts';

export interface PathRouter {
  /** The checker as it has to be asked; one that takes no path stays as it is. */
  route(checker: ProbedChecker, paths: Paths): Result<ProbedChecker, SystemError>;
  /** Takes the settings back when there are no paths any more. */
  settle(paths: Paths): void;
  close(): void;
}

/** Any port: nothing is sent. */
const DISCARD = 9;

export function createPathRouter(sysctl: Sysctl): PathRouter {
  /** settings that were off before */
  const switchedOn = new Set<string>();
  const close = (): void => {
    for (const path of switchedOn) sysctl.write(path, '0');
    switchedOn.clear();
  };
  const acceptOn = (source: IpAddress): Result<void, SystemError> => {
    const carrier = carrierOf(source);
    // IPv6 has no such check
    if (carrier === null || !isIpv4(source)) return ok(undefined);
    const path = `net/ipv4/conf/${carrier}/accept_local`;
    if (sysctl.read(path) !== '0') return ok(undefined);
    switchedOn.add(path);
    return sysctl.write(path, '1');
  };
  return {
    close,
    settle(paths) {
      if (paths.size === 0) close();
    },
    route(checker, paths) {
      const path = paths.get(pathKey(checker) ?? '');
      if (path === undefined || !('target' in checker)) return ok(checker);
      const { target } = checker;
      const source = target.bindAddress === null ? sourceTowards(path.address) : ok(target.bindAddress);
      if (!source.ok) return source;
      const accepted = acceptOn(source.value);
      if (!accepted.ok) return accepted;
      return ok({ ...checker, target: { ...target, fwmark: path.mark, bindAddress: source.value } });
    },
  };
}

/** The own address that a packet to the server would carry. */
function sourceTowards(server: IpAddress): Result<IpAddress, SystemError> {
  const domain = isIpv4(server) ? AF.INET : AF.INET6;
  const purpose = `socket towards ${server}`;
  const opened = openDatagramSocket({ domain, type: SOCK.DGRAM, protocol: 0 }, purpose);
  if (!opened.ok) return opened;
  const socket = opened.value;
  const connected = socket.connect(ipSockaddr(server, DISCARD));
  const local = connected.ok ? socket.localAddress() : connected;
  socket.close();
  if (!local.ok) return local;
  const address = ipFromSockaddr(local.value);
  return address === null
    ? err({
        code: 'EADDRNOTAVAIL',
        attempted: `find the own address towards ${server}`,
        detail: 'there is none',
      })
    : ok(address);
}

/** The interface that has the address. */
function carrierOf(address: IpAddress): string | null {
  const found = Object.entries(networkInterfaces()).find(([, held]) =>
    held?.some((one) => one.address === address),
  );
  // an address with a label stands under that: eth0:1
  return found === undefined ? null : (found[0].split(':')[0] ?? null);
}

/** The kernel's IPVS table over generic netlink: the real implementation of ports/ipvs-kernel.ts, and beside
 *  it the commands that only tools need. Everything is synchronous, as netlink is. */
import { err, mapResult, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { seconds, toSeconds } from '../../base/units.ts';
import { NETLINK } from '../../native/constants.ts';
import { openNetlinkSession } from '../../net/adapters/netlink-socket.ts';
import { resolveFamily } from '../../net/netlink/generic.ts';
import type { NetlinkSession } from '../../net/netlink/session.ts';
import type { IpvsKernel, IpvsTimeouts, KernelIpvs } from '../../ports/ipvs-kernel.ts';
import type { SyncDaemonKernel } from '../../ports/sync-daemons.ts';
import type { SyncDaemon, SyncRole } from '../core/daemon.ts';
import { refusalText } from '../core/refusal-text.ts';
import type { ServiceKey } from '../core/table.ts';
import { daemonFromAttributes, startDaemonRequest, stopDaemonRequest } from '../wire/daemon.ts';
import { bare, onService } from '../wire/requests.ts';
import { COMMAND, INFO, IPVS_COMMAND, IPVS_FAMILY } from '../wire/tables.ts';
import { readConnections, readPlainTable, readServices } from './read-plain.ts';
import { readOneService, readTable } from './read-table.ts';
import { decodeOne, type IpvsSession, ipvsSession } from './session.ts';

/** What the reconciler needs, and the rest of what ipvsadm can do. */
export interface IpvsControl extends IpvsKernel, SyncDaemonKernel {
  /** One service with its destinations; ESRCH when there is none. */
  readService(service: ServiceKey): Result<KernelIpvs, SystemError>;
  /** Sets the counters of one service and its destinations to zero, or all when `service` is null. */
  zero(service: ServiceKey | null): Result<void, SystemError>;
  close(): void;
}

/** Opens a socket of its own. ENOENT: no ip_vs in the kernel; EPERM: no CAP_NET_ADMIN; both say what to
 *  do. */
export function createIpvsKernel(): Result<IpvsControl, SystemError> {
  const netlink = openNetlinkSession(NETLINK.GENERIC);
  if (!netlink.ok) return netlink;
  const kernel = ipvsKernel(netlink.value);
  if (!kernel.ok) netlink.value.close();
  return kernel;
}

/** The same over a session that is already there; it is closed with the kernel. */
export function ipvsKernel(netlink: NetlinkSession): Result<IpvsControl, SystemError> {
  const family = resolveFamily(netlink, IPVS_FAMILY.name);
  if (!family.ok) return err(withRemedy(family.error));
  const control = controlOver(ipvsSession(netlink, family.value.id), () => netlink.close());
  // resolving needs no privilege, everything else does: better to hear it now than at the first decision
  const info = control.info();
  return info.ok ? ok(control) : err(withRemedy(info.error));
}

function withRemedy(error: SystemError): SystemError {
  if (error.code === 'ENOENT') {
    return { ...error, detail: 'the kernel has no ip_vs: run modprobe ip_vs, or install the module' };
  }
  if (error.code === 'EPERM') {
    return {
      ...error,
      detail: 'not permitted: CAP_NET_ADMIN is needed (run as root, or give the capability)',
    };
  }
  return error;
}

function controlOver(session: IpvsSession, close: () => void): IpvsControl {
  return {
    info: () => readInfo(session),
    read: () => readTable(session),
    readServices: (keys) => readServices(session, keys),
    readTable: () => readPlainTable(session),
    readConnections: (keys) => readConnections(session, keys),
    readService: (service) => readOneService(session, service),
    apply: (operations) =>
      session.batch(operations).map((error, i) => {
        const operation = operations[i];
        if (error === null || operation === undefined) return error;
        return { ...error, detail: refusalText(operation, error.code) ?? error.detail };
      }),
    timeouts: () => readTimeouts(session),
    setTimeouts: (timeouts) => writeTimeouts(session, timeouts),
    flush: () => session.order(bare(IPVS_COMMAND.flush), 'empty the IPVS table'),
    zero: (service) => {
      const command = IPVS_COMMAND.zero;
      return session.order(
        service === null ? bare(command) : onService(command, service),
        'zero IPVS counters',
      );
    },
    daemons: () => readDaemons(session),
    startDaemon: (daemon) =>
      session.order(
        startDaemonRequest(daemon),
        `start the ${daemon.role} sync daemon on ${daemon.interface}`,
      ),
    stopDaemon: (role) => stopDaemon(session, role),
    close,
  };
}

function readInfo(session: IpvsSession): ReturnType<IpvsKernel['info']> {
  const attempted = 'ask for the version of IPVS';
  const answer = session.ask(bare(IPVS_COMMAND.getInfo), attempted);
  if (!answer.ok) return answer;
  return mapResult(decodeOne(INFO, answer.value, attempted), ({ version, connectionTableSize }) => ({
    version: `${(version >> 16) & 0xff}.${(version >> 8) & 0xff}.${version & 0xff}`,
    connectionTableSize,
  }));
}

function readTimeouts(session: IpvsSession): Result<IpvsTimeouts, SystemError> {
  const attempted = 'read the IPVS timeouts';
  const answer = session.ask(bare(IPVS_COMMAND.getConfig), attempted);
  if (!answer.ok) return answer;
  // protocols that the kernel was built without have no timeout
  return mapResult(decodeOne(COMMAND, answer.value, attempted), (config) => ({
    tcp: seconds(config.tcpTimeout ?? 0),
    tcpFin: seconds(config.tcpFinTimeout ?? 0),
    udp: seconds(config.udpTimeout ?? 0),
  }));
}

/** A timeout that is not given is sent as 0, which the kernel takes as "leave it". */
function writeTimeouts(session: IpvsSession, timeouts: Partial<IpvsTimeouts>): Result<void, SystemError> {
  const { tcp, tcpFin, udp } = timeouts;
  const attributes = {
    tcpTimeout: tcp === undefined ? 0 : Math.ceil(toSeconds(tcp)),
    tcpFinTimeout: tcpFin === undefined ? 0 : Math.ceil(toSeconds(tcpFin)),
    udpTimeout: udp === undefined ? 0 : Math.ceil(toSeconds(udp)),
  };
  return session.order({ command: IPVS_COMMAND.setConfig, attributes }, 'set the IPVS timeouts');
}

/** A sync thread that is stopped before it has ever run ends with EINTR, and for that netlink sends no answer
 *  (netlink_rcv_skb of net/netlink/af_netlink.c). Whether it is gone is then asked. */
function stopDaemon(session: IpvsSession, role: SyncRole): Result<void, SystemError> {
  const stopped = session.order(stopDaemonRequest(role), `stop the ${role} sync daemon`);
  if (stopped.ok || stopped.error.code !== 'ENOMSG') return stopped;
  const left = readDaemons(session);
  const isGone = left.ok && left.value.every((daemon) => daemon.role !== role);
  return isGone ? ok(undefined) : stopped;
}

function readDaemons(session: IpvsSession): Result<readonly SyncDaemon[], SystemError> {
  const attempted = 'list the sync daemons';
  const bodies = session.dump(bare(IPVS_COMMAND.getDaemon), attempted);
  if (!bodies.ok) return bodies;
  const daemons: SyncDaemon[] = [];
  for (const body of bodies.value) {
    const fields = decodeOne(COMMAND, [body], attempted);
    if (!fields.ok) return fields;
    const daemon = fields.value.daemon === null ? null : daemonFromAttributes(fields.value.daemon);
    if (daemon !== null) daemons.push(daemon);
  }
  return ok(daemons);
}

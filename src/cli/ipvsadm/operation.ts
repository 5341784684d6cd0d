/** The commands that change one service or one server, from their options to an operation on the table. */
import { familyOf } from '../../base/ip.ts';
import { invariant } from '../../base/never.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { type Port, port } from '../../base/units.ts';
import type { KernelForwarding } from '../../config/model/lvs.ts';
import { SERVICE_FLAG } from '../../ipvs/core/equality.ts';
import {
  type DestinationConfig,
  type ServiceConfig,
  type ServiceKey,
  serviceFamily,
} from '../../ipvs/core/table.ts';
import type { IpvsOperation } from '../../ports/ipvs-kernel.ts';
import { tunnelProblem } from './checks.ts';
import type { Given, Whole } from './given.ts';
import { type Complaint, refused } from './order.ts';
import { parseGranularity, type SocketText } from './values.ts';

export type OperationName =
  | 'addService'
  | 'editService'
  | 'deleteService'
  | 'addServer'
  | 'editServer'
  | 'deleteServer';

const OPERATION_KINDS = {
  addService: 'add_service',
  editService: 'edit_service',
  addServer: 'add_destination',
  editServer: 'edit_destination',
} as const;

/** What a command needs was checked before; whether its values fit each other is checked here. */
export function operationOf(name: OperationName, given: Whole): Result<IpvsOperation, Complaint> {
  const { service: key, realServer } = given;
  invariant(key !== null, () => `${name} was let through without a service`);
  if (name === 'deleteService') return ok({ kind: 'remove_service', service: key });
  if (name === 'addService' || name === 'editService') {
    const service = serviceOf(given, key);
    return service.ok ? ok({ kind: OPERATION_KINDS[name], service: service.value }) : service;
  }
  invariant(realServer !== null, () => `${name} was let through without a server`);
  if (name === 'deleteServer') {
    // how the server was added is not said again: the port is the one named
    const servicePort = key.kind === 'address' ? key.port : port(0);
    const destination = { address: realServer.address, port: realServer.port ?? servicePort };
    return ok({ kind: 'remove_destination', service: key, destination });
  }
  const destination = destinationOf(given, realServer, key);
  return destination.ok
    ? ok({ kind: OPERATION_KINDS[name], service: key, destination: destination.value })
    : destination;
}

function serviceOf(given: Whole, key: ServiceKey): Result<ServiceConfig, Complaint> {
  const family = serviceFamily(key);
  const onePacket = given.subjects.has('ops');
  if (key.kind === 'address' && key.port === 0 && given.persistence === 0) {
    return err(refused('Zero port specified for non-persistent service'));
  }
  if (onePacket && key.kind === 'address' && key.protocol !== 'udp') {
    return err(refused('One-Packet Scheduling is only for UDP virtual services'));
  }
  const granularity =
    given.netmask === null ? (family === 'inet' ? 32 : 128) : parseGranularity(given.netmask, family);
  if (granularity === null) return err(refused('illegal ipv6 netmask specified'));
  return ok({
    key,
    scheduler: given.scheduler,
    flags: given.flags | (onePacket ? SERVICE_FLAG.onePacket : 0),
    persistenceTimeout: given.persistence,
    persistencePrefix: granularity,
    persistenceEngine: given.engine,
  });
}

function destinationOf(
  given: Given,
  realServer: SocketText,
  key: ServiceKey,
): Result<DestinationConfig, Complaint> {
  const { forwarding, weight, upperThreshold, lowerThreshold } = given;
  const mixed = familyOf(realServer.address) !== serviceFamily(key);
  if (mixed && forwarding !== 'tun') {
    return err(refused('Different address family is allowed only for tunneling servers'));
  }
  const problem = tunnelProblem(given);
  if (problem !== null) return err(refused(problem));
  return ok({
    key: { address: realServer.address, port: destinationPort(forwarding, realServer, key) },
    weight,
    forwarding: forwardingOf(given),
    upperThreshold,
    lowerThreshold,
  });
}

/** Without address translation the port of a packet cannot change: the service's own is in force. */
function destinationPort(
  forwarding: Given['forwarding'],
  { port: named }: SocketText,
  key: ServiceKey,
): Port {
  if (key.kind === 'fwmark') return named ?? port(0);
  return forwarding === 'nat' ? (named ?? key.port) : key.port;
}

function forwardingOf({ forwarding, subjects, tunnelType, tunnelPort }: Given): KernelForwarding {
  if (forwarding !== 'tun') return { kind: forwarding };
  const checksum = subjects.has('tun-remcsum') ? 'remcsum' : subjects.has('tun-csum') ? 'csum' : 'none';
  return { kind: 'tun', encapsulation: tunnelType, port: tunnelPort, checksum };
}

/** What is wrong, as sentences for whoever was woken; an empty list is exit status 0. Pure. */
import type { ChecksStatus, VirtualServerStatus } from '../checks/core/status.ts';
import type { DaemonStatus } from '../control/api.ts';
import type { NotifyStatus } from '../notify/core/status.ts';
import { endpointText } from '../observe/endpoint-text.ts';
import type { VrrpInstanceStatus } from '../vrrp/core/status.ts';

export const problemsOf = (status: DaemonStatus): readonly string[] => [
  ...(status.configuration.succeeded
    ? []
    : [`the last read of ${status.configFile} was refused, the configuration before it is in force`]),
  ...status.children.flatMap((child) => childProblems(status, child)),
  ...(status.vrrp?.instances ?? []).flatMap(instanceProblems),
  ...(status.vrrp?.trackers ?? []).filter(({ state }) => state === 'down').map(({ reason }) => reason),
  ...(status.checks === null ? [] : checksProblems(status.checks)),
  ...notifyProblems(status.notify),
];

function childProblems(status: DaemonStatus, child: DaemonStatus['children'][number]): readonly string[] {
  if (child.state !== 'running') return [`the ${child.name} process is ${child.state}`];
  const answer = child.name === 'vrrp' ? status.vrrp : status.checks;
  return answer === null ? [`the ${child.name} process does not answer`] : [];
}

function instanceProblems(instance: VrrpInstanceStatus): readonly string[] {
  const { name, state, reason, addresses, why } = instance;
  const second = why.split !== null && why.split.cause !== null;
  if (second || why.claims.length > 0) return [`${name} is MASTER ${reason}`];
  if (state === 'FAULT') return [`${name} is in FAULT: ${reason}`];
  if (state !== 'MASTER') return [];
  return addresses
    .filter(({ held }) => !held)
    .map((vip) => `${name} is MASTER but ${vip.address} is not on ${vip.interface}`);
}

const checksProblems = ({ virtualServers, kernelError }: ChecksStatus): readonly string[] => [
  ...(kernelError === null ? [] : [`the kernel's IPVS table cannot be read: ${kernelError}`]),
  ...virtualServers.flatMap((service) => [
    ...(service.quorumUp
      ? []
      : [`${service.name} has lost its quorum: ${service.aliveWeight} of ${service.quorum}`]),
    ...service.realServers.flatMap((server) =>
      server.checkers
        .filter(({ overdue }) => overdue)
        .map(({ name }) => `${name} of ${service.name} has not run for three of its intervals`),
    ),
    ...heldProblems(service),
    ...service.realServers
      .filter(({ alive }) => !alive)
      .map((server) => `${endpointText(server)} of ${service.name} is down`),
  ]),
];

function heldProblems({ name, realServers, depoolThreshold }: VirtualServerStatus): readonly string[] {
  const held = realServers.filter((server) => server.held).length;
  const servers = held === 1 ? '1 server although its checks' : `${held} servers although their checks`;
  if (held === 0) return [];
  return [`${name} keeps ${servers} fail (depool_threshold ${depoolThreshold})`];
}

/** The last script of an object counts, not one that failed long ago. */
const notifyProblems = ({ objects, fifos, mail }: NotifyStatus): readonly string[] => [
  ...objects.flatMap(({ object, last }) =>
    last?.failed ? [`the script ${last.program} for ${object} ${last.event} ${last.outcome}`] : [],
  ),
  ...fifos.flatMap(({ path, problem, waiting, reader }) => [
    ...(problem === null ? [] : [`the FIFO ${path} cannot be used: ${problem}`]),
    ...(waiting === 0 ? [] : [`nobody reads the FIFO ${path}: ${waiting} lines wait`]),
    ...(reader?.running === false ? [`the reader ${reader.program} of the FIFO ${path} does not run`] : []),
  ]),
  ...(mail.waiting > 0 && mail.lastFailure !== null
    ? [`${mail.waiting} mails wait for the relay: ${mail.lastFailure.reason}`]
    : []),
];

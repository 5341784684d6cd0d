/** What is wrong, as sentences for whoever was woken; an empty list is exit status 0. Pure. */
import type { ChecksStatus } from '../checks/core/status.ts';
import type { DaemonStatus } from '../control/api.ts';
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
];

function childProblems(status: DaemonStatus, child: DaemonStatus['children'][number]): readonly string[] {
  if (child.state !== 'running') return [`the ${child.name} process is ${child.state}`];
  const answer = child.name === 'vrrp' ? status.vrrp : status.checks;
  return answer === null ? [`the ${child.name} process does not answer`] : [];
}

function instanceProblems(instance: VrrpInstanceStatus): readonly string[] {
  const { name, state, reason, addresses } = instance;
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
    ...service.realServers
      .filter(({ alive }) => !alive)
      .map((server) => `${endpointText(server)} of ${service.name} is down`),
  ]),
];

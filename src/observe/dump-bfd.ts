/** keepalived_bfd.data, and the sections of the other dumps about BFD sessions; pure. Labels are keepalived's; what only its
 *  own insides have (descriptors, threads) is left out. */
import { STATE_TEXT } from '../bfd/core/log-events.ts';
import type { BfdSessionStatus, BfdStatus } from '../bfd/core/status.ts';
import type { BfdInstance } from '../config/model/bfd.ts';
import type { Config } from '../config/model/config.ts';
import { heading, optional, trueFalse, wallText } from './dump-text.ts';

export const bfdTopology = ({ bfdInstances }: Config, status: BfdStatus | null): readonly string[] => [
  ...heading('BFD Topology'),
  ...bfdInstances.flatMap((instance) => [
    ...instanceLines(instance),
    ...stateLines(status?.sessions.find(({ name }) => name === instance.name) ?? null),
  ]),
];

const instanceLines = (instance: BfdInstance): readonly string[] => [
  ` BFD Instance = ${instance.name}`,
  `   Neighbor IP = ${instance.neighbour}`,
  ...optional(instance.source !== null, `   Source IP = ${instance.source}`),
  ...optional(instance.multihop, '   Multihop = true'),
  `   Required min RX interval = ${instance.minRx} us`,
  `   Desired min TX interval = ${instance.minTx} us`,
  `   Desired idle TX interval = ${instance.idleTx} us`,
  `   Detection multiplier = ${instance.multiplier}`,
  `   TTL = ${instance.ttl}`,
  `   max_hops = ${instance.maxHops ?? -1}`,
  `   passive = ${trueFalse(instance.passive)}`,
  `   send event to VRRP process = ${instance.forVrrp ? 'Yes' : 'No'}`,
  `   send event to checker process = ${instance.forCheckers ? 'Yes' : 'No'}`,
];

function stateLines(session: BfdSessionStatus | null): readonly string[] {
  if (session === null) return [];
  return [
    `   local state = ${STATE_TEXT[session.state]}`,
    `   remote state = ${STATE_TEXT[session.remoteState]}`,
    `   local discriminator = 0x${session.discriminator.toString(16)}`,
    `   remote discriminator = 0x${session.remoteDiscriminator.toString(16)}`,
    `   local diag = ${session.diagnostic}`,
    `   remote diag = ${session.remoteDiagnostic}`,
    `   remote min tx intv = ${session.remoteMinTxMicros} us`,
    `   remote min rx intv = ${session.remoteMinRxMicros} us`,
    '   local demand = 0',
    `   remote demand = ${Number(session.remoteDemand)}`,
    `   remote detect multiplier = ${session.remoteMultiplier}`,
    `   ${session.polling ? '' : '!'}poll, !final`,
    `   local tx intv = ${session.transmitIntervalMicros} us`,
    `   remote tx intv = ${session.remoteIntervalMicros} us`,
    `   local detection time = ${session.detectionTimeMicros} us`,
    `   remote detection time = ${session.remoteDetectionTimeMicros} us`,
    session.lastHeardWall === null
      ? '   last_seen = [never]'
      : `   last seen = ${wallText(session.lastHeardWall)}`,
  ];
}

/** `Checker track BFDs`: which servers follow which session. */
export function checkerSessions({ bfdInstances, virtualServers }: Config): readonly string[] {
  const followed = bfdInstances.flatMap(({ name }) => {
    const servers = virtualServers.flatMap(({ realServers }) =>
      realServers.filter(({ checkers }) =>
        checkers.some((checker) => checker.kind === 'bfd' && checker.session === name),
      ),
    );
    const lines = servers.map(({ address, port }) => `     [${address}]:${port}`);
    return lines.length === 0 ? [] : [` Checker track BFD = ${name}`, '   Tracking RSs :', ...lines];
  });
  return followed.length === 0 ? [] : [...heading('Checker track BFDs'), ...followed];
}

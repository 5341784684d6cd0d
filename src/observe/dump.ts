/** The texts of SIGUSR1 (data) and SIGUSR2 (statistics) in keepalived's shape (external.md sections 2 and
 *  3), because scripts read them. Labels are keepalived's; a label that vipd has no value for is left out.
 *  Pure: text in a dump file is dump-file.ts's business. */
import type { BfdStatus } from '../bfd/core/status.ts';
import type { ChecksStatus } from '../checks/core/status.ts';
import type { Config } from '../config/model/config.ts';
import type { VrrpCounters, VrrpStatus } from '../vrrp/core/status.ts';
import { bfdTopology, checkerSessions } from './dump-bfd.ts';
import { checkersLines, pairServices, serviceLines } from './dump-checks.ts';
import { globalLines } from './dump-global.ts';
import { groupLines } from './dump-groups.ts';
import { heading, textOf } from './dump-text.ts';
import { trackedSections } from './dump-tracked.ts';
import { instanceLines, staticLines } from './dump-vrrp.ts';

/** keepalived.data */
export function printVrrpData(config: Config, status: VrrpStatus | null): string {
  return textOf([
    ...globalLines(config.global),
    ...staticLines(config.statics),
    ...heading('VRRP Topology'),
    ...config.vrrpInstances.flatMap((instance) =>
      instanceLines(
        instance,
        status?.instances.find(({ name }) => name === instance.name) ?? null,
        config.vrrpSyncGroups.find(({ members }) => members.includes(instance.name)) ?? null,
      ),
    ),
    ...trackedSections(config, status),
  ]);
}

/** keepalived_check.data */
export function printCheckData(config: Config, status: ChecksStatus | null): string {
  const services = pairServices(config, status);
  const checkers = services.flatMap(checkersLines);
  return textOf([
    ...globalLines(config.global),
    ...heading('LVS Topology'),
    ...groupLines(config.virtualServers),
    ...services.flatMap(serviceLines),
    ...(checkers.length === 0 ? [] : [...heading('Health checkers'), ...checkers]),
    ...checkerSessions(config),
  ]);
}

/** keepalived_bfd.data */
export const printBfdData = (config: Config, status: BfdStatus | null): string =>
  textOf([...globalLines(config.global), ...bfdTopology(config, status)]);

/** keepalived_parent.data */
export const printParentData = (config: Config): string => textOf(globalLines(config.global));

/** keepalived.stats. The authentication extension is keepalived's own and not spoken here: its counters
 *  stay 0. */
export const printStats = (status: VrrpStatus): string =>
  textOf(status.instances.flatMap(({ name, counters }) => statisticsLines(name, counters)));

const statisticsLines = (name: string, c: VrrpCounters): readonly string[] => [
  `VRRP Instance: ${name}`,
  '  Advertisements:',
  `    Received: ${c.advertsReceived}`,
  `    Sent: ${c.advertsSent}`,
  `  Became master: ${c.becameMaster}`,
  `  Released master: ${c.releasedMaster}`,
  '  Packet Errors:',
  `    Length: ${c.packetLengthErrors}`,
  `    TTL: ${c.ttlErrors}`,
  `    Invalid Type: ${c.invalidTypeReceived}`,
  `    Advertisement Interval: ${c.advertIntervalErrors}`,
  `    Address List: ${c.addressListErrors}`,
  '  Authentication Errors:',
  `    Invalid Type: ${c.invalidAuthType}`,
  `    Type Mismatch: ${c.authTypeMismatch}`,
  `    Failure: ${c.authFailures}`,
  '  Authentication Extension Errors:',
  `    Missing: ${c.hmacMissing}`,
  `    Malformed: ${c.hmacMalformed}`,
  `    Unknown Key: ${c.hmacUnknownKey}`,
  `    Invalid HMAC: ${c.hmacInvalid}`,
  `    Stale: ${c.hmacStale}`,
  `    Replay: ${c.hmacReplayed}`,
  '  Priority Zero:',
  `    Received: ${c.priorityZeroReceived}`,
  `    Sent: ${c.priorityZeroSent}`,
];

/** Saved rules are command lines: read again they make the same table. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { port } from '../../../src/base/units.ts';
import type { Lookups } from '../../../src/cli/ipvsadm/order.ts';
import { parseCommandLine } from '../../../src/cli/ipvsadm/parse.ts';
import { applyOperations } from '../../../src/ipvs/core/apply.ts';
import { requestedFlags, tableMatches } from '../../../src/ipvs/core/equality.ts';
import { printRules } from '../../../src/ipvs/core/rules.ts';
import { NUMERIC } from '../../../src/ipvs/core/socket-names.ts';
import type { DestinationConfig, IpvsTable, ServiceConfig } from '../../../src/ipvs/core/table.ts';
import { anyTable, table } from '../../ipvs/samples.ts';

const NO_NAMES: Lookups = { host: () => null, servicePort: () => null };

/** What ipvsadm can say about a service: ops only for UDP and marks, two flags of the hashing schedulers. */
function sayable(config: ServiceConfig): ServiceConfig {
  const udp = config.key.kind === 'fwmark' || config.key.protocol === 'udp';
  const flags = config.flags & (config.scheduler === 'mh' ? 0x1c : 0x3c) & (udp ? 0x3c : 0x38);
  // the kernel marks what is persistent, and rules are printed of what it holds
  return { ...config, flags: requestedFlags({ ...config, flags }) };
}

/** Saved rules have no thresholds; only translation changes a port; each tunnel has its own options. */
function sayableServer(config: DestinationConfig, { key }: ServiceConfig): DestinationConfig {
  const { forwarding } = config;
  const fixed = forwarding.kind !== 'nat' && key.kind === 'address';
  const base = {
    ...config,
    key: fixed ? { ...config.key, port: key.port } : config.key,
    upperThreshold: 0,
    lowerThreshold: 0,
  };
  if (forwarding.kind !== 'tun' || forwarding.encapsulation === 'gue') return base;
  const checksum = forwarding.encapsulation === 'gre' && forwarding.checksum === 'csum' ? 'csum' : 'none';
  return { ...base, forwarding: { ...forwarding, port: port(0), checksum } };
}

const sayableTable = (held: IpvsTable): IpvsTable =>
  table(
    ...[...held.values()].map(({ config, destinations }) => {
      const servers = [...destinations.values()].map((server) => sayableServer(server, config));
      return [sayable(config), ...servers] as const;
    }),
  );

test('every table survives being saved and restored (property)', () => {
  fc.assert(
    fc.property(anyTable.map(sayableTable), (held) => {
      const lines = printRules(held, NUMERIC).split('\n').slice(0, -1);
      const operations = lines.map((line) => {
        const order = parseCommandLine(line.split(' '), NO_NAMES);
        if (!order.ok || order.value.kind !== 'operate') throw new Error(`${line}: ${JSON.stringify(order)}`);
        return order.value.operation;
      });
      const { table: restored, refusals } = applyOperations(new Map(), operations);
      expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
      expect(tableMatches(held, restored)).toBe(true);
      expect(printRules(restored, NUMERIC)).toBe(printRules(held, NUMERIC));
    }),
  );
});

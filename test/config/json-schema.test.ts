/** The schema accepts what the parser makes and refuses everything else. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileValidator } from '../../src/config/load/compile-validator.ts';
import { schemaViolations } from '../../src/config/load/validate.ts';
import { parseText } from './case-files.ts';

const validate = compileValidator();
const seed = parseText(readFileSync(new URL('fixtures/seed-web.conf', import.meta.url), 'utf8')).config;

/** A copy of the model with the value at `path` replaced; `undefined` removes it. */
function changed(path: string, value: unknown): unknown {
  const model: unknown = structuredClone(seed);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  let place = model as Record<string, unknown>;
  for (const step of steps) place = place[step] as Record<string, unknown>;
  if (value === undefined) delete place[last];
  else place[last] = value;
  return model;
}

describe('the schema of the model', () => {
  test('accepts a parsed configuration', () => {
    expect(schemaViolations(seed, validate)).toEqual([]);
  });

  test.each([
    ['vrrpInstances.0.vrid', 0],
    ['vrrpInstances.0.vrid', 256],
    ['vrrpInstances.0.vrid', '51'],
    ['vrrpInstances.0.vrid', undefined],
    ['vrrpInstances.0.priority', 0],
    ['vrrpInstances.0.advertInterval', 1.5],
    ['vrrpInstances.0.interface', 'an interface'],
    ['vrrpInstances.0.authentication', { kind: 'pass' }],
    ['vrrpInstances.0.authentication', { kind: 'md5', password: 'x' }],
    ['vrrpInstances.0.destination', { kind: 'unicast', peers: [] }],
    ['vrrpInstances.0.virtualAddresses.0.address', 'eth0'],
    ['vrrpInstances.0.surprise', true],
    ['virtualServers.0.scheduler', 'best'],
    ['virtualServers.0.quorum', 0],
    ['virtualServers.0.persistence', {}],
    ['virtualServers.0.realServers.0.weight', -1],
    ['virtualServers.0.realServers.0.forwarding', { kind: 'dr', port: 1 }],
    ['virtualServers.0.realServers.0.checkers.1.urls', []],
    ['virtualServers.0.realServers.0.checkers.0.target.timeout', 0],
    ['global.lvs.flushOnStop', 'some'],
    ['global', undefined],
  ])('refuses %s = %j', (path, value) => {
    expect(schemaViolations(changed(path, value), validate)).not.toEqual([]);
  });
});

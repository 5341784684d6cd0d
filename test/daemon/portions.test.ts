import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/model/config.ts';
import type { ParentMessage } from '../../src/daemon/ipc.ts';
import { createAssembly, inPortions, SERVERS_PER_PORTION } from '../../src/daemon/portions.ts';
import { parseText } from '../config/case-files.ts';

/** One service for each number: as many real servers. */
function configOf(sizes: readonly number[]): Config {
  const service = (servers: number, at: number): string => {
    const lines = Array.from(
      { length: servers },
      (_, i) => ` real_server 10.1.${i >> 8}.${i & 255} 80 {\n }`,
    );
    return `virtual_server 10.0.0.1 ${at + 1} {\n protocol TCP\n lb_algo rr\n lb_kind DR\n${lines.join('\n')}\n}`;
  };
  const { config } = parseText(sizes.map(service).join('\n'));
  if (config === null) throw new Error('the sample cannot be read');
  return config;
}

const received = (messages: Iterable<ParentMessage>): Config | null => {
  const assembly = createAssembly();
  let config: Config | null = null;
  for (const message of messages) {
    if (message.kind === 'services') assembly.services(message.services);
    if (message.kind === 'reload') config = assembly.complete(message.config);
  }
  return config;
};

const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 700 })), {
  maxLength: 8,
});

describe('a model in portions', () => {
  test('is put together as it was, as often as it is sent', () => {
    fc.assert(
      fc.property(sizes, sizes, (first, second) => {
        const [a, b] = [configOf(first), configOf(second)];
        const messages = [
          ...inPortions('checkers', { kind: 'reload', config: a }),
          ...inPortions('checkers', { kind: 'reload', config: b }),
        ];
        expect(received(messages)).toEqual(b);
        expect(received(inPortions('checkers', { kind: 'reload', config: a }))).toEqual(a);
      }),
      { numRuns: 20 },
    );
  });

  test('has no portion that another service could have been left out of', () => {
    fc.assert(
      fc.property(sizes, (of) => {
        for (const message of inPortions('checkers', { kind: 'reload', config: configOf(of) })) {
          if (message.kind !== 'services') continue;
          const before = message.services
            .slice(0, -1)
            .reduce((sum, each) => sum + each.realServers.length, 0);
          expect(before).toBeLessThan(SERVERS_PER_PORTION);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('has no services for the vrrp process', () => {
    const messages = [...inPortions('vrrp', { kind: 'reload', config: configOf([2, 3]) })];
    expect(messages.map(({ kind }) => kind)).toEqual(['reload']);
    expect(received(messages)?.virtualServers).toEqual([]);
  });
});

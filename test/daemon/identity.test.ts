import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/model/config.ts';
import type { ProcessSettings } from '../../src/config/model/global.ts';
import { identitySuffix, keepFixed, withNamespace } from '../../src/daemon/core/identity.ts';
import { CONFIG } from '../observe/samples.ts';

const having = (changes: Partial<ProcessSettings>): Config => ({
  ...CONFIG,
  global: { ...CONFIG.global, process: { ...CONFIG.global.process, ...changes } },
});

describe('what tells one daemon from another', () => {
  test('is in the names of its files: the namespace first, then the instance', () => {
    expect(identitySuffix({ netNamespace: null, instance: null })).toBe('');
    expect(identitySuffix({ netNamespace: 'red', instance: null })).toBe('_red');
    expect(identitySuffix({ netNamespace: 'red', instance: 'one' })).toBe('_red_one');
  });

  test('on the command line is stronger than in the file', () => {
    const { netNamespace } = withNamespace(having({ netNamespace: 'red' }), 'blue').global.process;
    expect(netNamespace).toBe('blue');
    const config = having({ netNamespace: 'red' });
    expect(withNamespace(config, null)).toBe(config);
  });

  test('does not change at a reload, and everything else does', () => {
    const running = having({ netNamespace: 'red', instance: 'one' });
    const wanted = having({
      netNamespace: 'blue',
      instance: 'two',
      ipvsNamespace: { name: null },
      configSaveDir: '/x',
    });
    const { config, kept } = keepFixed(running, wanted);
    expect(kept).toEqual(['net_namespace', 'net_namespace_ipvs', 'instance']);
    expect(config.global.process).toMatchObject({
      netNamespace: 'red',
      instance: 'one',
      ipvsNamespace: null,
      configSaveDir: '/x',
    });
    expect(keepFixed(running, running)).toEqual({ config: running, kept: [] });
  });
});

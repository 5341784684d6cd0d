import { type InterfaceName, seconds } from '../../src/base/units.ts';
import type { VrrpGlobals } from '../../src/config/model/global.ts';
import type { LinkFact } from '../../src/vrrp/core/network.ts';

/** The words of a scenario's line: `priority=100 nopreempt`. */
export type Words = Readonly<Record<string, string>>;

export const wordsOf = (words: readonly string[]): Words =>
  Object.fromEntries(
    words.map((word) => {
      const [key = '', ...value] = word.split('=');
      return [key, value.join('=')];
    }),
  );

export const globalsOf = (words: Words): Partial<VrrpGlobals> => ({
  startupDelay: seconds(Number(words['startup_delay'] ?? 0)),
  delayAfterBoot: seconds(Number(words['delay_after_boot'] ?? 0)),
  garpInterval: seconds(Number(words['garp_interval'] ?? 0)),
  logUnknownVrids: 'log_unknown_vrids' in words,
});

export const linkFact = (name: InterfaceName, up: boolean): LinkFact => ({
  name,
  up,
  multicast: true,
  announces: true,
  switchedOn: true,
  mtu: 1500,
});

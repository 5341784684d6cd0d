/** The carrier of a real interface, by the ways that drivers have had over the years (linkbeat_interfaces). */
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { loadAddon } from '../../native/addon.ts';
import { fromAnswer } from '../../native/errno.ts';
import type { CarrierPort } from '../../ports/carrier.ts';

/** As the addon numbers them, in the order in which they are tried. */
const METHODS = { mii: 0, ethtool: 1, ioctl: 2 } as const;

export const createCarrierPort = (): CarrierPort => ({
  ask(name, method) {
    const ways = method === null ? Object.values(METHODS) : [METHODS[method]];
    let last: Result<boolean, SystemError> = err({
      code: 'EOPNOTSUPP',
      attempted: `ask for the carrier of ${name}`,
      detail: 'no way to ask',
    });
    for (const way of ways) {
      const answer = fromAnswer(loadAddon().linkCarrier(name, way), () => `ask for the carrier of ${name}`);
      last = answer.ok ? ok(answer.value === 1) : answer;
      if (last.ok) break;
    }
    return last;
  },
});

/** Table nat in memory, as strict as iptables-restore: one wrong line and nothing is done. */
import { err, ok } from '../../src/base/result.ts';
import type { PacketFilter } from '../../src/ports/packet-filter.ts';

export interface FakePacketFilter extends PacketFilter {
  readonly listing: () => string;
  /** how many transactions were carried out */
  readonly writes: () => number;
  breakDown(isBroken: boolean): void;
}

export function fakePacketFilter(rules: readonly string[] = ['-A POSTROUTING -j OTHERS']): FakePacketFilter {
  let chains = ['POSTROUTING', 'OTHERS'];
  let held = [...rules];
  let writes = 0;
  let broken = false;
  const listing = (): string =>
    ['-P POSTROUTING ACCEPT', ...chains.slice(1).map((chain) => `-N ${chain}`), ...held].join('\n');
  const refusal = (line: string) => err({ code: 'EIO', attempted: 'restore', detail: line });
  return {
    listing,
    writes: () => writes,
    breakDown: (isBroken) => {
      broken = isBroken;
    },
    update(_, edit) {
      if (broken) return refusal('locked');
      const text = edit(listing());
      if (text === null) return ok(false);
      let [nextChains, next] = [[...chains], [...held]];
      for (const line of text.split('\n').slice(1, -2)) {
        const [order = '', chain = ''] = line.split(' ');
        if (order.startsWith(':')) {
          const name = order.slice(1);
          nextChains = [...new Set([...nextChains, name])];
          next = next.filter((rule) => !rule.startsWith(`-A ${name} `));
        } else if (!nextChains.includes(chain)) return refusal(line);
        else if (order === '-A') next.push(line);
        else if (order === '-F') next = next.filter((rule) => !rule.startsWith(`-A ${chain} `));
        else if (order === '-D' && next.includes(line.replace('-D', '-A')))
          next = next.filter((rule) => rule !== line.replace('-D', '-A'));
        else if (order === '-X' && !next.some((rule) => rule.endsWith(`-j ${chain}`)))
          nextChains = nextChains.filter((name) => name !== chain);
        else return refusal(line);
      }
      [chains, held] = [nextChains, next];
      writes++;
      return ok(true);
    },
  };
}

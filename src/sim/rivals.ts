/** Two masters of one VRID in a whole network: each advert of the better one ends it, so that it never lasts longer than
 *  the interval of its adverts and their way. */
import { elapsed, type Instant, type Micros, micros, millis } from '../base/units.ts';
import type { Host } from './host.ts';

export interface Rivals {
  /** The masters on this host may be others than before. */
  note(host: Host): void;
  /** From now on there is, or is no longer, an excuse. */
  setWhole(whole: boolean): void;
}

/** For frames that were late when the network became whole, and for the loop of the host that yields. */
const SLACK: Micros = millis(700);

export function newRivals(now: () => Instant, report: (text: string) => void): Rivals {
  const masters = new Map<number, Map<Host, Micros>>();
  /** since when there are two; absent = one or none */
  const since = new Map<number, Instant>();
  let wholeSince: Instant | null = null;

  function judge(vrid: number, held: ReadonlyMap<Host, Micros>): void {
    if (held.size < 2) {
      since.delete(vrid);
      return;
    }
    const begun = since.get(vrid) ?? now();
    since.set(vrid, begun);
    if (wholeSince === null) return;
    const bound = micros(Math.max(...held.values()) + SLACK);
    const lasted = Math.min(elapsed(begun, now()), elapsed(wholeSince, now()));
    if (lasted <= bound) return;
    const names = [...held.keys()].map(({ plan }) => plan.name).join(' and ');
    report(`VRID ${vrid}: ${names} have both been master for ${lasted} us in a whole network`);
  }

  return {
    note(host) {
      const now = new Map<number, Micros>();
      for (const { phase, config } of host.node?.routers ?? []) {
        if (phase.kind === 'master') now.set(config.vrid, config.advertInterval);
      }
      for (const [vrid, held] of masters) if (!now.has(vrid)) held.delete(host);
      for (const [vrid, interval] of now) {
        const held = masters.get(vrid) ?? new Map<Host, Micros>();
        masters.set(vrid, held.set(host, interval));
      }
      for (const [vrid, held] of masters) judge(vrid, held);
    },
    setWhole(whole) {
      wholeSince = whole ? now() : null;
    },
  };
}

/** interface_up_down_delays → model. A link that is held up too long would keep a router master past the patience of its
 *  peers, so delays stay below the time in which they miss it (behaviour.md section 3). */
import { type Micros, micros } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { InterfaceDelay } from '../model/global.ts';
import type { VrrpInstance } from '../model/vrrp.ts';
import type { ListEntry } from '../schema/read-block.ts';

/** Of several lines for one interface the last counts. */
export function lowerInterfaceDelays(
  entries: readonly ListEntry<InterfaceDelay>[],
  instances: readonly VrrpInstance[],
  report: Report,
): readonly InterfaceDelay[] {
  const delays = new Map<string, InterfaceDelay>();
  const limits = new Map<string, number>();
  for (const instance of instances) {
    const others = limits.get(instance.interface) ?? Number.POSITIVE_INFINITY;
    limits.set(instance.interface, Math.min(others, patience(instance)));
  }
  for (const { value, at } of entries) {
    const place = at.args[0] ?? at.keyword;
    const limit = limits.get(value.interface) ?? Number.POSITIVE_INFINITY;
    if (limit === 0) {
      report(catalog.link_delay_refused(place, { interface: value.interface }));
      continue;
    }
    const longest = Math.max(value.down, value.up);
    if (longest > limit) report(catalog.link_delay_reduced(place, { interface: value.interface, limit }));
    const within = (delay: Micros): Micros => micros(Math.min(delay, limit));
    delays.set(value.interface, { ...value, down: within(value.down), up: within(value.up) });
  }
  return [...delays.values()];
}

/** (down_timer_adverts - 1) intervals less 1/256 of one; 0 when not even one advert may be missed. */
const patience = ({ downTimerAdverts, advertInterval }: VrrpInstance): number =>
  downTimerAdverts === 1 ? 0 : (downTimerAdverts - 1) * advertInterval - advertInterval / 256;

/** The numbers of an instance: intervals, preemption, gratuitous ARP (behaviour.md section 3). */
import { type Micros, micros, seconds, toSeconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { GarpSettings, VrrpVersion } from '../model/vrrp.ts';
import { type LowerContext, valueOr } from './context.ts';
import type { InstanceSettings } from './vrrp-instance.ts';

const ADVERT_DEFAULT = seconds(1);
/** version 2 counts whole seconds in one octet */
const V2_STEP = seconds(1);
const V2_MAX = seconds(255);
/** version 3 counts centiseconds in twelve bits (RFC 9568 §5.2.7) */
const V3_STEP = micros(10_000);
const V3_MAX = micros(40_950_000);

const GARP_DELAY = seconds(5);
const GARP_REPEAT = 5;
const NONE = micros(0);

export function advertInterval(
  settings: InstanceSettings,
  name: string,
  version: VrrpVersion,
  { report }: LowerContext,
): Micros {
  const wanted = valueOr(settings.advert_int, ADVERT_DEFAULT);
  const [step, most] = version === 2 ? [V2_STEP, V2_MAX] : [V3_STEP, V3_MAX];
  const rounded = micros(Math.min(most, Math.max(step, Math.round(wanted / step) * step)));
  if (rounded !== wanted && settings.advert_int !== undefined) {
    const at = settings.advert_int.at.args[0] ?? settings.advert_int.at.keyword;
    report(catalog.interval_rounded(at, { name, used: `${toSeconds(rounded)}`, version }));
  }
  return rounded;
}

interface Preemption {
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
}

/** preempt_delay means nothing for a router that starts as master, neither does nopreempt for one that owns the address. With
 *  `state MASTER` keepalived clears nopreempt, too; here it means what it says. */
export function preemption(
  settings: InstanceSettings,
  name: string,
  { owner, strict }: { readonly owner: boolean; readonly strict: boolean },
  { report }: LowerContext,
): Preemption {
  const master = settings.state?.value === 'MASTER';
  const last = (settings.preempt?.at.order ?? -1) > (settings.nopreempt?.at.order ?? -1);
  let preempt = settings.nopreempt === undefined || last;
  const at = settings.nopreempt?.at.keyword ?? null;
  if (!preempt && owner) {
    report(catalog.nopreempt_cleared(at, { name, why: 'priority 255' }));
    preempt = true;
  } else if (!preempt && master) report(catalog.nopreempt_with_state_master(at, { name }));
  const delay = settings.preempt_delay;
  const why = master ? 'state MASTER' : strict ? 'strict mode' : preempt ? null : 'nopreempt';
  if (delay === undefined || delay.value === 0) return { preempt, preemptDelay: NONE };
  if (why === null) return { preempt, preemptDelay: delay.value };
  report(catalog.preempt_delay_cleared(delay.at.keyword, { name, why }));
  return { preempt, preemptDelay: NONE };
}

/** Instance, then global_defs, then built-in; `vrrp_min_garp` lowers the built-in ones. */
export function garpSettings(
  settings: InstanceSettings,
  strict: boolean,
  { defaults }: LowerContext,
): GarpSettings {
  const least = valueOr(defaults.vrrp_min_garp, false);
  const globalDelay = valueOr(defaults.vrrp_garp_master_delay, least ? NONE : GARP_DELAY);
  const globalRepeat = valueOr(defaults.vrrp_garp_master_repeat, least ? 1 : GARP_REPEAT);
  const lowerDelay = strict ? NONE : valueOr(defaults.vrrp_garp_lower_prio_delay, globalDelay);
  const lowerRepeat = strict ? 0 : valueOr(defaults.vrrp_garp_lower_prio_repeat, globalRepeat);
  return {
    delay: valueOr(settings.garp_master_delay, globalDelay),
    repeat: atLeastOne(valueOr(settings.garp_master_repeat, globalRepeat)),
    refresh: valueOr(settings.garp_master_refresh ?? defaults.vrrp_garp_master_refresh, NONE),
    refreshRepeat: atLeastOne(
      valueOr(settings.garp_master_refresh_repeat ?? defaults.vrrp_garp_master_refresh_repeat, 1),
    ),
    lowerPrioDelay: valueOr(settings.garp_lower_prio_delay, lowerDelay),
    lowerPrioRepeat: valueOr(settings.garp_lower_prio_repeat, lowerRepeat),
  };
}

const atLeastOne = (count: number): number => Math.max(1, count);

/** What checkers do to the weight of their server. behaviour.md section 15.2: effective weight = configured + the sum of
 *  what each checker adds, within what IPVS takes. */
import { exhaustive } from '../../base/never.ts';

/** linux/ip_vs.h: a weight is a non-negative int. */
const WEIGHT_MAX = 2_147_483_647;

export type WeightEffect =
  /** MISC_CHECK with misc_dynamic names the weight itself */
  | { readonly kind: 'set'; readonly to: number }
  /** FILE_CHECK adds value × weight; may be negative */
  | { readonly kind: 'added'; readonly by: number }
  /** AGENT_CHECK: percent of the configured weight; only 0 gives a weight of 0 */
  | { readonly kind: 'share'; readonly percent: number };

/** What the checker adds to the configured weight; null = it says nothing. */
export function addition(effect: WeightEffect | null, configured: number): number {
  if (effect === null) return 0;
  switch (effect.kind) {
    case 'set':
      return effect.to - configured;
    case 'added':
      return effect.by;
    case 'share':
      return shareOf(configured, effect.percent) - configured;
    default:
      return exhaustive(effect);
  }
}

const shareOf = (configured: number, percent: number): number =>
  percent === 0 || configured === 0 ? 0 : Math.max(1, Math.round((configured * percent) / 100));

export const limitedWeight = (weight: number): number => Math.max(0, Math.min(weight, WEIGHT_MAX));

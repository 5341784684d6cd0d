/** A split as one sentence: what is so, and what most likely is behind it. */
import { exhaustive } from '../../base/never.ts';
import type { Claim, Difference, Split, SplitCause } from './split.ts';
import type { RouterState } from './state.ts';

export function splitText(
  { rival, priority }: Split,
  cause: SplitCause,
  { config, effectivePriority }: RouterState,
): string {
  const also =
    priority === null
      ? `${rival} also advertises VRID ${config.vrid}`
      : `${rival} also advertises ${priority}${priority < effectivePriority ? ` < ${effectivePriority}` : ''}`;
  return `${also}: ${causeText(cause, config.interface)}`;
}

function causeText(cause: SplitCause, name: string): string {
  switch (cause.kind) {
    case 'adverts_lost':
      return `adverts from here are not reaching it over ${name} (protocol 112 or multicast is filtered one way?)`;
    case 'own_stall':
      return `this process had stood still for ${Math.round(cause.late / 1000)} ms, and it took over meanwhile`;
    case 'other_cluster':
      return `it has ${differenceText(cause.differs)}: another cluster uses this VRID, or the two configurations differ`;
    default:
      return exhaustive(cause);
  }
}

function differenceText(differs: Difference): string {
  switch (differs) {
    case 'address_list':
      return 'other virtual addresses';
    case 'version':
      return 'another VRRP version';
    case 'advert_interval':
      return 'another advert_int';
    case 'invalid_auth_type':
    case 'auth_type_mismatch':
      return 'another auth_type';
    case 'auth_failure':
    case 'ah_forged':
      return 'another password';
    case 'hmac_missing':
      return 'no auth_hmac';
    case 'hmac_unknown_key':
    case 'hmac_forged':
      return 'another auth_hmac key';
    default:
      return exhaustive(differs);
  }
}

/** Who answers ARP is alive and near; what was heard of it as a router tells the rest. */
export function claimText({ address, mac }: Claim, { config, heardAt, phase }: RouterState): string {
  const claims = `${mac} answers ARP for ${address}`;
  if (phase.kind === 'master' && phase.split !== null)
    return `${claims}, and ${phase.split.rival} advertises it`;
  const why =
    heardAt === null
      ? `no advert of anybody was ever heard on ${config.interface}: protocol 112 is filtered, or it runs no VRRP`
      : 'unicast answers but its adverts are not heard: multicast is lost (IGMP snooping without a querier?) or filtered';
  return `${claims}: ${why}`;
}

/** What the followers of a session write when they hear of a change, in keepalived's words. */
import type { BfdVerdict } from './session.ts';

export const bfdEventText = (event: { readonly session: string; readonly verdict: BfdVerdict }): string =>
  `Received BFD event: instance ${event.session} is in state ${event.verdict === 'up' ? 'Up' : 'Down'}`;

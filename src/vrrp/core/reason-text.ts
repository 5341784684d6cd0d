/** A reason as one sentence, for logs, statuses and traces: without a capital and a full stop, to stand behind a colon. */
import { exhaustive } from '../../base/never.ts';
import { faultReason } from './health.ts';
import type { Reason } from './reason.ts';

export function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'startup_delay':
      return 'waiting for the end of vrrp_startup_delay';
    case 'awaits_trackers':
      return `waiting for the first result of ${reason.trackers.join(', ')}`;
    case 'stopped':
      return 'stopped';
    case 'removed':
      return 'removed from the configuration';
    case 'started':
      return 'started: listening for a master';
    case 'found_in_place':
      return 'started with its addresses in place: keeping them unless another master is heard';
    case 'recovered':
      return 'faults are over: listening for a master';
    case 'yielded':
      return yieldedText(reason);
    case 'follows':
      return followsText(reason);
    case 'follows_over':
      return `master is ${reason.master.address} with priority ${reason.master.priority}, heard only over heartbeat interface ${reason.heartbeat}`;
    case 'overslept':
      return `own adverts are ${(reason.late / 1_000_000).toFixed(1)} s late: ${reason.to === null ? 'another router may be master' : `${reason.to} has taken over`}`;
    case 'outbids':
      return `about to preempt ${reason.master.address}, whose priority ${reason.master.priority} is lower than ${reason.own}`;
    case 'awaits_group':
      return `${reasonText(reason.takeover)}: ready, but sync group ${reason.group} is not`;
    case 'stepped_back_with_group':
      return `${reason.member} of sync group ${reason.group} is ${reason.state}: ${reasonText(reason.why)}`;
    case 'ordered_down':
      return 'stepped down because an operator ordered it';
    case 'none_heard':
      return 'no master was heard';
    case 'fell_silent':
      return `master ${reason.master} fell silent`;
    case 'resigned':
      return `master ${reason.master} resigned`;
    case 'preempted':
      return `preempted ${reason.master.address}, whose priority ${reason.master.priority} is lower`;
    case 'owns_addresses':
      return 'owns the addresses (priority 255)';
    case 'joined_group':
      return 'added to a sync group that is master';
    case 'ordered_up':
      return 'preferred because an operator ordered it';
    case 'unfit':
      return faultReason(reason.causes);
    default:
      return exhaustive(reason);
  }
}

function yieldedText({ to, own, late }: Extract<Reason, { kind: 'yielded' }>): string {
  const heard = `heard ${to.address} with priority ${to.priority}, own priority is ${own}`;
  return late === null
    ? heard
    : `${heard}, after this process had stood still for ${Math.round(late / 1000)} ms`;
}

/** `10.0.0.2 advertises 110 > 100` */
function followsText({ master, own, because }: Extract<Reason, { kind: 'follows' }>): string {
  const relation = master.priority > own ? '>' : master.priority === own ? '=' : '<';
  const heard = `${master.address} advertises ${master.priority} ${relation} ${own}`;
  switch (because) {
    case 'higher':
    case 'equal':
      return heard;
    case 'nopreempt':
      return `${heard}, and nopreempt leaves the mastership where it is`;
    case 'preempt_delay':
      return `${heard}, and preempt_delay is not over`;
    default:
      return exhaustive(because);
  }
}

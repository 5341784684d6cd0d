/** linkbeat_interfaces: links of which the kernel does not tell reliably are asked for once a second. Stands before the network
 *  port: whoever looks through it sees the carrier that was asked for, and a change of it as an event. */
import type { Log } from '../../base/log.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { after, type InterfaceName, seconds } from '../../base/units.ts';
import type { PolledLink } from '../../config/model/global.ts';
import type { CarrierPort } from '../../ports/carrier.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import type { LinkState, NetEvent, NetKernel, NetState } from '../../ports/net-kernel.ts';
import { vrrpShellLog } from '../core/log-events.ts';

export interface PolledLinks extends NetKernel {
  /** The links to poll from now on. */
  poll(links: readonly PolledLink[]): void;
}

/** keepalived's period. */
const PERIOD = seconds(1);

export function polledLinks(
  net: NetKernel,
  { carrier, clock, log }: { readonly carrier: CarrierPort; readonly clock: Clock; readonly log: Log },
): PolledLinks {
  let polled: readonly PolledLink[] = [];
  /** what was last asked for; a link that cannot be asked is as the kernel tells */
  const answers = new Map<InterfaceName, boolean>();
  /** as the kernel last told of them, without what was asked for */
  const told = new Map<InterfaceName, LinkState>();
  const complained = new Set<InterfaceName>();
  let listener: ((event: NetEvent) => void) | null = null;
  let alarm: Alarm | null = null;

  function ask({ interface: name, method }: PolledLink): void {
    const answer = carrier.ask(name, method);
    if (answer.ok) {
      answers.set(name, answer.value);
      complained.delete(name);
    } else {
      answers.delete(name);
      complain(name, answer.error);
    }
  }

  function complain(name: InterfaceName, error: SystemError): void {
    if (complained.has(name) || error.code === 'ENODEV') return;
    complained.add(name);
    log(vrrpShellLog.carrierUnknown({ interface: name, detail: systemErrorText(error) }));
  }

  function look(): void {
    for (const link of polled) {
      const before = answers.get(link.interface);
      ask(link);
      const state = told.get(link.interface);
      if (state !== undefined && answers.get(link.interface) !== before)
        listener?.({ kind: 'link_changed', link: seen(state) });
    }
    if (polled.length > 0) alarm ??= clock.alarm(look);
    alarm?.set(polled.length === 0 ? null : after(clock.now(), PERIOD));
  }

  /** From now on the kernel's word counts again. */
  function leave(name: InterfaceName): void {
    answers.delete(name);
    const state = told.get(name);
    if (state !== undefined) listener?.({ kind: 'link_changed', link: state });
  }

  const seen = (link: LinkState): LinkState => {
    const answer = answers.get(link.name);
    return answer === undefined ? link : { ...link, running: answer };
  };

  function remember(link: LinkState): LinkState {
    told.set(link.name, link);
    return seen(link);
  }

  const seenState = (state: NetState): NetState => ({
    ...state,
    links: new Map([...state.links].map(([index, link]) => [index, remember(link)])),
  });

  function translate(event: NetEvent): NetEvent {
    if (event.kind === 'link_changed') return { ...event, link: remember(event.link) };
    if (event.kind === 'resynced') return { ...event, state: seenState(event.state) };
    if (event.kind === 'link_removed') told.delete(event.name);
    return event;
  }

  return {
    poll(links) {
      polled = links;
      const named = new Set(links.map((one) => one.interface));
      for (const name of [...answers.keys()]) if (!named.has(name)) leave(name);
      look();
    },
    snapshot() {
      const state = net.snapshot();
      return state.ok ? { ok: true, value: seenState(state.value) } : state;
    },
    apply: (operations) => net.apply(operations),
    subscribe(next) {
      const subscribed = net.subscribe((event) => next(translate(event)));
      if (!subscribed.ok) return subscribed;
      listener = next;
      return {
        ok: true,
        value: () => {
          listener = null;
          alarm?.set(null);
          subscribed.value();
        },
      };
    },
  };
}

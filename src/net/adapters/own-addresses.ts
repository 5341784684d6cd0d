/** The addresses of this host over rtnetlink: read once, then kept up by its notifications. */
import { ok } from '../../base/result.ts';
import type { NetKernel } from '../../ports/net-kernel.ts';
import type { OwnAddresses } from '../../ports/own-addresses.ts';
import { applyEvent, EMPTY_NET_STATE } from '../core/state.ts';

/** Errors are those of the subscription and of the first reading. */
export const ownAddresses = (kernel: NetKernel): OwnAddresses => ({
  follow(tell) {
    let state = EMPTY_NET_STATE;
    const publish = (): void => tell(new Set(state.addresses.map(({ address }) => address)));
    const subscribed = kernel.subscribe((event) => {
      const before = state.addresses;
      state = applyEvent(state, event);
      if (state.addresses !== before) publish();
    });
    if (!subscribed.ok) return subscribed;
    const first = kernel.snapshot();
    if (!first.ok) {
      subscribed.value();
      return first;
    }
    state = first.value;
    publish();
    return ok(subscribed.value);
  },
});

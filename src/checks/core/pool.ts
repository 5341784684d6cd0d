/** Where a server stands in its pool, and what the kernel gives it to carry. behaviour.md sections 15 and 15.2.
 *
 *      serving      its weight, or as much of it as slow_start allows
 *      weightless   in the table with weight 0: its connections go on, it gets no new ones
 *      out          not in the table: its connections are cut
 */
import { isAlive, liveWeight, type ServerState, type ServiceState, sorryServerActive } from './service.ts';
import { weightAtStep } from './slow-start.ts';

export type Place = 'serving' | 'weightless' | 'out';

/** A drain outranks everything: a server on its way out keeps its connections while the sorry server stands in. A lost
 *  quorum with a sorry server outranks depool_threshold: that server is what the operator wants then. */
export function placeOf(service: ServiceState, server: ServerState): Place {
  const aside = server.config.inhibitOnFailure ? 'weightless' : 'out';
  if (server.drain !== null) return server.drain.ended || !isAlive(server) ? aside : 'weightless';
  if (sorryServerActive(service)) return aside;
  return isAlive(server) || server.held ? 'serving' : aside;
}

/** In the kernel's table as decided now. */
export const isPooled = (service: ServiceState, server: ServerState): boolean =>
  placeOf(service, server) !== 'out';

/** The weight that the kernel gets; 0 also for a server that is not in its table. */
export function effectiveWeight(service: ServiceState, server: ServerState): number {
  if (placeOf(service, server) !== 'serving') return 0;
  const weight = liveWeight(server);
  return server.ramp === null ? weight : weightAtStep(weight, server.ramp.step);
}

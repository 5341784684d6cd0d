/** An operator's word about one server: whom he means, and what he is told. */
import { err, ok, type Result } from '../../base/result.ts';
import { elapsed, type Instant, type Micros, toSeconds } from '../../base/units.ts';
import { entriesOf } from '../../config/model/lvs.ts';
import { destinationKeyText, type ServiceKey } from '../../ipvs/core/table.ts';
import type { Drain } from './drain.ts';
import { serverName, serviceName } from './names.ts';
import { type NodeEvent, type NodeState, placeKey, type ServerPlace } from './node-state.ts';
import type { ServiceState } from './service.ts';

/** A week: a drain that takes longer has been forgotten. */
export const DRAIN_SECONDS_MAX = 604_800;

export interface DrainOrder {
  readonly kind: 'drain' | 'undrain';
  /** as `vipctl status`, the file or ipvsadm call them */
  readonly virtualServer: string;
  readonly realServer: string;
  /** null: the server's own drain_timeout */
  readonly limit: Micros | null;
}

export interface DrainReport {
  /** false: there is no such server, or nothing to lift */
  readonly accepted: boolean;
  /** a sentence for the operator */
  readonly text: string;
}

type DrainEvent = Extract<NodeEvent, { kind: 'drain_ordered' | 'undrain_ordered' }>;

/** The order as an event, or why it means nobody. */
export function understandOrder(state: NodeState, order: DrainOrder): Result<DrainEvent, string> {
  const places = placesNamed(state, order);
  const [place, second] = places;
  if (place === undefined) {
    return err(`no real server ${order.realServer} in a virtual server ${order.virtualServer}`);
  }
  if (second !== undefined) {
    const names = places.map(({ service, server }) => `${server} of ${service}`).join(', ');
    return err(`${order.realServer} of ${order.virtualServer} may be ${names}`);
  }
  if (order.kind === 'drain') return ok({ kind: 'drain_ordered', place, limit: order.limit });
  const server = state.services.get(place.service)?.servers.get(place.server);
  if (server === undefined) return err(`${place.server} is no longer configured; its drain goes on`);
  if (server.drain === null) return err(`${place.server} of ${place.service} is not being drained`);
  return ok({ kind: 'undrain_ordered', place });
}

/** How it stands with a server after an order about it, as a sentence for the operator. */
export function tellDrain(state: NodeState, place: ServerPlace, now: Instant): string {
  const service = state.services.get(place.service);
  const leaving = state.leaving.get(placeKey(place));
  const drain = service?.servers.get(place.server)?.drain ?? leaving?.drain ?? null;
  const words = [drainWords(drain, now)];
  if (service?.quorumUp === false) words.push('its virtual server has no quorum now');
  return `${place.server} of ${place.service}: ${words.join('; ')}`;
}

function drainWords(drain: Drain | null, now: Instant): string {
  if (drain === null) return 'in service again';
  if (drain.ended) return 'drained';
  return `draining, for at most ${Math.ceil(toSeconds(elapsed(now, drain.until)))} s`;
}

function placesNamed(state: NodeState, { virtualServer, realServer }: DrainOrder): readonly ServerPlace[] {
  const configured = [...state.services.values()]
    .filter((service) => serviceNames(service).includes(virtualServer))
    .flatMap((service) =>
      [...service.servers]
        .filter(([, { config }]) => serverNames(service, config).includes(realServer))
        .map(([server]) => ({ service: service.key, server })),
    );
  const leaving = [...state.leaving.values()].filter(
    ({ service, server, names, destinations }) =>
      [service, names.service, ...destinations.map((one) => shortName(one.service.key))].includes(
        virtualServer,
      ) && [server, names.server].includes(realServer),
  );
  return [...configured, ...leaving.map(({ service, server }) => ({ service, server }))];
}

/** A group also goes by its own name, and by each of its entries. */
const serviceNames = ({ key, config: { match } }: ServiceState): readonly string[] => [
  key,
  serviceName(match),
  ...(match.kind === 'group' ? [match.name] : []),
  ...entriesOf(match).map(shortName),
];

/** `192.168.100.240:80`, `fwmark 7` */
const shortName = (match: ServiceKey): string =>
  match.kind === 'fwmark' ? `fwmark ${match.mark}` : destinationKeyText(match);

const serverNames = (
  { config: service }: ServiceState,
  server: ServiceState['config']['realServers'][number],
): readonly string[] => [destinationKeyText(server), serverName(service, server), server.address];

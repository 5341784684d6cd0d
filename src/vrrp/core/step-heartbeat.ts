/** Adverts that come over a second path (heartbeat.ts): checked as on the main one, and heeded where that is silent. */
import { elapsed, type Instant, type InterfaceName, instant } from '../../base/units.ts';
import { type AcceptedAdvert, type ReceivedPacket, receiveAdvert } from '../wire/receive.ts';
import { dropped } from './dropped.ts';
import { andThen, complainOnce, count, listedAddresses, log, type Step, type World } from './effects.ts';
import {
  alongPath,
  heartbeatFor,
  isEcho,
  isOtherCluster,
  noteHeard,
  pathHeard,
  sourceOn,
} from './heartbeat.ts';
import { vrrpLog } from './log-events.ts';
import type { Reason } from './reason.ts';
import { isOwner, type RouterState } from './state.ts';
import { backupHeard } from './step-backup.ts';
import { masterHeard } from './step-master.ts';
import { downInterval } from './transitions.ts';

/** An advert came over the main path; it may have been missed there. */
export function heardOnMain(router: RouterState, { source, advert }: AcceptedAdvert, now: Instant): Step {
  const { config, complained } = router;
  const noted = noteHeard(router, config.interface, { source, priority: advert.priority, at: now });
  if (!complained.includes('heartbeat_only')) return [noted, []];
  const entry = vrrpLog.mainHeardAgain({ instance: config.name, interface: config.interface });
  return [{ ...noted, complained: complained.filter((about) => about !== 'heartbeat_only') }, [log(entry)]];
}

export function receivedOver(
  router: RouterState,
  over: InterfaceName,
  packet: ReceivedPacket,
  world: World,
  now: Instant,
): Step {
  const { phase, config } = router;
  const path = heartbeatFor(config, over, packet);
  if (path === null || (phase.kind !== 'backup' && phase.kind !== 'master')) return [router, []];
  if (packet.source === sourceOn(config, over, world) || (isOwner(config) && config.ownerIgnoreAdverts))
    return [router, []];
  const verdict = receiveAdvert(packet, {
    instance: alongPath(config, path),
    groupForChecksum: null,
    listed: listedAddresses(config, world.network),
  });
  if (!verdict.ok) return dropped(router, packet, verdict.error);
  if (isOtherCluster(verdict.value, config)) {
    const { name: instance, vrid } = config;
    const entry = vrrpLog.otherCluster({ instance, interface: over, source: packet.source, vrid });
    return complainOnce(count(router, 'addressListErrors'), 'other_cluster', entry);
  }
  const { advert, source } = verdict.value;
  const echo = isEcho(router, advert.priority, now);
  const noted = noteHeard(router, over, { source, priority: advert.priority, at: now });
  return echo ? [noted, []] : heed(count(noted, 'advertsReceived'), over, verdict.value, world, now);
}

/** In the name that the sender has on the main path, if that is known: then a tie is broken as it would be there. */
function heed(
  router: RouterState,
  over: InterfaceName,
  accepted: AcceptedAdvert,
  world: World,
  now: Instant,
): Step {
  const { phase } = router;
  const knownAs = pathHeard(router, over)?.knownAs ?? null;
  const heard = { ...accepted, source: knownAs ?? accepted.source };
  if (phase.kind === 'master') {
    const own = knownAs === null ? sourceOn(router.config, over, world) : null;
    return masterHeard(router, phase, heard, world, now, own ?? phase.source);
  }
  if (phase.kind !== 'backup') return [router, []];
  return andThen(backupHeard(router, phase, heard, world, now), (r) => explain(r, over, heard, now));
}

/** Only the second path has brought the master for longer than a master may be silent: that is told, and is the reason. */
function explain(router: RouterState, over: InterfaceName, { advert }: AcceptedAdvert, now: Instant): Step {
  const { phase, config, changedAt } = router;
  if (phase.kind !== 'backup' || phase.master?.priority !== advert.priority) return [router, []];
  const since = Math.max(pathHeard(router, config.interface)?.at ?? 0, changedAt ?? 0);
  const silence = elapsed(instant(since), now);
  if (silence <= downInterval(router, phase.masterInterval)) return [router, []];
  const reason: Reason = { kind: 'follows_over', master: phase.master, heartbeat: over };
  const entry = vrrpLog.heartbeatOnly({
    instance: config.name,
    interface: config.interface,
    over,
    silentMicros: silence,
  });
  return complainOnce({ ...router, phase: { ...phase, reason } }, 'heartbeat_only', entry);
}

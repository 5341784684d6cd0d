/** A vrrp_instance block → VrrpInstance, by the completion rules of behaviour.md section 3. What keeps the daemon
 *  from starting is reported as a refusal; everything else gets the value that keepalived would use. */

import type { Family } from '../../base/ip.ts';
import { interfaceName, type Priority, priority, vrid } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type {
  ReceiveBuffer,
  TrackedInterface,
  VirtualAddress,
  VrrpAuthentication,
  VrrpInstance,
  VrrpVersion,
} from '../model/vrrp.ts';
import type { BlockValue, Settings } from '../schema/read-block.ts';
import type { vrrpInstanceRows } from '../schema/vrrp.ts';
import { firstGiven, type GlobalSettings, type LowerContext, latest, valueOr } from './context.ts';
import { lowerHeartbeats } from './heartbeats.ts';
import { lowerInstanceNotify } from './notify.ts';
import { virtualRouting } from './routing.ts';
import { type Trackers, trackedObjects } from './trackers.ts';
import { type LinkPlan, planLinks } from './virtual-links.ts';
import { advertRoute, instanceFamily, placedAddress, virtualAddresses } from './vrrp-addresses.ts';
import { lowerAuthentication } from './vrrp-authentication.ts';
import { advertInterval, garpSettings, preemption } from './vrrp-timing.ts';

export type InstanceSettings = Settings<typeof vrrpInstanceRows>;
export type InstanceBlock = BlockValue<string, typeof vrrpInstanceRows>;

const OWNER = 255;
const PRIORITY_DEFAULT = 100;
const LOOPBACK = 'lo';
const DOWN_TIMER_ADVERTS = 3;
const RECEIVE_MULTIPLIER = 3;

/** null when the instance cannot exist: no VRID, no interface, no address where one is needed. */
export function lowerInstance(
  block: InstanceBlock,
  trackers: Trackers,
  context: LowerContext,
): VrrpInstance | null {
  const { settings, head: name } = block;
  const { defaults, report } = context;
  const { complete, ...mandatory } = mandatorySettings(block, context);
  const family = instanceFamily(settings);
  const strict = valueOr(settings.strict_mode ?? defaults.vrrp_strict, false);
  const version = instanceVersion(settings, name, family, strict, context);
  const level = valueOr(settings.priority, settings.state?.value === 'MASTER' ? OWNER : PRIORITY_DEFAULT);
  const owner = level === OWNER;
  const route = advertRoute(settings, name, family, context);
  const unicast = route.destination.kind === 'unicast';
  const plan = planLinks(settings, { name, family, strict, unicast, ...mandatory }, context);
  const addresses = virtualAddresses(
    settings,
    { name, family, interface: mandatory.interface, strict, place: plan.place },
    context,
  );
  const none = settings.no_virtual_ipaddress !== undefined && !strict;
  if (addresses.virtual.length === 0 && !none) {
    const row = version === 3 || strict ? catalog.no_address_refused : catalog.no_address;
    report(row(block.at.args[0] ?? null, { name }));
  }
  if (strict && (settings.state?.value === 'MASTER') !== owner) {
    report(catalog.owner_state(settings.state?.at.keyword ?? block.at.keyword, { name }));
  }
  const interval = advertInterval(settings, name, version, context);
  const authentication = lowerAuthentication(
    settings,
    { name, version, family, strict, advertInterval: interval },
    context,
  );
  const instance: VrrpInstance = {
    name,
    ...mandatory,
    version,
    family,
    initialState: strict
      ? owner
        ? 'MASTER'
        : 'BACKUP'
      : initialState(settings, name, owner, authentication.kind, context),
    priority: priority(level),
    advertInterval: interval,
    ...preemption(settings, name, { owner, strict }, context),
    downTimerAdverts: strict
      ? DOWN_TIMER_ADVERTS
      : valueOr(settings.down_timer_adverts ?? defaults.vrrp_down_timer_adverts, DOWN_TIMER_ADVERTS),
    authentication,
    advertInterface: plan.advertInterface,
    sourceAddress: route.source ?? plan.source,
    destination: route.destination,
    heartbeats: lowerHeartbeats(
      settings,
      { name, family, destination: route.destination, ...mandatory },
      context,
    ),
    virtualAddresses: addresses.virtual,
    excludedAddresses: [...ownAddress(plan), ...addresses.excluded],
    virtualLinks: plan.links,
    ...virtualRouting(settings, context),
    garp: garpSettings(settings, strict, context),
    strict,
    accept: owner || isAccepting(settings, { strict, version }),
    timerExpiredBackup: timerExpired(settings, name, owner, context),
    receiveBuffer: receiveBuffer(settings, defaults),
    trackSource: tracksSource(settings, name, route.source, context),
    trackPrimary: settings.dont_track_primary === undefined,
    trackInterfaces: lowerTrackedInterfaces(block, mandatory.interface, owner, context),
    trackers: trackedObjects({ name, settings, order: block.at.order, owner }, trackers, context),
    skipCheckAdvAddr:
      settings.skip_check_adv_addr?.value === true || valueOr(defaults.vrrp_skip_check_adv_addr, false),
    checksumAsV2:
      version === 3 &&
      family === 'inet' &&
      valueOr(settings.v3_checksum_as_v2, defaults.v3_checksum_as_v2 !== undefined),
    ownerIgnoreAdverts:
      owner &&
      (firstGiven(settings.owner_ignore_adverts, strict ? undefined : defaults.vrrp_owner_ignore_adverts) ??
        strict),
    promoteSecondaries: promotesSecondaries(settings, name, context),
    lowerPrioNoAdvert:
      firstGiven(settings.lower_prio_no_advert, strict ? undefined : defaults.vrrp_lower_prio_no_advert) ??
      strict,
    higherPrioSendAdvert:
      firstGiven(
        settings.higher_prio_send_advert,
        strict ? undefined : defaults.vrrp_higher_prio_send_advert,
      ) ?? false,
    notify: lowerInstanceNotify(settings, context.priorityChanges.get(name), context),
  };
  return complete ? instance : null;
}

/** The address of the ipvlan: there while the instance is master, and not advertised. */
const ownAddress = ({ ownAddress: line, links: [main] }: LinkPlan): readonly VirtualAddress[] =>
  line === null || main === undefined ? [] : [placedAddress(line, main.name)];

/** Whoever would take the addresses back at once has nothing of stepping back. */
function timerExpired(
  settings: InstanceSettings,
  name: string,
  owner: boolean,
  { report }: LowerContext,
): Priority | null {
  const given = latest(settings.timer_expired_backup, settings.thread_timer_expired);
  if (given === undefined) return null;
  const stays = settings.nopreempt !== undefined && settings.state?.value !== 'MASTER' && !owner;
  if (stays) return priority(given.value);
  report(catalog.timer_expired_preempts(given.at.keyword, { name, keyword: given.at.keyword.text }));
  return null;
}

/** The own size, or what the policy says of every instance (keywords.json, vrrp_rx_bufs_policy). */
function receiveBuffer(
  { kernel_rx_buf_size: own }: InstanceSettings,
  { vrrp_rx_bufs_policy: policy, vrrp_rx_bufs_multiplier: multiplier }: GlobalSettings,
): ReceiveBuffer {
  const octets = own?.value ?? policy?.value;
  if (octets === undefined) return { kind: 'usual' };
  if (typeof octets === 'number') return { kind: 'octets', octets };
  return { kind: octets, times: valueOr(multiplier, RECEIVE_MULTIPLIER) };
}

/** Accept mode of a router that is no owner: everywhere but in strict mode, unless it is said (RFC 9568 §6.1). */
function isAccepting(
  { accept, no_accept: refuse }: InstanceSettings,
  { strict, version }: { readonly strict: boolean; readonly version: VrrpVersion },
): boolean {
  const said = latest<unknown>(accept, refuse);
  if (said === undefined) return !strict;
  return said === accept && (!strict || version === 3);
}

function tracksSource(
  { track_src_ip: tracked }: InstanceSettings,
  name: string,
  source: VrrpInstance['sourceAddress'],
  { report }: LowerContext,
): boolean {
  if (tracked !== undefined && source === null)
    report(catalog.source_not_tracked(tracked.at.keyword, { name }));
  return tracked !== undefined && source !== null;
}

/** A VMAC is made with it, whatever the file says. */
function promotesSecondaries(settings: InstanceSettings, name: string, { report }: LowerContext): boolean {
  const { promote_secondaries: promotion, use_vmac: vmac } = settings;
  if (promotion !== undefined && vmac !== undefined)
    report(catalog.vmac_promotes(promotion.at.keyword, { name }));
  return promotion !== undefined && vmac === undefined;
}

function mandatorySettings({ settings, head: name, at }: InstanceBlock, { report }: LowerContext) {
  const place = at.args[0] ?? at.keyword;
  const number = settings.virtual_router_id;
  const carrier = carrierOf(settings, name, report);
  if (number === undefined) report(catalog.no_vrid(place, { name }));
  if (carrier === undefined) {
    report((isUnicast(settings) ? catalog.interface_needed : catalog.no_interface)(place, { name }));
  }
  // what is missing gets a stand-in, so that the rest of the block is still checked
  return {
    complete: number !== undefined && carrier !== undefined,
    vrid: vrid(valueOr(number, 1)),
    interface: valueOr(carrier, interfaceName('-')),
  };
}

const isUnicast = ({ unicast_src_ip: source, unicast_peer: peers }: InstanceSettings): boolean =>
  source !== undefined && peers !== undefined;

/** The interface that carries the adverts: with unicast it may be the device of a VRF, which stands for all that are in it. A
 *  loopback interface has no neighbours to talk to. */
function carrierOf(settings: InstanceSettings, name: string, report: Report) {
  const { vrf } = settings;
  const carrier = settings.interface ?? (isUnicast(settings) ? vrf : undefined);
  if (vrf !== undefined && vrf !== carrier) report(catalog.vrf_ignored(vrf.at.keyword, { name }));
  if (carrier?.value !== LOOPBACK) return carrier;
  report(catalog.loopback(carrier.at.args[0] ?? null, { name }));
  return undefined;
}

function initialState(
  { state }: InstanceSettings,
  name: string,
  owner: boolean,
  authentication: VrrpAuthentication['kind'],
  { report }: LowerContext,
): 'MASTER' | 'BACKUP' {
  if (state?.value !== 'MASTER' || owner || authentication !== 'ah') {
    return valueOr(state, owner ? 'MASTER' : 'BACKUP');
  }
  report(catalog.ah_backup(state.at.keyword, { name }));
  return 'BACKUP';
}

function instanceVersion(
  settings: InstanceSettings,
  name: string,
  family: Family,
  strict: boolean,
  { report, defaults }: LowerContext,
): VrrpVersion {
  const fallback = family === 'inet6' ? 3 : valueOr(defaults.vrrp_version, 2);
  const version = valueOr(settings.version, fallback) === 3 ? 3 : 2;
  if (family === 'inet' || !strict || version === 3) return version;
  report(catalog.version_for_family(settings.version?.at.keyword ?? null, { name }));
  return 3;
}

function lowerTrackedInterfaces(
  { settings, head: name }: InstanceBlock,
  own: string,
  owner: boolean,
  { report }: LowerContext,
): TrackedInterface[] {
  return (settings.track_interface ?? []).flatMap(({ value, at }) => {
    const place = at.args[0] ?? null;
    const weight = value.weight ?? 0;
    if (value.interface === own) {
      report(catalog.own_interface_tracked(place, { name, interface: own }));
      return [];
    }
    if (owner && weight !== 0) {
      report(catalog.owner_tracks_weight(place, { name, what: value.name }));
      return [];
    }
    return [{ interface: value.interface, weight, reverse: value.reverse ?? false }];
  });
}

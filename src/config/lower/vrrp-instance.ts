/** A vrrp_instance block → VrrpInstance, by the completion rules of behaviour.md section 3. What keeps the daemon
 *  from starting is reported as a refusal; everything else gets the value that keepalived would use. */

import type { Family } from '../../base/ip.ts';
import { interfaceName, priority, vrid } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type {
  TrackedInterface,
  TrackedScript,
  VirtualAddress,
  VrrpAuthentication,
  VrrpInstance,
  VrrpVersion,
} from '../model/vrrp.ts';
import type { BlockValue, Settings } from '../schema/read-block.ts';
import type { vrrpInstanceRows } from '../schema/vrrp.ts';
import { firstGiven, type LowerContext, valueOr } from './context.ts';
import { virtualRouting } from './routing.ts';
import { type LinkPlan, planLinks } from './virtual-links.ts';
import { advertRoute, instanceFamily, placedAddress, virtualAddresses } from './vrrp-addresses.ts';
import { type DefinedScript, lowerNotify } from './vrrp-script.ts';
import { advertInterval, garpSettings, preemption } from './vrrp-timing.ts';

export type InstanceSettings = Settings<typeof vrrpInstanceRows>;
export type InstanceBlock = BlockValue<string, typeof vrrpInstanceRows>;

const OWNER = 255;
const PRIORITY_DEFAULT = 100;
const LOOPBACK = 'lo';
const DOWN_TIMER_ADVERTS = 3;
/** RFC 2338 §5.3.10: eight octets */
const PASSWORD_BYTES = 8;

/** null when the instance cannot exist: no VRID, no interface, no address where one is needed. */
export function lowerInstance(
  block: InstanceBlock,
  scripts: ReadonlyMap<string, DefinedScript>,
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
  if (addresses.virtual.length === 0 && settings.no_virtual_ipaddress === undefined) {
    const row = version === 3 || strict ? catalog.no_address_refused : catalog.no_address;
    report(row(block.at.args[0] ?? null, { name }));
  }
  if (strict && (settings.state?.value === 'MASTER') !== owner) {
    report(catalog.owner_state(settings.state?.at.keyword ?? block.at.keyword, { name }));
  }
  const authentication = lowerAuthentication(settings, name, { version, family, strict }, context);
  const instance: VrrpInstance = {
    name,
    ...mandatory,
    version,
    family,
    initialState: initialState(settings, name, owner, authentication.kind, context),
    priority: priority(level),
    advertInterval: advertInterval(settings, name, version, context),
    ...preemption(settings, name, { owner, strict }, context),
    downTimerAdverts: strict
      ? DOWN_TIMER_ADVERTS
      : valueOr(settings.down_timer_adverts ?? defaults.vrrp_down_timer_adverts, DOWN_TIMER_ADVERTS),
    authentication,
    advertInterface: plan.advertInterface,
    sourceAddress: route.source ?? plan.source,
    destination: route.destination,
    virtualAddresses: addresses.virtual,
    excludedAddresses: [...ownAddress(plan), ...addresses.excluded],
    virtualLinks: plan.links,
    ...virtualRouting(settings, context),
    garp: garpSettings(settings, strict, context),
    strict,
    accept: owner || !strict || (settings.accept !== undefined && version === 3),
    trackPrimary: settings.dont_track_primary === undefined,
    trackInterfaces: lowerTrackedInterfaces(block, mandatory.interface, owner, context),
    trackScripts: lowerTrackedScripts(block, scripts, owner, context),
    skipCheckAdvAddr:
      settings.skip_check_adv_addr?.value === true || valueOr(defaults.vrrp_skip_check_adv_addr, false),
    lowerPrioNoAdvert:
      firstGiven(settings.lower_prio_no_advert, defaults.vrrp_lower_prio_no_advert) ?? strict,
    higherPrioSendAdvert:
      firstGiven(
        settings.higher_prio_send_advert,
        strict ? undefined : defaults.vrrp_higher_prio_send_advert,
      ) ?? false,
    notify: lowerNotify(settings, context),
  };
  return complete ? instance : null;
}

/** The address of the ipvlan: there while the instance is master, and not advertised. */
const ownAddress = ({ ownAddress: line, links: [main] }: LinkPlan): readonly VirtualAddress[] =>
  line === null || main === undefined ? [] : [placedAddress(line, main.name)];

function mandatorySettings({ settings, head: name, at }: InstanceBlock, { report }: LowerContext) {
  const place = at.args[0] ?? at.keyword;
  const number = settings.virtual_router_id;
  const carrier = carrierOf(settings, name, report);
  if (number === undefined) report(catalog.no_vrid(place, { name }));
  if (carrier === undefined) {
    const unicast = settings.unicast_src_ip !== undefined && settings.unicast_peer !== undefined;
    report((unicast ? catalog.interface_needed : catalog.no_interface)(place, { name }));
  }
  // what is missing gets a stand-in, so that the rest of the block is still checked
  return {
    complete: number !== undefined && carrier !== undefined,
    vrid: vrid(valueOr(number, 1)),
    interface: valueOr(carrier, interfaceName('-')),
  };
}

/** The interface that carries the adverts; a loopback interface has no neighbours to talk to. */
function carrierOf({ interface: carrier }: InstanceSettings, name: string, report: Report) {
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

function lowerAuthentication(
  settings: InstanceSettings,
  name: string,
  of: { readonly version: VrrpVersion; readonly family: Family; readonly strict: boolean },
  { report }: LowerContext,
): VrrpAuthentication {
  const block = settings.authentication?.at(-1);
  if (block === undefined) return { kind: 'none' };
  const { auth_type: type, auth_pass: password } = block.settings;
  const drop = (why: string): VrrpAuthentication => {
    report(catalog.authentication_dropped(block.at.keyword, { name, why }));
    return { kind: 'none' };
  };
  if (type !== undefined && type.value !== 'PASS' && type.value !== 'AH') {
    report(catalog.unknown_auth_type(type.at.args[0] ?? null, { word: type.value }));
    return { kind: 'none' };
  }
  if (of.strict) return drop('strict mode has none');
  if (of.version === 3) return drop('version 3 has none (RFC 9568 §9)');
  if (type === undefined) return drop('auth_type is missing');
  if (password === undefined) return drop('auth_pass is missing');
  if (type.value === 'AH' && of.family === 'inet6') return drop('AH is for IPv4 only');
  const kept = firstBytes(password.value, PASSWORD_BYTES);
  if (kept !== password.value) report(catalog.password_truncated(password.at.args[0] ?? null, {}));
  return { kind: type.value === 'AH' ? 'ah' : 'pass', password: kept };
}

/** The longest beginning of `text` that is at most `limit` bytes of UTF-8. */
function firstBytes(text: string, limit: number): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > limit) return kept;
    kept += character;
  }
  return kept;
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

/** A script must be defined before the instance that tracks it. */
function lowerTrackedScripts(
  { settings, head: name, at: instance }: InstanceBlock,
  scripts: ReadonlyMap<string, DefinedScript>,
  owner: boolean,
  { report }: LowerContext,
): TrackedScript[] {
  return (settings.track_script ?? []).flatMap(({ value, at }) => {
    const place = at.args[0] ?? null;
    const defined = scripts.get(value.name);
    if (defined === undefined || defined.order > instance.order) {
      report(catalog.script_unknown(place, { name, script: value.name }));
      return [];
    }
    const { script } = defined;
    const weight = value.weight ?? script.weight;
    if (owner && weight !== 0) {
      report(catalog.owner_tracks_weight(place, { name, what: value.name }));
      return [];
    }
    return [{ script: script.name, weight, reverse: value.reverse ?? script.reverse }];
  });
}

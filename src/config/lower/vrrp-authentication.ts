/** The `authentication` and `auth_hmac` blocks of an instance (behaviour.md sections 3, 11 and 12). */
import type { Family } from '../../base/ip.ts';
import { MICROS_PER_SECOND, type Micros, micros, seconds } from '../../base/units.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { HmacSettings, VrrpAuthentication, VrrpVersion } from '../model/vrrp.ts';
import { type LowerContext, valueOr } from './context.ts';
import type { InstanceSettings } from './vrrp-instance.ts';

/** RFC 2338 §5.3.10: eight octets */
const PASSWORD_BYTES = 8;
const TIME_WINDOW_LEAST = seconds(5);
const TIME_WINDOW_MOST = seconds(300);
/** adverts that the usual time window is long */
const TIME_WINDOW_ADVERTS = 3;

interface InstanceFacts {
  readonly name: string;
  readonly version: VrrpVersion;
  readonly family: Family;
  readonly strict: boolean;
  readonly advertInterval: Micros;
}

/** Of the two ways only one can be: auth_hmac, the better, wins. */
export function lowerAuthentication(
  settings: InstanceSettings,
  of: InstanceFacts,
  context: LowerContext,
): VrrpAuthentication {
  const hmac = lowerHmac(settings, of, context);
  if (hmac === null) return lowerPassword(settings, of, context);
  const block = settings.authentication?.at(-1);
  if (block !== undefined) {
    const fields = { name: of.name, why: 'auth_hmac is configured' };
    context.report(catalog.authentication_dropped(block.at.keyword, fields));
  }
  return hmac;
}

/** PASS and AH of RFC 2338. */
function lowerPassword(
  settings: InstanceSettings,
  of: InstanceFacts,
  { report }: LowerContext,
): VrrpAuthentication {
  const block = settings.authentication?.at(-1);
  if (block === undefined) return { kind: 'none' };
  const { name } = of;
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

/** Null when there is no such block. One without a key to sign with keeps the daemon from starting: an instance that is
 *  meant to be protected must not run without. */
function lowerHmac(
  settings: InstanceSettings,
  { name, strict, advertInterval }: InstanceFacts,
  { report }: LowerContext,
): HmacSettings | null {
  const block = settings.auth_hmac?.at(0);
  if (block === undefined) return null;
  const { key: given = [], active_key: active } = block.settings;
  const keys = given.filter(({ value, at }, i) => {
    const earlier = given.slice(0, i).find((other) => other.value.id === value.id);
    if (earlier !== undefined) report(catalog.duplicate_key(at.args[0] ?? null, { name, id: value.id }));
    return earlier === undefined;
  });
  if (!keys.some(({ value }) => value.id === active?.value)) {
    report(catalog.no_active_key(active?.at.args[0] ?? block.at.keyword, { name }));
  }
  const mode = valueOr(block.settings.mode, 'enforce');
  if (strict && mode !== 'enforce') {
    report(catalog.hmac_enforced(block.settings.mode?.at.args[0] ?? null, { name, mode }));
  }
  return {
    kind: 'hmac',
    keys: keys.map(({ value }) => value),
    activeKey: valueOr(active, 1),
    timeWindow: valueOr(block.settings.time_window, usualWindow(advertInterval)),
    antiReplay: valueOr(block.settings.anti_replay, 'time'),
    mode: strict ? 'enforce' : mode,
  };
}

const usualWindow = (interval: Micros): Micros =>
  micros(
    Math.min(
      TIME_WINDOW_MOST,
      Math.max(
        TIME_WINDOW_LEAST,
        Math.ceil((TIME_WINDOW_ADVERTS * interval) / MICROS_PER_SECOND) * MICROS_PER_SECOND,
      ),
    ),
  );

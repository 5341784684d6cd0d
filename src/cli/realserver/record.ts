/** What vipd changed on a real server, so that exactly that is taken back. Settings are shared by all virtual addresses:
 *  they are taken back with the last of them. */
import { type IpAddress, parseIp } from '../../base/ip.ts';
import { exhaustive } from '../../base/never.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Step } from './requirements.ts';

export interface Record {
  /** virtual addresses set up and not undone */
  readonly vips: readonly IpAddress[];
  /** in the order in which they were made */
  readonly steps: readonly Step[];
}

export const EMPTY_RECORD: Record = { vips: [], steps: [] };

/** A step that was made before and is still recorded keeps the value that stood before the first time. */
export function withSteps(record: Record, vip: IpAddress, steps: readonly Step[]): Record {
  const fresh = steps.filter((step) => !record.steps.some((made) => nameOf(made) === nameOf(step)));
  return {
    vips: record.vips.includes(vip) ? record.vips : [...record.vips, vip],
    steps: [...record.steps, ...fresh],
  };
}

/** What to take back for one address, last step first, and what stays recorded. */
export function undoing(
  record: Record,
  vip: IpAddress,
): { readonly steps: readonly Step[]; readonly left: Record } {
  const vips = record.vips.filter((held) => held !== vip);
  const isDone = (step: Step): boolean =>
    vips.length === 0 || (step.kind === 'add_address' && step.address === vip);
  const steps = record.steps.filter(isDone).reverse();
  return { steps, left: { vips, steps: record.steps.filter((step) => !isDone(step)) } };
}

/** What a step is about: two with one name are the same change. */
function nameOf(step: Step): string {
  switch (step.kind) {
    case 'add_address':
      return `address ${step.address} ${step.device}`;
    case 'set':
      return `set ${step.name}`;
    case 'load_module':
      return `module ${step.module}`;
    case 'switch_on':
      return `switch ${step.device}`;
    default:
      return exhaustive(step);
  }
}

export const printRecord = (record: Record): string => `${JSON.stringify(record, null, 2)}\n`;

/** The error says what of the text is no record. */
export function parseRecord(text: string): Result<Record, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(value) || !Array.isArray(value['vips']) || !Array.isArray(value['steps'])) {
    return err('it has no vips and steps');
  }
  const vips = value['vips'].map((vip) => (typeof vip === 'string' ? parseIp(vip) : null));
  const steps = value['steps'].map(stepOf);
  if (vips.includes(null) || steps.includes(null))
    return err('it has an address or a step that makes no sense');
  return ok({ vips: vips.filter((vip) => vip !== null), steps: steps.filter((step) => step !== null) });
}

const isObject = (value: unknown): value is Readonly<globalThis.Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of devices, modules and settings end in paths and arguments: nothing but what such names have. */
const NAME = /^[A-Za-z0-9_.@:-]{1,32}$/;
const SETTING = /^([A-Za-z0-9_.@:-]{1,15})\/(arp_ignore|arp_announce|rp_filter)$/;

function stepOf(value: unknown): Step | null {
  if (!isObject(value)) return null;
  const { kind, device, module, name, value: set, before, address, prefixLength } = value;
  const named = typeof device === 'string' && NAME.test(device) ? device : null;
  if (kind === 'set' && typeof name === 'string' && SETTING.test(name) && !name.startsWith('.')) {
    return typeof set === 'number' && typeof before === 'number' ? { kind, name, value: set, before } : null;
  }
  if (named === null) return null;
  if (kind === 'switch_on') return { kind, device: named };
  if (kind === 'load_module' && typeof module === 'string' && NAME.test(module)) {
    return { kind, module, device: named };
  }
  const parsed = typeof address === 'string' ? parseIp(address) : null;
  if (kind !== 'add_address' || parsed === null || typeof prefixLength !== 'number') return null;
  return { kind, device: named, address: parsed, prefixLength };
}

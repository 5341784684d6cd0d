/** The machine that is a real server: reads what the requirements ask about, makes steps and takes them back. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { PLAIN_TRAITS } from '../../base/address-traits.ts';
import { exhaustive } from '../../base/never.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import { switchLink } from '../../net/adapters/link-switch.ts';
import { createNetKernel } from '../../net/adapters/net-kernel.ts';
import type { AddressState, LinkState, NetKernel, NetOperation } from '../../ports/net-kernel.ts';
import { type Facts, SETTINGS } from './facts.ts';
import type { Step } from './requirements.ts';

export interface Machine {
  facts(): Result<Facts, SystemError>;
  /** Null: done. What is so already counts as done. */
  make(step: Step): SystemError | null;
  /** Null: taken back, or not there any more. A setting that somebody else changed since is an error. */
  unmake(step: Step): SystemError | null;
}

const SETTINGS_FOLDER = '/proc/sys/net/ipv4/conf';
/** How long modprobe may take; it reads a disk. */
const MODPROBE_LIMIT_MS = 10_000;
/** IFA_PROTO of what vipd adds, as the daemon's addresses have it. */
const ADDRESS_PROTOCOL = 18;

export function thisMachine(): Result<Machine, SystemError> {
  const kernel = createNetKernel();
  if (!kernel.ok) return kernel;
  return ok({
    facts: () => readFacts(kernel.value),
    make: (step) => makeStep(step, kernel.value),
    unmake: (step) => unmakeStep(step, kernel.value),
  });
}

function readFacts(kernel: NetKernel): Result<Facts, SystemError> {
  const state = kernel.snapshot();
  if (!state.ok) return state;
  const { links, addresses } = state.value;
  return ok({
    devices: [...links.values()].map(({ name, up, loopback }) => ({ name, up, loopback })),
    addresses: addresses.map(({ ifIndex, address, prefixLength }) => ({
      device: links.get(ifIndex)?.name ?? String(ifIndex),
      address,
      prefixLength,
    })),
    settings: readSettings(),
  });
}

function readSettings(): ReadonlyMap<string, number> {
  const settings = new Map<string, number>();
  for (const device of readdirSync(SETTINGS_FOLDER)) {
    for (const setting of SETTINGS) {
      const value = readSetting(`${device}/${setting}`);
      if (value !== null) settings.set(`${device}/${setting}`, value);
    }
  }
  return settings;
}

/** Null when the kernel has no such setting, as of an interface that went away meanwhile. */
function readSetting(name: string): number | null {
  try {
    return Number(readFileSync(`${SETTINGS_FOLDER}/${name}`, 'latin1'));
  } catch {
    return null;
  }
}

function writeSetting(name: string, value: number): SystemError | null {
  try {
    writeFileSync(`${SETTINGS_FOLDER}/${name}`, `${value}\n`);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
    return { code, attempted: `set ${name} to ${value}`, detail: String(error) };
  }
}

function makeStep(step: Step, kernel: NetKernel): SystemError | null {
  switch (step.kind) {
    case 'set':
      return writeSetting(step.name, step.value);
    case 'load_module':
      return modprobe([step.module]);
    case 'switch_on':
      return onLink(step.device, kernel, ({ index }) => errorOf(switchLink(index, 'up')));
    case 'add_address':
      return onAddress('add_address', step, kernel, 'EEXIST');
    default:
      return exhaustive(step);
  }
}

function unmakeStep(step: Step, kernel: NetKernel): SystemError | null {
  switch (step.kind) {
    case 'set': {
      const now = readSetting(step.name);
      if (now === null || now === step.before) return null;
      if (now === step.value) return writeSetting(step.name, step.before);
      const detail = `somebody set it to ${now} since; it was ${step.before} before`;
      return { code: 'ECHANGED', attempted: `take ${step.name} back`, detail };
    }
    case 'load_module':
      return modprobe(['-r', step.module]);
    case 'switch_on':
      return onLink(step.device, kernel, ({ index }) => errorOf(switchLink(index, 'down')));
    case 'add_address':
      return onAddress('remove_address', step, kernel, 'EADDRNOTAVAIL');
    default:
      return exhaustive(step);
  }
}

function modprobe(argv: readonly string[]): SystemError | null {
  const attempted = `modprobe ${argv.join(' ')}`;
  const { status, error, stderr } = spawnSync('modprobe', [...argv], {
    timeout: MODPROBE_LIMIT_MS,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return null;
  return { code: 'EMODULE', attempted, detail: (error?.message ?? stderr).trim() };
}

const errorOf = (result: Result<void, SystemError>): SystemError | null => (result.ok ? null : result.error);

/** A link that is not there has nothing to be taken back from; to make something on it is an error. */
function onLink(
  device: string,
  kernel: NetKernel,
  act: (link: LinkState) => SystemError | null,
): SystemError | null {
  const state = kernel.snapshot();
  if (!state.ok) return state.error;
  const link = [...state.value.links.values()].find(({ name }) => name === device);
  if (link === undefined) return { code: 'ENODEV', attempted: `find ${device}`, detail: 'no such interface' };
  return act(link);
}

function onAddress(
  kind: NetOperation['kind'],
  { device, address, prefixLength }: Extract<Step, { readonly kind: 'add_address' }>,
  kernel: NetKernel,
  harmless: string,
): SystemError | null {
  return onLink(device, kernel, ({ index }) => {
    const state: AddressState = {
      ifIndex: index,
      address,
      prefixLength,
      label: null,
      scope: 0,
      broadcast: null,
      protocol: ADDRESS_PROTOCOL,
      secondary: false,
      traits: PLAIN_TRAITS,
      detection: 'over',
    };
    const error = kernel.apply([{ kind, address: state }])[0] ?? null;
    return error?.code === harmless ? null : error;
  });
}

/** Nothing on a device that is gone needs to be taken back. */
export const isGone = (error: SystemError): boolean => error.code === 'ENODEV';

export const noRights = (): SystemError | null =>
  process.geteuid?.() === 0
    ? null
    : { code: 'EPERM', attempted: 'change addresses and settings', detail: 'run as root' };

export const failed = (attempted: string, error: unknown): Result<never, SystemError> =>
  err({ code: 'EIO', attempted, detail: error instanceof Error ? error.message : String(error) });

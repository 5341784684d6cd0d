/** A machine in memory: settings, devices and addresses change as a kernel's would. */
import { ok } from '../../../src/base/result.ts';
import type { SystemError } from '../../../src/base/system-error.ts';
import type { Device, Facts, HeldAddress } from '../../../src/cli/realserver/facts.ts';
import type { Machine } from '../../../src/cli/realserver/machine.ts';
import type { Step } from '../../../src/cli/realserver/requirements.ts';

export interface FakeMachine extends Machine {
  readonly devices: Device[];
  readonly addresses: HeldAddress[];
  readonly settings: Map<string, number>;
  /** every step, `+` made and `-` taken back */
  readonly log: string[];
}

/** With lo, eth0 and the kernel's defaults; `strict` as many distributions set rp_filter. */
export function fakeMachine({ strict = false } = {}): FakeMachine {
  const machine: FakeMachine = {
    devices: [
      { name: 'lo', up: true, loopback: true },
      { name: 'eth0', up: true, loopback: false },
    ],
    addresses: [],
    settings: new Map(
      ['all', 'lo', 'eth0'].flatMap((device): [string, number][] => [
        [`${device}/arp_ignore`, 0],
        [`${device}/arp_announce`, 0],
        [`${device}/rp_filter`, strict ? 1 : 0],
      ]),
    ),
    log: [],
    facts: () => ok(factsOf(machine)),
    make: (step) => change(machine, step, '+'),
    unmake: (step) => change(machine, step, '-'),
  };
  return machine;
}

export const factsOf = ({ devices, addresses, settings }: Omit<Facts, never>): Facts => ({
  devices: [...devices],
  addresses: [...addresses],
  settings: new Map(settings),
});

function change(machine: FakeMachine, step: Step, sign: '+' | '-'): SystemError | null {
  machine.log.push(`${sign} ${textOf(step)}`);
  switch (step.kind) {
    case 'set':
      machine.settings.set(step.name, sign === '+' ? step.value : step.before);
      return null;
    case 'load_module':
      if (sign === '+') {
        machine.devices.push({ name: step.device, up: false, loopback: false });
        machine.settings.set(`${step.device}/rp_filter`, machine.settings.get('eth0/rp_filter') ?? 0);
      } else remove(machine.devices, ({ name }) => name === step.device);
      return null;
    case 'switch_on':
      remove(machine.devices, ({ name }) => name === step.device);
      machine.devices.push({ name: step.device, up: sign === '+', loopback: false });
      return null;
    case 'add_address':
      if (sign === '+') machine.addresses.push(step);
      else remove(machine.addresses, ({ address }) => address === step.address);
      return null;
  }
}

function remove<T>(list: T[], unwanted: (item: T) => boolean): void {
  const kept = list.filter((item) => !unwanted(item));
  list.splice(0, list.length, ...kept);
}

const textOf = (step: Step): string => {
  if (step.kind === 'set') return `${step.name}=${step.value}`;
  if (step.kind === 'add_address') return `${step.address} on ${step.device}`;
  return step.kind === 'load_module' ? `module ${step.module}` : `${step.device} on`;
};

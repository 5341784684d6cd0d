/** `vipctl realserver`: the other half of DR and TUN, on the machine that serves. `setup` meets what is not met and
 *  writes down what it changed, `check` tells what is wrong, `undo` takes back exactly what was written down. Needs no
 *  director and no vipd on the machine.
 *  Exit status: 0 all is as it should be, 1 something is not, 2 nothing could be found out, 64 wrong usage. */
import { exhaustive } from '../../base/never.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { installUnit, isInstalled, readRecord, removeUnit, unitName, writeRecord } from './files.ts';
import { isGone, type Machine } from './machine.ts';
import { undoing, withSteps } from './record.ts';
import { type Requirement, requirements, type Step, type Wish } from './requirements.ts';

export type Verb = 'setup' | 'check' | 'undo';

export interface RealserverOrder extends Wish {
  readonly verb: Verb;
  /** over a reboot */
  readonly persist: boolean;
}

export interface Places {
  readonly record: string;
  readonly units: string;
  /** node and script, for the unit */
  readonly program: readonly string[];
  /** tells systemd that its units changed; does nothing where it does not run */
  readonly reloadUnits: () => void;
}

export interface Output {
  stdout(text: string): void;
  stderr(text: string): void;
}

export function runRealserver(
  order: RealserverOrder,
  machine: Machine,
  places: Places,
  output: Output,
): number {
  switch (order.verb) {
    case 'check':
      return check(order, machine, places, output);
    case 'setup':
      return setup(order, machine, places, output);
    case 'undo':
      return undo(order, machine, places, output);
    default:
      return exhaustive(order.verb);
  }
}

const complain = (error: SystemError, { stderr }: Output): number => {
  stderr(`vipctl: ${systemErrorText(error)}\n`);
  return 2;
};

function check(order: RealserverOrder, machine: Machine, { units }: Places, output: Output): number {
  const facts = machine.facts();
  if (!facts.ok) return complain(facts.error, output);
  const rows = requirements(order, facts.value).filter(
    ({ met, what }, i, all) => met || !isFollowUp(what, i, all),
  );
  for (const { met, what, problem } of rows)
    output.stdout(met ? `ok     ${what}\n` : `WRONG  ${what}: ${problem}\n`);
  const kept = !order.persist || isInstalled(units, order);
  if (order.persist) {
    const what = `${unitName(order)} is wanted at boot`;
    output.stdout(
      kept ? `ok     ${what}\n` : `WRONG  ${what}: a boot forgets the setup; use setup --persist\n`,
    );
  }
  return kept && rows.every(({ met }) => met) ? 0 : 1;
}

/** Of a device that is missing one line is enough. */
const isFollowUp = (what: string, i: number, all: readonly Requirement[]): boolean =>
  what.endsWith('is there and up') && all[i - 1]?.remedy?.kind === 'load_module';

function setup(order: RealserverOrder, machine: Machine, places: Places, output: Output): number {
  const facts = machine.facts();
  if (!facts.ok) return complain(facts.error, output);
  const record = readRecord(places.record);
  if (!record.ok) return complain(record.error, output);
  const steps = requirements(order, facts.value).flatMap(({ remedy }) => (remedy === null ? [] : [remedy]));
  // written down before it is done: what a crash leaves half-done can be taken back
  const written = writeRecord(places.record, withSteps(record.value, order.vip, steps));
  if (!written.ok) return complain(written.error, output);
  for (const step of steps) {
    const error = machine.make(step);
    if (error !== null) return complain(error, output);
    output.stdout(`${stepText(step)}\n`);
  }
  if (order.persist) {
    const installed = installUnit(places.units, order, places.program);
    if (!installed.ok) return complain(installed.error, output);
    places.reloadUnits();
    output.stdout(`wrote ${unitName(order)}\n`);
  }
  return check(order, machine, places, output);
}

function undo(order: RealserverOrder, machine: Machine, places: Places, output: Output): number {
  const record = readRecord(places.record);
  if (!record.ok) return complain(record.error, output);
  const { steps, left } = undoing(record.value, order.vip);
  let exitStatus = 0;
  for (const step of steps) {
    const error = machine.unmake(step);
    if (error === null) output.stdout(`took back: ${stepText(step)}\n`);
    else if (!isGone(error)) {
      output.stderr(`vipctl: ${systemErrorText(error)}\n`);
      exitStatus = 1;
    }
  }
  const written = writeRecord(places.record, left);
  if (!written.ok) return complain(written.error, output);
  if (order.persist) {
    const removed = removeUnit(places.units, order);
    if (!removed.ok) return complain(removed.error, output);
    places.reloadUnits();
    if (removed.value) output.stdout(`removed ${unitName(order)}\n`);
  }
  if (steps.length === 0) output.stdout(`nothing to take back for ${order.vip}\n`);
  return exitStatus;
}

export function stepText(step: Step): string {
  switch (step.kind) {
    case 'set':
      return `set net.ipv4.conf.${step.name.replace('/', '.')} to ${step.value} (was ${step.before})`;
    case 'load_module':
      return `loaded ${step.module} for ${step.device}`;
    case 'switch_on':
      return `switched ${step.device} on`;
    case 'add_address':
      return `added ${step.address}/${step.prefixLength} to ${step.device}`;
    default:
      return exhaustive(step);
  }
}

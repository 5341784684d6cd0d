/** Scenario files: commands stand at the start of a line, what happened stands indented below them.
 *
 *      session b1 multiplier=1 passive      a bfd_instance with the neighbour 10.0.0.2, intervals in ms
 *      configure                            the sessions above come into force
 *      hear b1 down your=0 tx=1000 poll     a packet of the neighbour's: state, discriminators, intervals in ms, flags;
 *                                           ttl=, from= and to= for where it came from, multihop for its port
 *      hear bytes 20c0                      any octets
 *      chat b1 up 0.1 2                     such a packet every 0.1 s for 2 s of virtual time
 *      run 2                                seconds of virtual time
 *      sleep 2                              the process stalls: what came meanwhile is heard first, then deadlines pass
 *      stop
 */
import { brand } from '../../src/base/brand.ts';
import type { IpAddress } from '../../src/base/ip.ts';
import { instant, MICROS_PER_SECOND, micros, millis } from '../../src/base/units.ts';
import {
  type BfdAction,
  type BfdDatagram,
  newBfd,
  nextBfdDeadline,
  stepBfd,
} from '../../src/bfd/core/node.ts';
import { type ControlPacket, encodeControlPacket, STATE_NAMES } from '../../src/bfd/wire/control-packet.ts';
import type { BfdInstance } from '../../src/config/model/bfd.ts';
import { bfdInstance, HERE, THERE } from './model.ts';

const SEED = 7;
const TURNS_MAX = 10_000;
/** the neighbour's own discriminator unless `my=` says otherwise */
const NEIGHBOUR = 77;

type Settings = ReadonlyMap<string, string>;

const settingsOf = (words: readonly string[]): Settings =>
  new Map(words.map((word) => [word.split('=')[0] ?? '', word.split('=')[1] ?? 'yes']));

/** The file's text with what really happens below each command. */
export function playScenario(text: string): string {
  let state = newBfd(SEED);
  let now = instant(0);
  let instances: BfdInstance[] = [];
  const output: string[] = [];

  const perform = (actions: readonly BfdAction[]): void => {
    for (const action of actions)
      output.push(`    ${(now / MICROS_PER_SECOND).toFixed(3)}  ${lineOf(action)}`);
  };
  const feed = (event: Parameters<typeof stepBfd>[1]): void => {
    const [next, actions] = stepBfd(state, event, now);
    state = next;
    perform(actions);
  };
  const runUntil = (end: number): void => {
    let turns = 0;
    for (let at = nextBfdDeadline(state); at !== null && at <= end; at = nextBfdDeadline(state)) {
      if (++turns > TURNS_MAX) throw new Error('a deadline that does not pass');
      now = instant(Math.max(now, at));
      feed({ kind: 'deadline_reached' });
    }
    now = instant(end);
  };
  const after = (word: string | undefined): number => now + Number(word) * MICROS_PER_SECOND;
  const hear = (words: readonly string[]): void => {
    const [name = '', second = ''] = words;
    const payload =
      name === 'bytes'
        ? Uint8Array.from(Buffer.from(second, 'hex'))
        : encodeControlPacket(
            packetOf(second, settingsOf(words), state.sessions.get(name)?.discriminator ?? 0),
          );
    feed({ kind: 'datagram_received', datagram: { ...pathOf(settingsOf(words)), payload } });
  };
  const chat = ([name = '', what = '', every, duration, ...settings]: readonly string[]): void => {
    const end = after(duration);
    while (now + Number(every) * MICROS_PER_SECOND <= end) {
      runUntil(after(every));
      hear([name, what, ...settings]);
    }
  };
  for (const line of text.split('\n').filter((one) => !one.startsWith(' '))) {
    output.push(line);
    const [command, ...words] = line.split(' ').filter((word) => word !== '');
    if (command === 'session') instances.push(sessionOf(words));
    else if (command === 'configure') {
      feed({ kind: 'config_changed', instances });
      instances = [];
      runUntil(now);
    } else if (command === 'hear') hear(words);
    else if (command === 'chat') chat(words);
    else if (command === 'run') runUntil(after(words[0]));
    else if (command === 'sleep') now = instant(after(words[0]));
    else if (command === 'stop') feed({ kind: 'stop_requested' });
    else if (command !== undefined && command !== '#') throw new Error(`unknown command: ${line}`);
  }
  return output.join('\n');
}

function sessionOf([name = 'b1', ...words]: readonly string[]): BfdInstance {
  const given = settingsOf(words);
  const interval = (key: string, fallback: number) => millis(Number(given.get(key) ?? fallback));
  return bfdInstance({
    name,
    neighbour: brand<IpAddress>(given.get('neighbour') ?? THERE),
    source: given.has('source') ? brand<IpAddress>(given.get('source') ?? '') : null,
    minRx: interval('rx', 100),
    minTx: interval('tx', 100),
    idleTx: interval('idle', 1_000),
    multiplier: Number(given.get('multiplier') ?? 3),
    passive: given.has('passive'),
    multihop: given.has('multihop'),
    ttlMin: Number(given.get('ttl_min') ?? 255),
  });
}

function packetOf(word: string, given: Settings, own: number): ControlPacket {
  const state = STATE_NAMES.find((name) => name === word) ?? 'down';
  return {
    state,
    diagnostic: Number(given.get('diag') ?? 0),
    poll: given.has('poll'),
    final: given.has('final'),
    demand: given.has('demand'),
    multiplier: Number(given.get('multiplier') ?? 3),
    myDiscriminator: Number(given.get('my') ?? NEIGHBOUR),
    yourDiscriminator: Number(given.get('your') ?? own),
    minTx: micros(Number(given.get('tx') ?? (state === 'up' ? 100 : 1_000)) * 1_000),
    minRx: micros(Number(given.get('rx') ?? 100) * 1_000),
  };
}

const pathOf = (given: Settings): Omit<BfdDatagram, 'payload'> => ({
  source: brand<IpAddress>(given.get('from') ?? THERE),
  destination: brand<IpAddress>(given.get('to') ?? HERE),
  ttl: Number(given.get('ttl') ?? 255),
  multihop: given.has('multihop'),
});

function lineOf(action: BfdAction): string {
  if (action.kind === 'write_log') return action.entry.text;
  if (action.kind === 'tell_verdicts') {
    const verdicts = Object.entries(action.verdicts).map(([name, verdict]) => `${name} ${verdict}`);
    return `tells ${verdicts.join(', ') || 'nothing'}`;
  }
  const { packet } = action;
  const flags = [packet.poll ? ' poll' : '', packet.final ? ' final' : ''].join('');
  const times = `tx ${packet.minTx / 1_000} rx ${packet.minRx / 1_000}`;
  return `sends ${action.session} ${packet.state} diag ${packet.diagnostic} to ${packet.yourDiscriminator}, ${times}${flags}`;
}

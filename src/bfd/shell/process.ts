/** The BFD process: feeds the core from the sockets and carries out what it orders. It decides nothing itself but the
 *  order of a wake-up, which is that of the vrrp process for the same reason: the clock, then the sockets, then the
 *  deadlines. After a stall packets that already wait are heard before a neighbour is given up. */
import type { Log } from '../../base/log.ts';
import { exhaustive } from '../../base/never.ts';
import type { Result } from '../../base/result.ts';
import { type SystemError, systemErrorText } from '../../base/system-error.ts';
import { earliest, type Instant, instant } from '../../base/units.ts';
import type { BfdInstance } from '../../config/model/bfd.ts';
import type { BfdPort } from '../../ports/bfd-packets.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import { bfdShellLog } from '../core/log-events.ts';
import {
  type BfdAction,
  type BfdEvent,
  type BfdState,
  type BfdVerdicts,
  newBfd,
  nextBfdDeadline,
  stepBfd,
} from '../core/node.ts';
import { type BfdStatus, bfdStatusOf } from '../core/status.ts';
import { type ControlPacket, encodeControlPacket } from '../wire/control-packet.ts';
import { type BfdSockets, bfdSockets } from './sockets.ts';

export interface BfdPorts {
  readonly clock: Clock;
  readonly sockets: BfdPort;
  readonly log: Log;
  /** discriminators and jitter; any number, another one at each start */
  readonly seed: number;
}

export interface BfdProcess {
  reload(instances: readonly BfdInstance[]): void;
  /** Synchronous: when it returns, the neighbours have been told and the sockets are closed. Further calls do nothing. */
  stop(): void;
  status(): BfdStatus;
}

/** Datagrams read from one socket per wake-up: a flood cannot keep the own packets from leaving. */
const DATAGRAMS_PER_WAKE_MAX = 512;

export function startBfd(
  ports: BfdPorts,
  instances: readonly BfdInstance[],
  onVerdicts: (verdicts: BfdVerdicts) => void,
): BfdProcess {
  const running = new Running(ports, onVerdicts);
  running.configure(instances);
  return {
    reload: (next) => running.configure(next),
    stop: () => running.stop(),
    status: () => running.status(),
  };
}

class Running {
  readonly #ports: BfdPorts;
  readonly #onVerdicts: (verdicts: BfdVerdicts) => void;
  readonly #sockets: BfdSockets;
  readonly #alarm: Alarm;
  /** sessions whose last packet could not be sent */
  readonly #mute = new Set<string>();
  #instances: readonly BfdInstance[] = [];
  #state: BfdState;
  #stopped = false;

  constructor(ports: BfdPorts, onVerdicts: (verdicts: BfdVerdicts) => void) {
    this.#ports = ports;
    this.#onVerdicts = onVerdicts;
    this.#state = newBfd(ports.seed);
    const wake = (): void => this.#wake();
    this.#sockets = bfdSockets(ports.sockets, ports.log, wake);
    this.#alarm = ports.clock.alarm(wake);
  }

  /** Sessions that go still have their sockets while they say so. */
  configure(instances: readonly BfdInstance[]): void {
    if (this.#stopped) return;
    const now = this.#ports.clock.now();
    this.#feed({ kind: 'config_changed', instances }, now);
    this.#instances = instances;
    for (const name of this.#mute) if (!this.#state.sessions.has(name)) this.#mute.delete(name);
    this.#sockets.reconcile(instances, now);
    this.#wake();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#feed({ kind: 'stop_requested' }, this.#ports.clock.now());
    this.#stopped = true;
    this.#alarm.set(null);
    this.#sockets.closeAll();
  }

  status(): BfdStatus {
    const { clock } = this.#ports;
    const bootWall = clock.wall() - clock.now() / 1_000;
    const status = bfdStatusOf(this.#state, (at) => Math.round(bootWall + at / 1_000));
    return { ...status, overflowed: this.#sockets.dropped };
  }

  #wake(): void {
    if (this.#stopped) return;
    const now = this.#ports.clock.now();
    for (const { datagram, receivedAt } of this.#sockets.drain(DATAGRAMS_PER_WAKE_MAX)) {
      this.#feed({ kind: 'datagram_received', datagram }, instant(Math.min(receivedAt, now)));
    }
    const { retryAt } = this.#sockets;
    if (retryAt !== null && retryAt <= now) this.#sockets.reconcile(this.#instances, now);
    const deadline = nextBfdDeadline(this.#state);
    if (deadline !== null && deadline <= now) this.#feed({ kind: 'deadline_reached' }, now);
    this.#alarm.set(earliest(nextBfdDeadline(this.#state), this.#sockets.retryAt));
  }

  #feed(event: BfdEvent, now: Instant): void {
    const [state, actions] = stepBfd(this.#state, event, now);
    this.#state = state;
    for (const action of actions) this.#carryOut(action);
  }

  #carryOut(action: BfdAction): void {
    switch (action.kind) {
      case 'send_packet':
        return this.#send(action.session, action.packet);
      case 'write_log':
        return this.#ports.log(action.entry);
      case 'tell_verdicts':
        return this.#onVerdicts(action.verdicts);
      default:
        return exhaustive(action);
    }
  }

  /** One line when sending begins to fail, one when it works again, none for each packet between. */
  #send(session: string, packet: ControlPacket): void {
    const sent: Result<void, SystemError> | null = this.#sockets.send(session, encodeControlPacket(packet));
    if (sent === null) return;
    const { log } = this.#ports;
    if (sent.ok) {
      if (this.#mute.delete(session)) log(bfdShellLog.sendWorks({ session }));
    } else if (!this.#mute.has(session)) {
      this.#mute.add(session);
      log(bfdShellLog.sendFailed({ session, detail: systemErrorText(sent.error) }));
    }
  }
}

/** The program that reads a FIFO (notify_fifo_script and its kin), kept running: keepalived starts it once, and events
 *  are lost when it dies. */
import type { Log } from '../../base/log.ts';
import { after, elapsed, type Instant, seconds, toSeconds } from '../../base/units.ts';
import type { ScriptSettings } from '../../config/model/global.ts';
import type { ScriptCommand } from '../../config/model/vrrp.ts';
import type { Alarm, Clock } from '../../ports/clock.ts';
import type { ProgramResult, ProgramRunner, RunningProgram } from '../../ports/programs.ts';
import { notifyLog } from '../core/log-events.ts';
import { outcomeText } from '../core/script-queue.ts';
import type { FifoStatus } from '../core/status.ts';
import { outcomeOf } from './outcome.ts';

/** A reader that lived this long was healthy: the back-off starts anew. */
const HEALTHY_LIFE = seconds(60);
const RESTART_DELAYS = [1, 2, 4, 8, 16, 32, 60].map(seconds);

export interface ReaderPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly programs: ProgramRunner;
  readonly settings: () => ScriptSettings;
}

export class FifoReader {
  readonly command: ScriptCommand;
  readonly #path: string;
  readonly #ports: ReaderPorts;
  readonly #alarm: Alarm;
  #program: RunningProgram | null = null;
  #startedAt: Instant;
  #quickDeaths = 0;
  #restarts = 0;
  #ended = false;
  #onGone: (() => void) | null = null;

  constructor(command: ScriptCommand, path: string, ports: ReaderPorts) {
    this.command = command;
    this.#path = path;
    this.#ports = ports;
    this.#alarm = ports.clock.alarm(() => this.#start());
    this.#startedAt = ports.clock.now();
    this.#start();
  }

  status(): NonNullable<FifoStatus['reader']> {
    return { program: this.command.argv[0], running: this.#program !== null, restarts: this.#restarts };
  }

  /** It is not started again; resolves when it has ended by itself, as readers do at the end of file. */
  retire(): Promise<void> {
    this.#ended = true;
    this.#alarm.set(null);
    return this.#program === null
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#onGone = resolve;
        });
  }

  end(): void {
    this.#ended = true;
    this.#alarm.set(null);
    this.#program?.end();
  }

  #start(): void {
    if (this.#ended) return;
    const { programs, settings, clock } = this.#ports;
    this.#startedAt = clock.now();
    const { argv, user } = this.command;
    const [program, ...words] = argv;
    this.#program = programs.run(
      { argv: [program, ...words, this.#path], user, settings: settings(), timeout: null },
      (result) => this.#gone(result),
    );
  }

  #gone(result: ProgramResult): void {
    this.#program = null;
    this.#onGone?.();
    if (this.#ended) return;
    const { clock, log } = this.#ports;
    const now = clock.now();
    if (elapsed(this.#startedAt, now) >= HEALTHY_LIFE) this.#quickDeaths = 0;
    const delay = RESTART_DELAYS[Math.min(this.#quickDeaths, RESTART_DELAYS.length - 1)] ?? HEALTHY_LIFE;
    this.#quickDeaths++;
    this.#restarts++;
    log(
      notifyLog.readerEnded({
        path: this.#path,
        program: this.command.argv[0],
        how: outcomeText(outcomeOf(result)),
        delaySeconds: toSeconds(delay),
      }),
    );
    this.#alarm.set(after(now, delay));
  }
}

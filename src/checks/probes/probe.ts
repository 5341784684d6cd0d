/** What a probe is: one run of one checker against its server, started now, answering once. */
import { exhaustive } from '../../base/never.ts';
import type { MiscChecker, ProbedChecker } from '../../config/model/lvs.ts';
import type { ProgramResult, RunningProgram } from '../../ports/programs.ts';
import type { ProbeAnswer } from '../core/probe-result.ts';
import { probeAgent } from './agent.ts';
import type { DatagramPorts } from './datagram-exchange.ts';
import type { Deadlines } from './deadlines.ts';
import type { Dial, TlsMaterial } from './dial.ts';
import { probeDns } from './dns.ts';
import { probeGrpc } from './grpc.ts';
import { probeHttp } from './http.ts';
import { probeMisc } from './misc.ts';
import { probeMysql } from './mysql.ts';
import { probePgsql } from './pgsql.ts';
import { probePing } from './ping.ts';
import { probeRedis } from './redis.ts';
import { probeSmtp } from './smtp.ts';
import { probeTcp } from './tcp.ts';
import { probeUdp } from './udp.ts';

/** What a probe over TCP needs. */
export interface ConnectionPorts {
  readonly deadlines: Deadlines;
  readonly dial: Dial;
}

export interface ProbePorts extends ConnectionPorts, DatagramPorts {
  readonly runProgram: RunProgram;
  /** key, certificate and authorities of the SSL block, for libraries that do TLS themselves */
  readonly tlsMaterial: () => TlsMaterial;
  /** milliseconds since 1970 */
  readonly wall: () => number;
}

/** Runs a checker's program with the identity and the security settings of the configuration in force. */
export type RunProgram = (
  checker: Pick<MiscChecker, 'command' | 'timeout'>,
  completed: (result: ProgramResult) => void,
) => RunningProgram;

export interface RunningProbe {
  /** Ends it without an answer. */
  abort(): void;
}

/** `done` is called exactly once, never before this returns, and not at all after `abort`. */
export type StartProbe<C> = (
  checker: C,
  ports: ProbePorts,
  done: (result: ProbeAnswer) => void,
) => RunningProbe;

export const startProbe: StartProbe<ProbedChecker> = (checker, ports, done) => {
  switch (checker.kind) {
    case 'tcp':
      return probeTcp(checker, ports, done);
    case 'http':
      return probeHttp(checker, ports, done);
    case 'smtp':
      return probeSmtp(checker, ports, done);
    case 'udp':
      return probeUdp(checker, ports, done);
    case 'dns':
      return probeDns(checker, ports, done);
    case 'ping':
      return probePing(checker, ports, done);
    case 'misc':
      return probeMisc(checker, ports, done);
    case 'mysql':
      return probeMysql(checker, ports, done);
    case 'pgsql':
      return probePgsql(checker, ports, done);
    case 'redis':
      return probeRedis(checker, ports, done);
    case 'grpc':
      return probeGrpc(checker, ports, done);
    case 'agent':
      return probeAgent(checker, ports, done);
    default:
      return exhaustive(checker);
  }
};

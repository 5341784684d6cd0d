/** What the checkers have to tell the world outside: scripts, FIFOs, mail (src/notify). */
import type { Checker, RealServer, VirtualServer } from '../../config/model/lvs.ts';

export type PoolNews =
  /** a checker's verdict on its server has changed; mail only */
  | {
      readonly kind: 'checker_turned';
      readonly service: VirtualServer;
      readonly server: RealServer;
      readonly checker: Checker['kind'];
      readonly up: boolean;
      /** with it the server's life has turned */
      readonly serverTurned: boolean;
    }
  | {
      readonly kind: 'server_turned';
      readonly service: VirtualServer;
      readonly server: RealServer;
      readonly up: boolean;
      readonly why: 'checked' | 'initially' | 'removed' | 'shutting_down';
    }
  | {
      readonly kind: 'quorum_turned';
      readonly service: VirtualServer;
      readonly up: boolean;
      readonly why: 'weighed' | 'initially' | 'shutting_down';
      readonly quorum: number;
      readonly hysteresis: number;
      readonly aliveWeight: number;
    };

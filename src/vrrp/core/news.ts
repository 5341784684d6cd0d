/** What a router has to tell the world outside: scripts, FIFOs, mail (src/notify). Each piece carries the settings it is
 *  told by, because an instance that a reload removes is in no configuration any more. */
import type { InstanceNotify, VrrpNotify } from '../../config/model/vrrp.ts';

/** The words of keepalived's notify scripts. */
export type NewsState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

export type VrrpNews =
  | {
      readonly kind: 'instance_state';
      readonly instance: NotifiedInstance;
      readonly state: NewsState;
      /** the state is told because a reload took the instance away */
      readonly removed: boolean;
      readonly priority: number;
    }
  /** another master that does not give in, or its end */
  | {
      readonly kind: 'split_seen';
      readonly instance: NotifiedInstance;
      readonly over: boolean;
      /** one sentence */
      readonly text: string;
    }
  | { readonly kind: 'lower_priority_heard'; readonly instance: NotifiedInstance; readonly priority: number }
  | {
      readonly kind: 'priority_changed';
      readonly instance: NotifiedInstance;
      readonly state: 'MASTER' | 'BACKUP';
      readonly priority: number;
    }
  | {
      readonly kind: 'group_state';
      readonly group: { readonly name: string; readonly notify: VrrpNotify };
      readonly state: Exclude<NewsState, 'DELETED'>;
    };

export interface NotifiedInstance {
  readonly name: string;
  readonly notify: InstanceNotify;
}

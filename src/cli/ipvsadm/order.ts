/** What a command line of ipvsadm orders, as data; and what can be said against a command line. */
import type { Family, IpAddress } from '../../base/ip.ts';
import type { Port } from '../../base/units.ts';
import type { Protocol } from '../../config/model/lvs.ts';
import type { SyncDaemon, SyncRole } from '../../ipvs/core/daemon.ts';
import type { ListingView } from '../../ipvs/core/listing-views.ts';
import type { ServiceKey } from '../../ipvs/core/table.ts';
import type { IpvsOperation, IpvsTimeouts } from '../../ports/ipvs-kernel.ts';

export type IpvsadmOrder =
  | { readonly kind: 'operate'; readonly operation: IpvsOperation }
  | { readonly kind: 'clear' }
  | { readonly kind: 'restore' }
  | { readonly kind: 'save'; readonly numeric: boolean }
  | {
      readonly kind: 'list_table';
      /** null: all of it */
      readonly service: ServiceKey | null;
      readonly view: ListingView;
      readonly exact: boolean;
      readonly sorted: boolean;
      readonly numeric: boolean;
    }
  | { readonly kind: 'list_connections'; readonly numeric: boolean; readonly engines: boolean }
  | { readonly kind: 'list_timeouts' }
  | { readonly kind: 'list_daemons' }
  | { readonly kind: 'zero'; readonly service: ServiceKey | null }
  | { readonly kind: 'set_timeouts'; readonly timeouts: Partial<IpvsTimeouts> }
  | { readonly kind: 'start_daemon'; readonly daemon: SyncDaemon }
  | { readonly kind: 'stop_daemon'; readonly role: SyncRole }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

export interface HostQuestion {
  readonly name: string;
  readonly family: Family;
}

/** The names that a command line may use for addresses and ports. */
export interface Lookups {
  /** null: there is no such host; undefined: nobody has looked yet */
  host(question: HostQuestion): IpAddress | null | undefined;
  /** null: no such service of that protocol */
  servicePort(name: string, protocol: Protocol): Port | null;
}

export interface Refusal {
  readonly kind: 'refused';
  /** lines without the last newline */
  readonly text: string;
  /** 2 = a wrong value or combination, 255 = words that cannot be read */
  readonly exitStatus: 2 | 255;
}

export type Complaint =
  | Refusal
  /** the command line can be judged when this name was looked up */
  | { readonly kind: 'unresolved'; readonly host: HostQuestion };

export const refused = (text: string): Refusal => ({ kind: 'refused', text, exitStatus: 2 });
export const unreadable = (text: string): Refusal => ({ kind: 'refused', text, exitStatus: 255 });

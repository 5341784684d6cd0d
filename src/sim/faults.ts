/** What can go wrong in a run, as plain data: every fault has an end, and names hosts and rings by name, so that it still
 *  means the same in a cluster that has lost others. */
import type { InterfaceName, Micros } from '../base/units.ts';
import type { Change } from './cluster.ts';

export type Fault = CableFault | HostFault;

export const isOfHost = (fault: Fault): fault is HostFault => 'host' in fault;

/** of the segment */
export type CableFault =
  /** what goes from one port to another is lost, the other way it arrives */
  | {
      readonly kind: 'one_way';
      readonly from: string;
      readonly to: string;
      /** 0..1 */
      readonly loss: number;
      readonly for: Micros;
    }
  /** the ports named and the rest do not hear each other */
  | { readonly kind: 'partition'; readonly island: readonly string[]; readonly for: Micros }
  | { readonly kind: 'lossy'; readonly loss: number; readonly for: Micros }
  | { readonly kind: 'doubling'; readonly doubling: number; readonly for: Micros }
  | { readonly kind: 'reordering'; readonly delayMax: Micros; readonly for: Micros };

/** of one machine */
export type HostFault =
  /** carrier lost; the kernel notices. `link` null: of the first one */
  | {
      readonly kind: 'link_cut';
      readonly host: string;
      readonly link: InterfaceName | null;
      readonly for: Micros;
    }
  /** the switch loses the host's frames; nobody notices */
  | { readonly kind: 'unplugged'; readonly host: string; readonly for: Micros }
  /** the event loop stands still */
  | { readonly kind: 'stall'; readonly host: string; readonly for: Micros }
  /** the machine sleeps and hears nothing; its clock may have slept, too */
  | {
      readonly kind: 'suspended';
      readonly host: string;
      readonly clockSleeps: boolean;
      readonly for: Micros;
    }
  /** its clock runs at another rate */
  | { readonly kind: 'drift'; readonly host: string; readonly rate: number; readonly for: Micros }
  /** the process dies; the parent takes its addresses off and starts it again */
  | { readonly kind: 'crash'; readonly host: string; readonly for: Micros }
  /** the process dies and comes back to the addresses that it left */
  | { readonly kind: 'crash_and_adopt'; readonly host: string; readonly for: Micros }
  /** power failure: addresses are gone, too */
  | { readonly kind: 'power_cycle'; readonly host: string; readonly for: Micros }
  | { readonly kind: 'stop'; readonly host: string; readonly for: Micros }
  /** -V */
  | { readonly kind: 'stop_and_adopt'; readonly host: string; readonly for: Micros }
  /** somebody deletes a virtual address */
  | { readonly kind: 'address_theft'; readonly host: string; readonly for: Micros }
  /** the interface is deleted and made again under another index */
  | { readonly kind: 'link_replaced'; readonly host: string; readonly for: Micros }
  /** what the host's instances track fails */
  | { readonly kind: 'script_failure'; readonly host: string; readonly for: Micros }
  | { readonly kind: 'file_holds'; readonly host: string; readonly value: number; readonly for: Micros }
  /** the file as it is now */
  | { readonly kind: 'reload'; readonly host: string; readonly for: Micros }
  /** the files of the cluster change; one host reloads, the others when they next read it, at the latest at the end */
  | { readonly kind: 'change'; readonly host: string; readonly change: Change; readonly for: Micros };

export interface PlannedFault {
  readonly at: Micros;
  readonly fault: Fault;
}

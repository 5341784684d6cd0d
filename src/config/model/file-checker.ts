/** FILE_CHECK: the number in a file moves the weight of a server, or takes it out. */
import type { CheckerCommon } from './lvs.ts';
import type { TrackFile } from './vrrp.ts';

/** It is told of changes, so its pace has no meaning. */
export interface FileChecker extends CheckerCommon {
  readonly kind: 'file';
  readonly file: Pick<TrackFile, 'name' | 'path' | 'initial'>;
  /** multiplies the number; 0 = any number but 0 takes the server out */
  readonly weight: number;
  /** the number counts with its sign changed; with weight 0 it is 0 that takes the server out */
  readonly reverse: boolean;
}

/** What the ipvsadm command needs of its process: streams, the kernel, names. A test gives its own. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Result } from '../../base/result.ts';
import type { SystemError } from '../../base/system-error.ts';
import type { IpvsControl } from '../../ipvs/shell/kernel.ts';
import { openIpvsKernel } from '../../ipvs/shell/load-module.ts';
import { type NameService, systemNames } from './names.ts';

export interface Surroundings {
  /** Resolves when the reader is ready for more. */
  stdout(text: string): Promise<void>;
  stderr(text: string): void;
  /** all of it, up to its end */
  stdin(): Promise<string>;
  openKernel(): Result<IpvsControl, SystemError>;
  /** /proc/net/ip_vs_conn, piece by piece; throws when there is no such file */
  connections(): AsyncIterable<string>;
  readonly names: NameService;
}

export const CONNECTIONS_FILE = '/proc/net/ip_vs_conn';

export const processSurroundings = (): Surroundings => ({
  stdout: async (text) => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  },
  stderr: (text) => void process.stderr.write(text),
  stdin: async () => {
    let text = '';
    for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
    return text;
  },
  openKernel: openIpvsKernel,
  connections: () => createReadStream(CONNECTIONS_FILE, { encoding: 'latin1' }),
  names: systemNames(),
});

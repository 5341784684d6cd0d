/** Opens the kernel's IPVS table and loads ip_vs first when nobody has: on a freshly booted director keepalived and
 *  ipvsadm do so too. */
import { childProcessModule } from '../../native/late-modules.ts';
import { createIpvsKernel } from './kernel.ts';

/** How long modprobe may take; it reads a disk. */
const MODPROBE_LIMIT_MS = 10_000;
const OPTIONS = { stdio: 'ignore', timeout: MODPROBE_LIMIT_MS } as const;

export function openIpvsKernel(): ReturnType<typeof createIpvsKernel> {
  const first = createIpvsKernel();
  if (first.ok || first.error.code !== 'ENOENT') return first;
  childProcessModule().spawnSync('modprobe', ['ip_vs'], OPTIONS);
  return createIpvsKernel();
}

/** The same for who must not wait: whether it helped shows later. */
export function loadIpvs(): void {
  const child = childProcessModule().spawn('modprobe', ['ip_vs'], OPTIONS);
  // no modprobe on this machine: the kernel's own answer is what gets told
  child.on('error', () => {});
}

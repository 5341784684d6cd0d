/** Opens the kernel's IPVS table and loads ip_vs first when nobody has: on a freshly booted director keepalived and
 *  ipvsadm do so too. */
import { childProcessModule } from '../../native/late-modules.ts';
import { createIpvsKernel } from './kernel.ts';

/** How long modprobe may take; it reads a disk. */
const MODPROBE_LIMIT_MS = 10_000;

export function openIpvsKernel(): ReturnType<typeof createIpvsKernel> {
  const first = createIpvsKernel();
  if (first.ok || first.error.code !== 'ENOENT') return first;
  childProcessModule().spawnSync('modprobe', ['ip_vs'], { stdio: 'ignore', timeout: MODPROBE_LIMIT_MS });
  return createIpvsKernel();
}

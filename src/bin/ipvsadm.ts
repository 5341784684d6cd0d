import { runIpvsadm } from '../cli/ipvsadm/ipvsadm.ts';

// a reader that leaves early (`ipvsadm -Lnc | head`) wants no more
process.stdout.on('error', () => process.exit());

void runIpvsadm(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});

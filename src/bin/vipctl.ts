import { runVipctl } from '../cli/vipctl.ts';

// a reader that leaves early (`vipctl status | head`) wants no more
process.stdout.on('error', () => process.exit());

void runVipctl(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});

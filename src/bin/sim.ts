import { runSim } from '../cli/sim.ts';

process.exitCode = runSim(process.argv.slice(2));

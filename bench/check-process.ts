/** The checkers half of vipd without IPVS: the same code, its table in memory, so that it runs on any kernel.
 *  It is the load beside which the adverts are timed. Argument: the configuration file. */
import { openProbeSocket } from '../src/checks/shell/probe-socket.ts';
import { startCheckers } from '../src/checks/shell/process.ts';
import { loadConfig } from '../src/config/load.ts';
import { createClock } from '../src/net/adapters/clock.ts';
import { forgetfulOwnership } from '../src/ports/ownership.ts';
import { forgetfulFile } from '../src/ports/state-file.ts';
import { createProgramRunner } from '../src/scripts/program-runner.ts';
import { createTrackedFiles } from '../src/track/shell/tracked-files.ts';
import { fakeKernel } from '../test/ipvs/fake-kernel.ts';

const { config } = loadConfig(process.argv[2] ?? '', { strictIncludes: false });
if (config === null) throw new Error('the configuration does not load');
const clock = createClock();
const ports = {
  ...{
    clock,
    log: () => {},
    ipvs: fakeKernel(),
    ownership: forgetfulOwnership,
    memory: forgetfulFile,
    seed: 1,
  },
  ...{ openDatagram: openProbeSocket, programs: createProgramRunner(clock) },
  files: createTrackedFiles(clock),
};
startCheckers(ports, config, { releaseIpvs: false });

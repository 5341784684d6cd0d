/** Composition root of the checkers child: the only place that gives the checks their real ports. */
import { EMPTY_HISTOGRAM, observed } from '../base/histogram.ts';
import { systemErrorText } from '../base/system-error.ts';
import type { PoolNews } from '../checks/core/news.ts';
import { openMarkedSocket } from '../checks/shell/marked-socket.ts';
import { memoryFile } from '../checks/shell/memory-file.ts';
import { createPathRouter } from '../checks/shell/path-router.ts';
import { openProbeSocket } from '../checks/shell/probe-socket.ts';
import { startCheckers } from '../checks/shell/process.ts';
import { createIptables } from '../ipvs/shell/iptables.ts';
import { openIpvsKernel } from '../ipvs/shell/load-module.ts';
import { ownershipFile } from '../ipvs/shell/ownership-file.ts';
import { createSourceNat } from '../ipvs/shell/source-nat.ts';
import { insideNamespace, namespacePath } from '../native/network-namespace.ts';
import { createClock } from '../net/adapters/clock.ts';
import { createNetKernel } from '../net/adapters/net-kernel.ts';
import { ownAddresses } from '../net/adapters/own-addresses.ts';
import { createSysctl } from '../net/adapters/sysctl.ts';
import { type Delivery, tellingOf, withoutMail } from '../notify/core/delivery.ts';
import { lvsDelivery } from '../notify/core/lvs-delivery.ts';
import { createProgramRunner } from '../scripts/program-runner.ts';
import { createTrackedFiles } from '../track/shell/tracked-files.ts';
import { capabilityProblem } from './capabilities.ts';
import { runChild, type StartHalf } from './child.ts';
import { optimizeFromNowOn } from './optimizer.ts';
import { applyScheduling } from './scheduling.ts';

export const runCheckersChild = (): void => runChild('checkers', startHalf);

const startHalf: StartHalf = (config, options, log, post) => {
  const lacking = capabilityProblem(['CAP_NET_ADMIN']);
  if (lacking !== null) return { refusal: { exitCode: 4, reason: lacking } };
  applyScheduling(config.global.process.checkers, log);
  const { ipvsNamespace } = config.global.process;
  const ipvs =
    ipvsNamespace === null
      ? openIpvsKernel()
      : insideNamespace(namespacePath(ipvsNamespace.name), openIpvsKernel);
  if (!ipvs.ok) return { refusal: { exitCode: 4, reason: systemErrorText(ipvs.error) } };
  let telling = tellingOf(config.global, 'lvs');
  const tell = (news: PoolNews, change: (delivery: Delivery) => Delivery = (delivery) => delivery): void => {
    const delivery = lvsDelivery(news, telling);
    if (delivery !== null) post(change(delivery));
  };
  const net = createNetKernel();
  const sysctl = createSysctl();
  let wakeUps = EMPTY_HISTOGRAM;
  const clock = createClock((late) => {
    wakeUps = observed(wakeUps, late);
  });
  const ports = {
    ...{ clock, log, ipvs: ipvs.value, ownership: ownershipFile(options.ownershipFile, log) },
    memory: memoryFile(options.memoryFile, log),
    files: createTrackedFiles(clock),
    ...{ openSocket: openMarkedSocket, openDatagram: openProbeSocket, programs: createProgramRunner(clock) },
    syncDaemons: ipvs.value,
    sourceNat: createSourceNat({ clock, log, filter: createIptables(), sysctl }),
    paths: createPathRouter(sysctl),
    ...(net.ok ? { addresses: ownAddresses(net.value) } : {}),
    seed: Math.floor(Math.random() * 2 ** 32),
  };
  const checkers = startCheckers(ports, config, {
    releaseIpvs: options.releaseIpvs,
    onNews: (news) => tell(news),
  });
  optimizeFromNowOn();
  return {
    reload: (next) => {
      telling = tellingOf(next.global, 'lvs');
      checkers.reload(next);
    },
    tellSessions: (verdicts) => checkers.tellSessions(verdicts),
    preview: (next) => {
      const preview = checkers.preview(next);
      return preview.ok
        ? { kind: 'planned', lines: preview.value }
        : { kind: 'unreadable', why: systemErrorText(preview.error) };
    },
    stop: () => checkers.stop(),
    status: () => ({ process: 'checkers', wakeUps, ...checkers.status() }),
    tellAgain: (name) => {
      const news = checkers.presentNews(name);
      for (const piece of news) tell(piece, withoutMail);
      return news.length;
    },
    operator: null,
    resetCounters: () => {},
    drain: (order) => checkers.order(order),
  };
};

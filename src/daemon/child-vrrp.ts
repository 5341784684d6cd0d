/** Composition root of the vrrp child: the only place that gives the election its real ports. */
import { EMPTY_HISTOGRAM, observed } from '../base/histogram.ts';
import { systemErrorText } from '../base/system-error.ts';
import { createCarrierPort } from '../net/adapters/carrier.ts';
import { createClock } from '../net/adapters/clock.ts';
import { createFirewall } from '../net/adapters/firewall.ts';
import { createLinkKernel } from '../net/adapters/link-kernel.ts';
import { createNeighbourProbe } from '../net/adapters/neighbour-probe.ts';
import { createNetKernel } from '../net/adapters/net-kernel.ts';
import { createPacketPort } from '../net/adapters/packets.ts';
import { createRoutingKernel } from '../net/adapters/routing-kernel.ts';
import { createSysctl } from '../net/adapters/sysctl.ts';
import { type Delivery, lineOnly, tellingOf, withoutMail } from '../notify/core/delivery.ts';
import { vrrpDelivery } from '../notify/core/vrrp-delivery.ts';
import { createProgramRunner } from '../scripts/program-runner.ts';
import { sessionEvents } from '../track/core/trackers.ts';
import { createProcessTable } from '../track/shell/process-table.ts';
import { createTrackedFiles } from '../track/shell/tracked-files.ts';
import type { VrrpNews } from '../vrrp/core/news.ts';
import { giveOrder, probeAddresses } from '../vrrp/shell/operator.ts';
import { startVrrp } from '../vrrp/shell/process.ts';
import { recordedCore } from '../vrrp/shell/recorder.ts';
import { capabilityProblem } from './capabilities.ts';
import { runChild, type StartHalf } from './child.ts';
import { applyScheduling, withRealtime } from './scheduling.ts';
import { followInstance } from './sync-follower.ts';

export const runVrrpChild = (): void => runChild('vrrp', startHalf);

const startHalf: StartHalf = (config, options, log, post) => {
  const lacking = capabilityProblem(['CAP_NET_ADMIN', 'CAP_NET_RAW']);
  if (lacking !== null) return { refusal: { exitCode: 4, reason: lacking } };
  applyScheduling(withRealtime(config.global.process.vrrp), log);
  let wakeUps = EMPTY_HISTOGRAM;
  const clock = createClock((late) => {
    wakeUps = observed(wakeUps, late);
  });
  let telling = tellingOf(config.global, 'vrrp');
  const tell = (news: VrrpNews, change: (delivery: Delivery) => Delivery = (delivery) => delivery): void => {
    const delivery = vrrpDelivery(news, telling);
    if (delivery !== null) post(change(delivery));
  };
  const repeatLines = (news: readonly VrrpNews[]): void => {
    for (const piece of news) tell(piece, lineOnly);
  };
  const net = createNetKernel();
  if (!net.ok) return { refusal: { exitCode: 4, reason: systemErrorText(net.error) } };
  const ports = {
    clock,
    packets: createPacketPort(clock),
    net: net.value,
    carrier: createCarrierPort(),
    sysctl: createSysctl(),
    firewall: createFirewall(),
    routing: createRoutingKernel(),
    links: createLinkKernel(),
    log,
    programs: createProgramRunner(clock),
    files: createTrackedFiles(clock),
    processes: createProcessTable(clock),
  };
  const sync = followInstance({ clock, log, ipvsNamespace: config.global.process.ipvsNamespace });
  const neighbours = createNeighbourProbe(net.value, clock);
  const core = options.record === null ? undefined : recordedCore(options.record, ports);
  const vrrp = startVrrp(
    ports,
    config,
    {
      releaseVips: options.releaseVips,
      watchAddresses: options.watchAddresses,
      onNews: (news) => tell(news),
      onStatusChange: (transition) => sync.entered(transition),
    },
    core,
  );
  sync.configure(config.global.lvs.syncDaemon);
  return {
    reload: (next) => {
      telling = tellingOf(next.global, 'vrrp');
      vrrp.reload(next);
      sync.configure(next.global.lvs.syncDaemon);
      if (next.global.notify.statesOnReload) repeatLines(vrrp.presentNews(null));
    },
    tellSessions: (verdicts) => {
      for (const event of sessionEvents(verdicts)) vrrp.hear(event);
    },
    // what VRRP would do is read off the two configurations, by the parent
    preview: () => ({ kind: 'planned', lines: [] }),
    stop: () => {
      vrrp.stop();
      sync.close();
    },
    status: () => ({ process: 'vrrp', wakeUps, ...vrrp.status() }),
    tellAgain: (name) => {
      const news = vrrp.presentNews(name);
      for (const piece of news) tell(piece, withoutMail);
      return news.length;
    },
    operator: {
      order: (name, wish) => giveOrder(vrrp, name, wish),
      probe: (name) => probeAddresses(vrrp, neighbours, name),
    },
    resetCounters: () => vrrp.resetCounters(),
    drain: () => null,
  };
};

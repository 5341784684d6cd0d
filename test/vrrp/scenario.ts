/** The command language of test/vrrp/scenarios: one node, told what happens to it, prints what it orders.
 *
 *      instance VI_1 priority=100 version=3      configures (before `start`, or under `reload`); inet6: over IPv6
 *      start with=10.0.0.1                       started; these addresses are on eth0 already
 *      advert from=192.168.100.102 priority=90   a packet arrives; corrupt, ttl=, type=, authtype=: not as it should be;
 *                                                on=eth1: over a heartbeat interface
 *      pass 3.7                                  time passes, deadlines are met to the microsecond
 *      stall 5                                   time passes, nobody looks at deadlines until its end; asleep 5: nor then
 *      claim VI_1 10.0.0.1 02:00:00:00:00:07     outcome of a probe: who else answers; without an address nobody
 *      failover VI_1 for=600 · prefer VI_1 · undo VI_1      an operator orders
 *      news                                      from here on only what the world outside is told
 *      link eth0 down · vanish 10.0.0.1 · reload · stop · stop -V · status
 *      delay eth1 down=1 up=0.5 (interface_up_down_delays)
 *      group G VI_1 VI_2 · script chk interval=2 rise=2 · file f weight=1 · process p quorum=2     also configure
 *      result chk 1 · result chk timed_out · content f 5 · content f gone · count p 3              and these happen
 */
import { type IpAddress, parseIp } from '../../src/base/ip.ts';
import { parseMac } from '../../src/base/mac.ts';
import { invariant } from '../../src/base/never.ts';
import {
  after,
  type Instant,
  type InterfaceName,
  instant,
  interfaceName,
  micros,
  priority,
  seconds,
  vrid,
} from '../../src/base/units.ts';
import type { VrrpGlobals } from '../../src/config/model/global.ts';
import { NO_STATICS } from '../../src/config/model/routing.ts';
import type {
  TrackFile,
  TrackProcess,
  VrrpInstance,
  VrrpScript,
  VrrpSyncGroup,
} from '../../src/config/model/vrrp.ts';
import { ETH0, virtualAddress, vrrpGlobals, vrrpInstance } from '../../src/sim/topology.ts';
import type { VrrpConfig, VrrpEvent } from '../../src/vrrp/core/events.ts';
import type { AddressFact, LinkFact } from '../../src/vrrp/core/network.ts';
import { nextDeadline, stepNode } from '../../src/vrrp/core/node.ts';
import { type NodeState, newNode } from '../../src/vrrp/core/node-state.ts';
import type { Claim } from '../../src/vrrp/core/split.ts';
import { statusOf } from '../../src/vrrp/core/status.ts';
import { type Advert, encodeAdvert, passwordOctets } from '../../src/vrrp/wire/advert.ts';
import { newsOf } from './news-text.ts';
import { linesOf } from './scenario-actions.ts';
import { fileOf, groupOf, processOf, resultOf, scriptOf, trackedOf } from './scenario-tracked.ts';
import { globalsOf, linkFact, type Words, wordsOf } from './scenario-words.ts';

export const OWN_ADDRESS = '192.168.100.101';
const OWN_LINK_LOCAL = 'fe80::101';
/** Who advertises, and to whom, unless a command says so. */
const FROM = { inet: '192.168.100.102', inet6: 'fe80::102' } as const;
const GROUP = { inet: '224.0.0.18', inet6: 'ff02::12' } as const;
/** The virtual address unless `vips` names others. */
const VIP = { inet: '10.0.0.1', inet6: 'fe80::51' } as const;
const STEPS_MAX = 10_000;

export class Scenario {
  #node: NodeState = newNode(vrrpGlobals());
  #now: Instant = instant(0);
  #globals: VrrpGlobals = vrrpGlobals();
  #instances: VrrpInstance[] = [];
  #newsOnly = false;
  #groups: VrrpSyncGroup[] = [];
  #scripts: VrrpScript[] = [];
  #files: TrackFile[] = [];
  #processes: TrackProcess[] = [];
  /** when the last run of each script was ordered */
  readonly #runs = new Map<string, Instant>();
  readonly #links = new Map<InterfaceName, LinkFact>([[ETH0, linkFact(ETH0, true)]]);

  get node(): NodeState {
    return this.#node;
  }
  get now(): Instant {
    return this.#now;
  }

  /** The lines that a command causes. */
  run(command: string): readonly string[] {
    const [verb = '', ...rest] = command.trim().split(/\s+/);
    const words = wordsOf(rest);
    switch (verb) {
      case 'global':
        this.#globals = vrrpGlobals(globalsOf(words));
        return [];
      case 'instance':
        this.#instances.push(instanceOf(rest[0] ?? 'VI_1', words));
        return [];
      case 'news':
        this.#newsOnly = true;
        return [];
      case 'delay': {
        const [down, up] = [Number(words['down'] ?? 0), Number(words['up'] ?? 0)];
        const one = { interface: interfaceName(rest[0] ?? ''), down: seconds(down), up: seconds(up) };
        this.#globals = { ...this.#globals, interfaceDelays: [...this.#globals.interfaceDelays, one] };
        return [];
      }
      case 'group':
        this.#groups.push(groupOf(rest));
        return [];
      case 'script':
        this.#scripts.push(scriptOf(rest[0] ?? 'chk', words));
        return [];
      case 'file':
        this.#files.push(fileOf(rest[0] ?? 'f'));
        return [];
      case 'process':
        this.#processes.push(processOf(rest[0] ?? 'p', words));
        return [];
      case 'result':
        return this.#result(rest[0] ?? '', rest[1] ?? '0');
      case 'content': {
        const content = rest[1] === 'gone' ? null : (rest[1] ?? '');
        return this.#feed({ kind: 'file_read', tracker: `file ${rest[0]}`, content });
      }
      case 'count':
        return this.#feed({
          kind: 'processes_counted',
          tracker: `process ${rest[0]}`,
          count: Number(rest[1]),
        });
      case 'forget':
        this.#instances = [];
        this.#groups = [];
        this.#scripts = [];
        return [];
      case 'start':
        return this.#feed({ kind: 'started', config: this.#config(), ...this.#network(words['with'] ?? '') });
      case 'reload':
        return this.#feed({ kind: 'config_changed', config: this.#config() });
      case 'advert':
        return this.#feed(this.#packet(words));
      case 'pass':
        return this.#pass(seconds(Number(rest[0])));
      case 'asleep':
        this.#now = after(this.#now, seconds(Number(rest[0])));
        return [];
      case 'stall':
        return this.#stall(seconds(Number(rest[0])));
      case 'link':
        return this.#link(interfaceName(rest[0] ?? 'eth0'), rest[1] ?? 'up');
      case 'vanish':
        return this.#feed({
          kind: 'address_vanished',
          interface: ETH0,
          address: ip(rest[0] ?? ''),
          prefixLength: 32,
        });
      case 'restored':
        return this.#restored(rest[0] ?? '');
      case 'stop':
        return this.#feed({ kind: 'stop_requested', release: rest[0] !== '-V' });
      case 'claim':
        return this.#feed({
          kind: 'address_probed',
          instance: rest[0] ?? '',
          claims: claimsOf(rest.slice(1)),
        });
      case 'failover':
      case 'prefer':
      case 'undo':
        return this.#order(verb, rest[0] ?? 'VI_1', words['for']);
      case 'status':
        return this.#status();
      default:
        throw new Error(`unknown command: ${command}`);
    }
  }

  #config(): VrrpConfig {
    return {
      globals: this.#globals,
      instances: this.#instances,
      groups: this.#groups,
      statics: NO_STATICS,
      trackers: { scripts: this.#scripts, files: this.#files, processes: this.#processes },
    };
  }

  #result(script: string, how: string): readonly string[] {
    const tracker = `script ${script}`;
    const startedAt = this.#runs.get(tracker) ?? instant(0);
    const result = resultOf(how);
    return this.#feed({ kind: 'program_finished', tracker, startedAt, result });
  }

  #network(present: string): Pick<Extract<VrrpEvent, { kind: 'started' }>, 'links' | 'addresses'> {
    const own = ownFact(OWN_ADDRESS, 24);
    const others = [...this.#links.keys()].filter((name) => name !== ETH0);
    const left = present.split(',').filter((text) => text !== '');
    return {
      links: [...this.#links.values()],
      addresses: [
        own,
        ownFact(OWN_LINK_LOCAL, 64),
        ...others.map((name, i) => ({ ...own, interface: name, address: ip(`192.168.${i + 1}.101`) })),
        ...left.map((text) => ({ ...own, address: ip(text), prefixLength: 32, ours: true })),
      ],
    };
  }

  #packet(words: Words): VrrpEvent {
    const instance =
      this.#instances.find((one) => one.vrid === Number(words['vrid'] ?? one.vrid)) ?? vrrpInstance();
    const source = ip(words['from'] ?? FROM[instance.family]);
    const destination = ip(GROUP[instance.family]);
    const payload = encodeAdvert(advertOf(instance, words), { source, destination });
    if (words['corrupt'] !== undefined) payload[6] = (payload[6] ?? 0) ^ 0xff;
    const ttl = Number(words['ttl'] ?? 255);
    const seal = { kind: 'none' } as const;
    const packet = { source, destination, ttl, announcedLength: payload.length, payload, seal };
    const on = interfaceName(words['on'] ?? instance.interface);
    return { kind: 'packet_received', interface: on, family: instance.family, packet };
  }

  #link(name: InterfaceName, state: string): readonly string[] {
    if (state === 'gone') return this.#feed({ kind: 'link_vanished', interface: name });
    const link = linkFact(name, state === 'up');
    this.#links.set(name, link);
    const lines = this.#feed({ kind: 'link_changed', link });
    if (state !== 'up' || name !== ETH0) return lines;
    return [...lines, ...this.#feed({ kind: 'address_appeared', address: ownFact(OWN_ADDRESS, 24) })];
  }

  #order(verb: 'failover' | 'prefer' | 'undo', name: string, lasts: string | undefined): readonly string[] {
    const kind = verb === 'failover' ? 'step_down' : 'prefer';
    const time = lasts === undefined ? null : seconds(Number(lasts));
    return this.#feed({ kind: 'order_given', name, wish: verb === 'undo' ? null : { kind, lasts: time } });
  }

  #restored(text: string): readonly string[] {
    const router = this.#node.routers[0];
    invariant(router !== undefined, () => 'no instance');
    return this.#feed({ kind: 'addresses_restored', router: router.key, addresses: [virtualAddress(text)] });
  }

  #status(): readonly string[] {
    const { instances } = statusOf(this.#node, (at) => at);
    return instances.map((one) => {
      const held = one.addresses.filter((address) => address.held).map(({ address }) => address);
      return `${one.name} ${one.state} priority ${one.effectivePriority} holds ${held.join(' ') || 'nothing'}: ${one.reason}`;
    });
  }

  #pass(duration: ReturnType<typeof seconds>): readonly string[] {
    const end = after(this.#now, duration);
    const lines: string[] = [];
    for (let i = 0; i < STEPS_MAX; i++) {
      const deadline = nextDeadline(this.#node);
      if (deadline === null || deadline > end) break;
      this.#now = instant(Math.max(deadline, this.#now));
      lines.push(...this.#feed({ kind: 'deadline_reached' }));
    }
    this.#now = end;
    return lines;
  }

  /** As the shell does: how late the wake-up is comes before what is late. */
  #stall(duration: ReturnType<typeof seconds>): readonly string[] {
    const asked = nextDeadline(this.#node) ?? this.#now;
    this.#now = after(this.#now, duration);
    const late = micros(Math.max(0, this.#now - asked));
    return [...this.#feed({ kind: 'woke_late', late }), ...this.#feed({ kind: 'deadline_reached' })];
  }

  #feed(event: VrrpEvent): readonly string[] {
    const [node, actions] = stepNode(this.#node, event, this.#now);
    this.#node = node;
    const time = (this.#now / 1_000_000).toFixed(6);
    for (const action of actions) {
      if (action.kind === 'run_program') this.#runs.set(action.tracker, action.startedAt);
    }
    const lines = this.#newsOnly ? actions.flatMap(newsOf) : linesOf(actions);
    return lines.map((line) => `${time} ${line}`);
  }
}

const ip = (text: string): IpAddress => {
  const parsed = parseIp(text);
  invariant(parsed !== null, () => `not an address: ${text}`);
  return parsed;
};

const ownFact = (text: string, prefixLength: number): AddressFact => ({
  interface: ETH0,
  address: ip(text),
  prefixLength,
  ours: false,
  detection: 'over',
});

function claimsOf([address, mac]: readonly string[]): readonly Claim[] {
  const parsed = mac === undefined ? null : parseMac(mac);
  return address === undefined || parsed === null ? [] : [{ address: ip(address), mac: parsed }];
}

function advertOf(instance: VrrpInstance, words: Words): Advert {
  const password = words['password'] ?? '';
  return {
    version: instance.version,
    type: Number(words['type'] ?? 1),
    vrid: vrid(Number(words['vrid'] ?? instance.vrid)),
    priority: priority(Number(words['priority'] ?? 100)),
    interval: 'interval' in words ? seconds(Number(words['interval'])) : instance.advertInterval,
    authentication:
      instance.version === 2
        ? { type: Number(words['authtype'] ?? (password === '' ? 0 : 1)), octets: passwordOctets(password) }
        : null,
    addresses: (words['vips'] ?? instance.virtualAddresses.map(({ address }) => address).join(','))
      .split(',')
      .map(ip),
  };
}

function instanceOf(name: string, words: Words): VrrpInstance {
  const base = vrrpInstance({ name });
  const family = 'inet6' in words ? 'inet6' : 'inet';
  const home = { interface: interfaceName(words['interface'] ?? 'eth0') };
  const time = (key: string, fallback: number): ReturnType<typeof seconds> =>
    key in words ? seconds(Number(words[key])) : micros(fallback);
  const list = (key: string): readonly string[] =>
    (words[key] ?? '').split(',').filter((text) => text !== '');
  return {
    ...base,
    vrid: vrid(Number(words['vrid'] ?? 51)),
    interface: interfaceName(words['interface'] ?? 'eth0'),
    family,
    destination: { kind: 'multicast', group: ip(GROUP[family]) },
    version: words['version'] === '3' ? 3 : 2,
    initialState: words['state'] === 'MASTER' ? 'MASTER' : 'BACKUP',
    priority: priority(Number(words['priority'] ?? 100)),
    advertInterval: time('interval', base.advertInterval),
    preempt: !('nopreempt' in words),
    preemptDelay: time('preempt_delay', 0),
    downTimerAdverts: Number(words['down_timer_adverts'] ?? 3),
    authentication:
      'password' in words ? { kind: 'pass', password: words['password'] ?? '' } : { kind: 'none' },
    virtualAddresses:
      list('vips').length > 0
        ? list('vips').map((text) => virtualAddress(text, home))
        : [virtualAddress(VIP[family], home)],
    timerExpiredBackup:
      'timer_expired_backup' in words ? priority(Number(words['timer_expired_backup'])) : null,
    heartbeats: list('heartbeat').map((on) => ({
      interface: interfaceName(on),
      destination: { kind: 'multicast', group: ip('224.0.0.18') },
    })),
    excludedAddresses: list('excluded').map((text) => virtualAddress(text)),
    garp: {
      delay: time('garp_delay', 0),
      repeat: Number(words['garp_repeat'] ?? 2),
      refresh: time('garp_refresh', 0),
      refreshRepeat: Number(words['garp_refresh_repeat'] ?? 1),
      lowerPrioDelay: time('garp_lower_prio_delay', 0),
      lowerPrioRepeat: Number(words['garp_lower_prio_repeat'] ?? 2),
    },
    trackInterfaces: list('track').map((text) => {
      const [interfaceText = '', weight = '0'] = text.split(':');
      return { interface: interfaceName(interfaceText), weight: Number(weight), reverse: 'reverse' in words };
    }),
    trackers: trackedOf(words),
    skipCheckAdvAddr: 'skip_check_adv_addr' in words,
    lowerPrioNoAdvert: 'lower_prio_no_advert' in words,
    higherPrioSendAdvert: 'higher_prio_send_advert' in words,
    notify: {
      ...base.notify,
      deleted: 'notify_deleted' in words ? { command: null } : null,
      priorityChanges: 'notify_priority_changes' in words,
    },
  };
}

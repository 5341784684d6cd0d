/** `vipctl parity A B`: the two directors of a pair must agree in what goes over the wire and in what they serve, and
 *  differ in priority. Each finding says what happens at the next failover if it stays. Instances are matched by VRID
 *  and family, as the routers match each other; their names are their own. */
import type { IpAddress } from '../../base/ip.ts';
import { sameValue } from '../../base/keyed-diff.ts';
import type { Config } from '../model/config.ts';
import type { VirtualServer } from '../model/lvs.ts';
import type { HmacSettings, VrrpInstance } from '../model/vrrp.ts';
import { diffServices, serviceName } from './diff.ts';

export interface Finding {
  /** stable; never reused for another meaning */
  readonly id: string;
  /** `breaks`: the pair does not fail over as it should; `differs`: it does, and serves something else afterwards */
  readonly gravity: 'breaks' | 'differs';
  readonly text: string;
  /** what follows */
  readonly why: string;
  /** JSON pointers into the models, for the lines to show; null where one has nothing of the kind */
  readonly a: string | null;
  readonly b: string | null;
}

export function findDisparities(a: Config, b: Config): readonly Finding[] {
  return [...instanceFindings(a, b), ...groupFindings(a, b), ...serviceFindings(a, b)];
}

const nameOfRouter = ({ vrid, family }: VrrpInstance): string =>
  `VRID ${vrid}${family === 'inet6' ? ' (IPv6)' : ''}`;

interface Placed {
  readonly instance: VrrpInstance;
  readonly pointer: string;
}

const placed = ({ vrrpInstances }: Config): readonly Placed[] =>
  vrrpInstances.map((instance, i) => ({ instance, pointer: `/vrrpInstances/${i}` }));

function instanceFindings(a: Config, b: Config): readonly Finding[] {
  const rest = new Set(placed(b));
  const take = (wanted: (other: VrrpInstance) => boolean): Placed | undefined => {
    const found = [...rest].find(({ instance }) => wanted(instance));
    if (found !== undefined) rest.delete(found);
    return found;
  };
  const pairs = placed(a).map((one) => ({
    one,
    other: take((other) => nameOfRouter(other) === nameOfRouter(one.instance)),
  }));
  const findings = pairs.flatMap(({ one, other }) => {
    if (other !== undefined) {
      return compareInstances(one.instance, other.instance, one.pointer, other.pointer);
    }
    const meant = take((candidate) => isMeant(one.instance, candidate));
    return [meant === undefined ? alone(one.instance, 'B', one.pointer, null) : otherVrid(one, meant)];
  });
  return [...findings, ...[...rest].map(({ instance, pointer }) => alone(instance, 'A', null, pointer))];
}

/** Two that have not the same VRID and are one router all the same: by their addresses. */
const isMeant = (a: VrrpInstance, b: VrrpInstance): boolean =>
  a.virtualAddresses.some(({ address }) => b.virtualAddresses.some((other) => other.address === address));

const otherVrid = ({ instance, pointer: a }: Placed, { instance: other, pointer: b }: Placed): Finding => ({
  id: 'vrid',
  gravity: 'breaks',
  text: `${instance.name} has ${nameOfRouter(instance)} in A, ${other.name} with the same address ${nameOfRouter(other)} in B`,
  why: 'neither hears the other, and both become master of the same address',
  a: `${a}/vrid`,
  b: `${b}/vrid`,
});

const alone = (instance: VrrpInstance, missing: string, a: string | null, b: string | null): Finding => ({
  id: 'instance_alone',
  gravity: 'breaks',
  text: `${nameOfRouter(instance)} (${instance.name}) is missing in ${missing}`,
  why: 'nobody takes its addresses over',
  a,
  b,
});

/** One property that both must have alike. */
interface Rule {
  readonly id: string;
  readonly property: string;
  readonly of: (instance: VrrpInstance) => string;
  readonly what: string;
  readonly why: string;
}

const addressesOf = (addresses: VrrpInstance['virtualAddresses']): string =>
  addresses
    .map(({ address, prefixLength }) => `${address}/${prefixLength}`)
    .toSorted()
    .join(' ');

const DROPPED = 'each drops the adverts of the other, and both become master';

const RULES: readonly Rule[] = [
  {
    id: 'version',
    property: 'version',
    of: ({ version }) => `${version}`,
    what: 'version',
    why: DROPPED,
  },
  {
    id: 'advert_interval',
    property: 'advertInterval',
    of: ({ advertInterval }) => `${advertInterval / 1_000_000} s`,
    what: 'advert_int',
    why: 'version 2 drops adverts of another interval, and both become master; version 3 follows the master',
  },
  {
    id: 'authentication',
    property: 'authentication',
    of: ({ authentication }) =>
      authentication.kind === 'none' ? 'none' : `${authentication.kind} with its password`,
    what: 'auth_type',
    why: DROPPED,
  },
  {
    id: 'virtual_addresses',
    property: 'virtualAddresses',
    of: ({ virtualAddresses }) => addressesOf(virtualAddresses),
    what: 'virtual_ipaddress',
    why: 'an address that only one has is gone when the other is master; strict receivers drop such adverts',
  },
  {
    id: 'excluded_addresses',
    property: 'excludedAddresses',
    of: ({ excludedAddresses }) => addressesOf(excludedAddresses),
    what: 'virtual_ipaddress_excluded',
    why: 'an address that only one has is gone when the other is master',
  },
  {
    id: 'destination',
    property: 'destination',
    of: ({ destination }) => (destination.kind === 'unicast' ? 'unicast' : destination.group),
    what: 'destination of adverts',
    why: 'neither hears the other, and both become master',
  },
];

function compareInstances(a: VrrpInstance, b: VrrpInstance, atA: string, atB: string): readonly Finding[] {
  const finding = (id: string, property: string, text: string, why: string): Finding => ({
    id,
    gravity: 'breaks',
    text: `${nameOfRouter(a)}: ${text}`,
    why,
    a: `${atA}/${property}`,
    b: `${atB}/${property}`,
  });
  const findings = RULES.filter(({ of }) => of(a) !== of(b)).map(({ id, property, what, of, why }) =>
    finding(id, property, `${what} is ${of(a) || 'nothing'} in A and ${of(b) || 'nothing'} in B`, why),
  );
  if (differentPassword(a, b)) {
    findings.push(
      finding(
        'password',
        'authentication',
        a.authentication.kind === 'hmac'
          ? 'one signs with a key that the other does not have'
          : 'auth_pass differs',
        DROPPED,
      ),
    );
  }
  if (a.priority === b.priority) {
    const owner = a.priority === 255;
    const why = owner
      ? 'both believe to own the address, and both are master'
      : 'the higher address wins, which may not be the one that is meant, and a master that starts late changes nothing';
    findings.push(finding('equal_priority', 'priority', `both have priority ${a.priority}`, why));
  }
  return [...findings, ...peerFindings(a, b, finding)];
}

const differentPassword = (
  { authentication: a }: VrrpInstance,
  { authentication: b }: VrrpInstance,
): boolean => {
  if (a.kind === 'hmac' || b.kind === 'hmac') {
    return a.kind === 'hmac' && b.kind === 'hmac' && !(knowsKeyOf(a, b) && knowsKeyOf(b, a));
  }
  return a.kind !== 'none' && b.kind !== 'none' && a.kind === b.kind && a.password !== b.password;
};

/** The receiver has the key that the sender signs with. */
function knowsKeyOf(receiver: HmacSettings, sender: HmacSettings): boolean {
  const active = sender.keys.find(({ id }) => id === sender.activeKey);
  return receiver.keys.some((key) => active !== undefined && sameValue(key, active));
}

/** Each must send to where the other is. */
function peerFindings(
  a: VrrpInstance,
  b: VrrpInstance,
  finding: (id: string, property: string, text: string, why: string) => Finding,
): readonly Finding[] {
  const sendsTo = (from: VrrpInstance, address: IpAddress | null): boolean =>
    from.destination.kind !== 'unicast' ||
    address === null ||
    from.destination.peers.some((peer) => peer.address === address);
  const deaf = (who: string, address: IpAddress | null) =>
    finding(
      'peer',
      'destination',
      `${address} is not a unicast_peer in ${who}`,
      'the other hears nothing from it and becomes master beside it',
    );
  if (a.destination.kind !== b.destination.kind) return [];
  return [
    ...(sendsTo(a, b.sourceAddress) ? [] : [deaf('A', b.sourceAddress)]),
    ...(sendsTo(b, a.sourceAddress) ? [] : [deaf('B', a.sourceAddress)]),
  ];
}

/** Groups by the routers in them. */
function groupFindings(a: Config, b: Config): readonly Finding[] {
  const groupsOf = (config: Config): ReadonlyMap<string, number> => {
    const routers = new Map(config.vrrpInstances.map((instance) => [instance.name, nameOfRouter(instance)]));
    return new Map(
      config.vrrpSyncGroups.map(({ members }, i) => {
        return [
          members
            .map((name) => routers.get(name) ?? name)
            .toSorted()
            .join(', '),
          i,
        ];
      }),
    );
  };
  const [inA, inB] = [groupsOf(a), groupsOf(b)];
  const missing = (from: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>, who: string) =>
    [...from].flatMap(([members, i]): readonly Finding[] => {
      if (other.has(members)) return [];
      const at = `/vrrpSyncGroups/${i}`;
      const text = `no vrrp_sync_group of ${who} has the members ${members}`;
      const why = 'after a partial failure the instances are masters on different directors';
      return [
        {
          id: 'sync_group',
          gravity: 'breaks',
          text,
          why,
          a: who === 'B' ? at : null,
          b: who === 'A' ? at : null,
        },
      ];
    });
  return [...missing(inA, inB, 'B'), ...missing(inB, inA, 'A')];
}

function serviceFindings(a: Config, b: Config): readonly Finding[] {
  const placeOf = (config: Config): ReadonlyMap<string, readonly [VirtualServer, string]> =>
    new Map(
      config.virtualServers.map((service, i) => [serviceName(service), [service, `/virtualServers/${i}`]]),
    );
  const [inA, inB] = [placeOf(a), placeOf(b)];
  const missing = (name: string, who: string, atA: string | null, atB: string | null): Finding => ({
    id: 'service_alone',
    gravity: 'breaks',
    text: `virtual_server ${name} is missing in ${who}`,
    why: `it is not served while ${who} is master`,
    a: atA,
    b: atB,
  });
  const findings = [...inA].flatMap(([name, [service, atA]]): readonly Finding[] => {
    const other = inB.get(name);
    if (other === undefined) return [missing(name, 'B', atA, null)];
    const [otherService, atB] = other;
    return diffServices(service, otherService).map((text) => ({
      id: 'service_differs',
      gravity: 'differs',
      text: `virtual_server ${name}: ${text}`,
      why: 'a failover changes how clients are served',
      a: atA,
      b: atB,
    }));
  });
  const rest = [...inB].filter(([name]) => !inA.has(name));
  return [...findings, ...rest.map(([name, [, atB]]) => missing(name, 'A', null, atB))];
}

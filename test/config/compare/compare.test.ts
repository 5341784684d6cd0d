/** Two configurations beside each other: what they do differently, and whether two directors make a pair. */
import { describe, expect, test } from 'vitest';
import { invariant } from '../../../src/base/never.ts';
import { changesBesideIpvs, diffConfigs, diffText } from '../../../src/config/compare/diff.ts';
import { findDisparities } from '../../../src/config/compare/parity.ts';
import type { Config } from '../../../src/config/model/config.ts';
import { caseFiles, parseText } from '../case-files.ts';

function model(text: string): Config {
  const { config } = parseText(text);
  invariant(config !== null, () => text);
  return config;
}

const PAIR = `
vrrp_sync_group G {
    group {
        VI_1
        VI_2
    }
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass secret
    }
    unicast_src_ip 10.0.0.11
    unicast_peer {
        10.0.0.12
    }
    virtual_ipaddress {
        10.0.0.1/24
    }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 150
    virtual_ipaddress {
        10.1.0.1/24
    }
}
virtual_server 10.0.0.1 80 {
    protocol TCP
    lb_algo rr
    lb_kind DR
    real_server 10.0.0.21 80 {
        weight 1
        TCP_CHECK {
        }
    }
    real_server 10.0.0.22 80 {
    }
}
`;
const OTHER = PAIR.replaceAll('priority 150', 'priority 100')
  .replace('src_ip 10.0.0.11', 'src_ip 10.0.0.9')
  .replace('        10.0.0.12\n', '        10.0.0.11\n')
  .replace('src_ip 10.0.0.9', 'src_ip 10.0.0.12');

const changed = (from: string, to: string): string => PAIR.replace(from, to);

describe('diff', () => {
  const diff = (a: string, b: string): string => diffText(diffConfigs(model(a), model(b)));

  test.each(caseFiles('cases').map(({ name, config }) => [name, config] as const))(
    'finds nothing between a configuration and itself: %s',
    (_, text) => expect(diff(text, text)).toBe(''),
  );

  test('sees through order, layout and defaults that are written out', () => {
    const blocks = PAIR.split(/\n(?=v)/)
      .toReversed()
      .join('\n');
    expect(diff(PAIR, blocks.replace('advert_int 1', 'advert_int 1\n preempt_delay 0'))).toBe('');
  });

  test.each([
    ['priority 150', 'priority 90', '~ vrrp_instance VI_1: priority 150 → 90\n'],
    ['weight 1', 'weight 3', '~ virtual_server 10.0.0.1:80 tcp, real_server 10.0.0.21:80: weight 1 → 3\n'],
    [
      '10.0.0.1/24',
      '10.0.0.1/25',
      '~ vrrp_instance VI_1, virtual_ipaddress 10.0.0.1: prefixLength 24 → 25\n',
    ],
    [
      'real_server 10.0.0.22',
      'real_server 10.0.0.23',
      '- virtual_server 10.0.0.1:80 tcp: real_server 10.0.0.22:80\n+ virtual_server 10.0.0.1:80 tcp: real_server 10.0.0.23:80\n',
    ],
    [
      'TCP_CHECK {\n',
      'TCP_CHECK {\n retry 5\n',
      '~ virtual_server 10.0.0.1:80 tcp, real_server 10.0.0.21:80, check tcp: retry 1 → 5\n',
    ],
    [
      'vrrp_instance VI_2',
      'vrrp_instance VI_3',
      '- vrrp_instance VI_2\n+ vrrp_instance VI_3\n~ vrrp_sync_group G: members ["VI_1","VI_2"] → ["VI_1"]\n',
    ],
  ])('tells that %j became %j', (from, to, text) => {
    expect(diff(PAIR, changed(from, to))).toBe(text);
  });
});

test('beside the IPVS table a reload changes instances, static entries and checks, and no more than that', () => {
  const statics = (address: string) => `static_ipaddress {\n ${address}/32 dev eth0\n}\n`;
  const before = statics('192.0.2.7') + PAIR;
  const after = (statics('192.0.2.8') + PAIR)
    .replace('priority 150', 'priority 90')
    .replace('weight 1', 'weight 3')
    .replace('TCP_CHECK {\n', 'TCP_CHECK {\n retry 5\n');
  const lines = changesBesideIpvs(model(before), model(after)).map(({ sign, text }) => `${sign} ${text}`);
  expect(lines).toEqual([
    '~ vrrp_instance VI_1: priority 150 → 90',
    '- static: address 192.0.2.7',
    '+ static: address 192.0.2.8',
    '~ virtual_server 10.0.0.1:80 tcp, real_server 10.0.0.21:80, check tcp: retry 1 → 5',
  ]);
});

describe('parity', () => {
  const findings = (a: string, b: string) => findDisparities(model(a), model(b));
  const idsOf = (a: string, b: string) => findings(a, b).map(({ id }) => id);

  test('of a sound pair has nothing to say', () => {
    expect(findings(PAIR, OTHER)).toEqual([]);
  });

  // what one side has instead → the finding
  test.each([
    ['priority 150', 'priority 100', ['equal_priority']],
    ['advert_int 1', 'advert_int 2', ['advert_interval']],
    ['auth_pass secret', 'auth_pass other', ['password']],
    ['auth_type PASS', 'auth_type AH', ['authentication']],
    ['10.0.0.1/24', '10.0.0.3/24', ['virtual_addresses']],
    ['virtual_router_id 51', 'virtual_router_id 50', ['vrid', 'sync_group', 'sync_group']],
    ['        10.0.0.12\n', '        10.0.0.13\n', ['peer']],
    ['    unicast_peer {\n        10.0.0.12\n    }\n', '', ['destination']],
    ['virtual_router_id 52', 'virtual_router_id 52\n version 3', ['version']],
    ['        VI_2\n', '', ['sync_group', 'sync_group']],
    ['10.0.0.1 80', '10.0.0.1 81', ['service_alone', 'service_alone']],
    ['lb_algo rr', 'lb_algo wrr', ['service_differs']],
    ['weight 1', 'weight 2', ['service_differs']],
  ])('finds it when %j is %j in one of them', (from, to, ids) => {
    expect(idsOf(changed(from, to), OTHER)).toEqual(ids);
  });

  test('does not mind other names', () => {
    expect(findings(PAIR, OTHER.replaceAll('VI_1', 'left'))).toEqual([]);
  });

  test('of two owners says that both are master', () => {
    const owner = (text: string) => text.replace(/priority \d+/, 'priority 255');
    expect(findings(owner(PAIR), owner(OTHER))[0]?.why).toContain('both are master');
  });

  test('points at both', () => {
    const [finding] = findings(changed('priority 150', 'priority 100'), OTHER);
    expect([finding?.a, finding?.b]).toEqual(['/vrrpInstances/0/priority', '/vrrpInstances/0/priority']);
  });
});

describe('what differs is told for people', () => {
  test('durations in seconds', () => {
    const text = diffText(diffConfigs(model(PAIR), model(PAIR.replace('advert_int 1', 'advert_int 2'))));
    expect(text).toBe('~ vrrp_instance VI_1: advertInterval 1 s → 2 s\n');
  });

  test('secrets not at all', () => {
    const changed = diffConfigs(model(PAIR), model(PAIR.replace('auth_pass secret', 'auth_pass other')));
    expect(diffText(changed)).toBe(
      '~ vrrp_instance VI_1, authentication: password (hidden) → another, (hidden)\n',
    );
    const dropped = diffConfigs(model(PAIR), model(PAIR.replace('auth_type PASS', 'auth_type NONE')));
    expect(diffText(dropped)).toMatch(/authentication/);
    expect(diffText(dropped)).not.toMatch(/secret/);
  });
});

test('one mark for each family is two services', () => {
  const service = (family: string, server: string) =>
    `virtual_server fwmark 7 {\nip_family ${family}\nlb_algo rr\nlb_kind DR\nreal_server ${server} 0 {\n}\n}\n`;
  const both = model(service('inet', '10.0.0.1') + service('inet6', '2001:db8::1'));
  expect(diffText(diffConfigs(both, both))).toBe('');
});

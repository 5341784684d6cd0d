/** What `-t` exits with and whether a daemon starts: the table of grammar.md section 9. */
import { describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/config/check/host.ts';
import { builtInNames } from '../../src/config/schema/iproute-names.ts';
import { idsOf, parseText } from './case-files.ts';

const host: HostFacts = {
  hasInterface: (name) => name === 'eth0',
  hasUser: (name) => name === 'root',
  hasGroup: () => false,
  hasCommand: (program) => program === '/bin/true',
  unsafePart: (program) => (program === '/tmp/mine' ? '/tmp/mine belongs to user 1000' : null),
  iprouteNames: builtInNames,
};

const instance = (lines: string, name = 'A'): string =>
  `vrrp_instance ${name} {\n interface eth0\n virtual_router_id 5\n virtual_ipaddress { 10.0.0.1\n }\n ${lines}\n}\n`;
const unicast = (name: string, source: string, peer: string): string =>
  instance(`unicast_src_ip ${source}\n unicast_peer { ${peer}\n }`, name);

describe('exit status and start', () => {
  test('a refusal counts behind ten thousand mistakes', () => {
    expect(parseText(`${'nonsense\n'.repeat(20_000)}vrrp_instance A {\n}\n`).refused).toBe(true);
  });

  test('a text of half a million lines is not read to its end, and refused', () => {
    const loaded = parseText('a\n'.repeat(600_000));
    expect(loaded.refused).toBe(true);
    expect(idsOf(loaded)[0]).toBe('too_much');
  });

  test.each([
    ['nothing at all', '', 0, true],
    ['a sound instance', instance(''), 0, true],
    ['what vipd does not do yet', instance('use_vmac'), 0, true],
    ['an unknown keyword', instance('prio 1'), 5, true],
    ['a deprecated keyword', 'vrrp_track_file f {\n}\n', 5, true],
    [
      'no scheduler',
      'virtual_server 10.0.0.1 80 {\n protocol TCP\n real_server 10.0.0.2 80 { }\n}\n',
      5,
      true,
    ],
    ['a missing argument', instance('priority'), 2, false],
    [
      'a missing argument and a script without protection',
      `${instance('priority')}${instance('notify /bin/true', 'B')}`,
      2,
      false,
    ],
    ['a missing VRID', 'vrrp_instance A {\n interface eth0\n}\n', 5, false],
    ['a missing interface line', 'vrrp_instance A {\n virtual_router_id 5\n}\n', 5, false],
    ['one VRID twice', `${instance('')}${instance('', 'B')}`, 5, false],
    [
      'one VRID twice, unicast between different routers',
      `${unicast('A', '10.0.0.2', '10.0.0.3')}${unicast('B', '10.0.0.4', '10.0.0.5')}`,
      0,
      true,
    ],
    [
      'one VRID twice, unicast from different addresses to the same peer',
      `${unicast('A', '10.0.0.2', '10.0.0.3')}${unicast('B', '10.0.0.4', '10.0.0.3')}`,
      0,
      true,
    ],
    [
      'one VRID twice, unicast to the same peer',
      `${unicast('A', '10.0.0.2', '10.0.0.3')}${unicast('B', '10.0.0.2', '10.0.0.3')}`,
      5,
      false,
    ],
    [
      'version 3 without an address',
      'vrrp_instance A {\n interface eth0\n virtual_router_id 5\n version 3\n}\n',
      5,
      false,
    ],
    [
      'version 3 without an address on purpose',
      'vrrp_instance A {\n interface eth0\n virtual_router_id 5\n version 3\n no_virtual_ipaddress\n}\n',
      0,
      true,
    ],
    [
      'version 2 without an address',
      'vrrp_instance A {\n interface eth0\n virtual_router_id 5\n}\n',
      5,
      true,
    ],
    ['an interface that is not there', instance('track_interface { eth9\n }'), 5, true],
    [
      'dynamic_interfaces',
      `global_defs {\n dynamic_interfaces\n}\n${instance('track_interface { eth9\n }')}`,
      0,
      true,
    ],
    [
      'a static address on an interface that is not there',
      'static_ipaddress {\n 10.0.0.1 dev eth9\n}\n',
      5,
      true,
    ],
    ['a static address on the default interface', 'static_ipaddress {\n 10.0.0.1\n}\n', 0, true],
    [
      'a static address on a default interface that is not there',
      'global_defs {\n default_interface eth9\n}\nstatic_ipaddress {\n 10.0.0.1\n}\n',
      5,
      true,
    ],
    ['a delay of an interface that is not there', 'interface_up_down_delays {\n eth9 1\n}\n', 5, true],
    [
      'a delay of a VMAC that will be there',
      `${instance('use_vmac front')}interface_up_down_delays {\n front 1\n}\n`,
      0,
      true,
    ],
    [
      'a script that no user can run, without enable_script_security',
      instance('notify "/bin/true" nosuchuser'),
      5,
      true,
    ],
    ['a script without enable_script_security', instance('notify /bin/true'), 6, true],
    [
      'a protected script',
      `global_defs {\n enable_script_security\n script_user root\n}\n${instance('notify /bin/true')}`,
      0,
      true,
    ],
    [
      'a protected script for nobody',
      `global_defs {\n enable_script_security\n}\n${instance('notify /bin/true')}`,
      5,
      true,
    ],
    [
      'a script as root that others could change',
      `global_defs {\n enable_script_security\n script_user root\n}\n${instance('notify /tmp/mine')}`,
      6,
      true,
    ],
    [
      'a script whose own user is root and that others could change',
      'global_defs {\n enable_script_security\n script_user 1000\n}\nvrrp_script s {\n script /tmp/mine\n user root\n}\n',
      6,
      true,
    ],
    [
      'a script as another user that others could change',
      `global_defs {\n enable_script_security\n script_user root\n}\n${instance('notify "/tmp/mine" 1000 1000')}`,
      0,
      true,
    ],
    ['a script of an unknown user', instance('notify "/bin/false" nosuchuser'), 5, true],
    ['a vrrp_script whose command is not there', 'vrrp_script s {\n script /bin/false\n}\n', 5, true],
    ['a strict include without a file', 'includem /nowhere\n', 6, false],
    ['an include without a file', 'include /nowhere\n', 0, true],
  ])('%s', (_, text, exitCode, starts) => {
    const loaded = parseText(text, { host });
    expect([loaded.exitCode, !loaded.refused, idsOf(loaded)]).toEqual([exitCode, starts, idsOf(loaded)]);
  });
});

import { beforeAll, describe, expect, test } from 'vitest';
import {
  printBfdData,
  printCheckData,
  printParentData,
  printStats,
  printVrrpData,
} from '../../src/observe/dump.ts';
import { groupMatch, virtualServer } from '../checks/model.ts';
import { BFD } from './bfd-samples.ts';
import { expectGolden } from './golden.ts';
import { CHECKS, CONFIG, VRRP } from './samples.ts';

beforeAll(() => {
  process.env['TZ'] = 'UTC'; // the dumps show local time
});

describe('statistics dump', () => {
  test("is keepalived's text to the byte (captured from keepalived 2.4.3)", () => {
    expectGolden('keepalived.stats', printStats(VRRP));
  });

  test('is empty without instances', () => {
    expect(printStats({ instances: [], groups: [], trackers: [], strayPackets: 0 })).toBe('');
  });
});

const GROUP = groupMatch('WEB', ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80', '10.0.0.9:80', 'fwmark:7']);

describe('data dumps', () => {
  test('keepalived.data has the global, topology, sync group and script sections', () => {
    expectGolden('keepalived.data', printVrrpData(CONFIG, VRRP));
  });

  test('keepalived_check.data has the services, their servers and every checker', () => {
    expectGolden('keepalived_check.data', printCheckData(CONFIG, CHECKS));
  });

  test('keepalived_bfd.data has every session', () => {
    expectGolden('keepalived_bfd.data', printBfdData(CONFIG, BFD));
  });

  test('a group stands before the services with its ranges, and gives them their name', () => {
    const text = printCheckData(
      { ...CONFIG, virtualServers: [virtualServer('10.0.0.1', 0, [], { match: GROUP })] },
      null,
    );
    expect(text).toContain(`
 ------< Virtual server group >------
 Virtual Server Group = WEB, IPv4 = yes, IPv6 = no
   VIP Range = 10.0.0.1-10.0.0.3, VPORT = 80
   VIP = 10.0.0.9, VPORT = 80
   FWMARK = 7, inet
 ------< Virtual server >------
 VS GROUP = [WEB]:0
`);
  });

  test('keepalived_parent.data has the global definitions', () => {
    const text = printParentData(CONFIG);
    expect(text.startsWith('------< Global definitions >------\n Network namespace = (default)\n')).toBe(
      true,
    );
    expect(printVrrpData(CONFIG, VRRP).startsWith(text)).toBe(true);
  });

  test('a password is never written', () => {
    expect(printVrrpData(CONFIG, VRRP)).not.toContain('secret');
  });

  test('without a status the configuration alone is shown', () => {
    const text = printVrrpData(CONFIG, null) + printCheckData(CONFIG, null);
    expect(text).toContain('   Wantstate = MASTER\n');
    expect(text).not.toMatch(/^ {3}(State|alive|Up) =/m);
    expect(text).not.toMatch(/ set$/m);
  });
});

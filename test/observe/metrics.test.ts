import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/observe/metric-table.ts';
import { METRICS_CONTENT_TYPE, renderMetrics } from '../../src/observe/metrics.ts';
import { BAD_STATUS } from './bad-status.ts';
import { expectGolden } from './golden.ts';
import { STATUS } from './samples.ts';

/** Samples of the text format by `name{labels}`. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\]|\\.)*",?)+\})?) (\S+)$/.exec(line);
    expect(match, `not a sample: ${line}`).not.toBeNull();
    const key = match?.[1] ?? '';
    expect(samples.has(key), `twice: ${key}`).toBe(false);
    samples.set(key, Number(match?.[2]));
  }
  return samples;
}

describe('metrics', () => {
  test('of a healthy pair member are this text', async () => {
    expectGolden('metrics.txt', await renderMetrics(STATUS));
  });

  test('are well-formed samples, each once, in good and in bad times', async () => {
    expect(parse(await renderMetrics(STATUS)).size).toBeGreaterThan(60);
    expect(parse(await renderMetrics(BAD_STATUS)).size).toBeGreaterThan(60);
    expect(METRICS_CONTENT_TYPE).toContain('text/plain; version=0.0.4');
  });

  test('carry the state numbers of keepalived-exporter: 2 MASTER, 3 FAULT', async () => {
    const series = 'keepalived_vrrp_state{iname="VI_1",intf="eth0",vrid="51",ip_address="192.168.100.240"}';
    expect(parse(await renderMetrics(STATUS)).get(series)).toBe(2);
    expect(parse(await renderMetrics(BAD_STATUS)).get(series)).toBe(3);
  });

  test('say that the daemon is not whole while a child is being restarted', async () => {
    expect(parse(await renderMetrics(BAD_STATUS)).get('keepalived_up')).toBe(0);
  });

  test('of a process that does not answer are absent, not zero', async () => {
    const text = await renderMetrics({ ...STATUS, vrrp: null, checks: null });
    expect(text).not.toContain('vipd_ipvs_kernel_writes_total');
    expect(text).not.toContain('vipd_vrrp_stray_packets_total');
    expect(text).toContain('vipd_reload_success 1');
  });

  test('of two checks with one name stay two series', async () => {
    const twice = {
      ...STATUS,
      checks: STATUS.checks && {
        ...STATUS.checks,
        virtualServers: STATUS.checks.virtualServers.map((service) => ({
          ...service,
          realServers: service.realServers.map((r) => ({ ...r, checkers: [...r.checkers, ...r.checkers] })),
        })),
      },
    };
    const samples = parse(await renderMetrics(twice));
    const labels = 'virtual_server="tcp 192.168.100.240:80",real_server="192.168.100.9:80"';
    expect(samples.get(`vipd_check_runs_total{${labels},check="TCP_CHECK [192.168.100.9]:80"}`)).toBe(720);
    expect(samples.get(`vipd_check_runs_total{${labels},check="TCP_CHECK [192.168.100.9]:80 #2"}`)).toBe(720);
  });

  test('are named by the rules: counters end in _total, no name twice, no state in a counter', () => {
    expect(new Set(METRICS.map(({ name }) => name)).size).toBe(METRICS.length);
    for (const { name, type, labels } of METRICS) {
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      if (type === 'counter') expect(labels, name).not.toContain('state');
    }
  });
});

import { describe, expect, test } from 'vitest';
import { controlSocketPath, route } from '../../src/control/api.ts';

describe('control API routes', () => {
  test.each([
    ['GET', '/v1/status', { kind: 'get_status' }],
    ['GET', '/v1/status?pretty=1', { kind: 'get_status' }],
    ['GET', '/metrics', { kind: 'get_metrics' }],
    ['POST', '/v1/reload', { kind: 'reload' }],
    ['POST', '/v1/plan', { kind: 'plan' }],
    ['GET', '/v1/reload', { kind: 'method_not_allowed', allow: 'POST' }],
    ['DELETE', '/v1/status', { kind: 'method_not_allowed', allow: 'GET' }],
    ['GET', '/', { kind: 'not_found' }],
    ['GET', '/v1/status/', { kind: 'not_found' }],
    ['GET', '/v1/../v1/status', { kind: 'not_found' }],
    ['GET', '', { kind: 'not_found' }],
  ])('%s %s', (method, target, expected) => {
    expect(route(method, target)).toEqual(expected);
  });

  test('an instance has a socket of its own', () => {
    const path = (netNamespace: string | null, instance: string | null): string =>
      controlSocketPath({ netNamespace, instance });
    expect(path(null, null)).toBe('/run/vipd/vipd.sock');
    expect(path(null, 'blue')).toBe('/run/vipd/vipd_blue.sock');
    expect(path('red', null)).toBe('/run/vipd/vipd_red.sock');
    expect(path('red', 'blue')).toBe('/run/vipd/vipd_red_blue.sock');
  });
});

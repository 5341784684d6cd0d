import { describe, expect, test } from 'vitest';
import { seconds } from '../../src/base/units.ts';
import { controlSocketPath, route } from '../../src/control/api.ts';

describe('control API routes', () => {
  test.each([
    ['GET', '/v1/status', { kind: 'get_status' }],
    ['GET', '/v1/status?pretty=1', { kind: 'get_status' }],
    ['GET', '/metrics', { kind: 'get_metrics' }],
    ['POST', '/v1/reload', { kind: 'reload' }],
    ['POST', '/v1/plan', { kind: 'plan' }],
    ['GET', '/v1/why?name=VI_1', { kind: 'why', name: 'VI_1' }],
    ['GET', '/v1/why', { kind: 'bad_request', error: 'name=NAME is missing' }],
    [
      'POST',
      '/v1/failover?name=VI_1&for=1800',
      { kind: 'order', name: 'VI_1', wish: { kind: 'step_down', lasts: 1_800_000_000 } },
    ],
    ['POST', '/v1/prefer?name=G', { kind: 'order', name: 'G', wish: { kind: 'prefer', lasts: null } }],
    ['POST', '/v1/undo?name=VI_1', { kind: 'order', name: 'VI_1', wish: null }],
    [
      'POST',
      '/v1/failover?name=VI_1&for=0',
      { kind: 'bad_request', error: 'for=0 is no number of seconds from 1 to 31536000' },
    ],
    [
      'POST',
      '/v1/prefer?name=VI_1&for=1e3',
      { kind: 'bad_request', error: 'for=1e3 is no number of seconds from 1 to 31536000' },
    ],
    ['POST', '/v1/probe?name=VI_1', { kind: 'probe', name: 'VI_1' }],
    ['GET', '/v1/failover?name=VI_1', { kind: 'method_not_allowed', allow: 'POST' }],
    ['GET', '/v1/reload', { kind: 'method_not_allowed', allow: 'POST' }],
    ['DELETE', '/v1/status', { kind: 'method_not_allowed', allow: 'GET' }],
    [
      'POST',
      '/v1/drain?service=%5B10.0.0.1%5D%3Atcp%3A80&server=10.0.0.8%3A80&limit=90',
      {
        kind: 'drain',
        order: {
          kind: 'drain',
          virtualServer: '[10.0.0.1]:tcp:80',
          realServer: '10.0.0.8:80',
          limit: seconds(90),
        },
      },
    ],
    [
      'POST',
      '/v1/undrain?service=fwmark+7&server=10.0.0.8',
      {
        kind: 'drain',
        order: { kind: 'undrain', virtualServer: 'fwmark 7', realServer: '10.0.0.8', limit: null },
      },
    ],
    ['POST', '/v1/drain?service=x', { kind: 'bad_request', error: 'service and server are needed' }],
    [
      'POST',
      '/v1/drain?service=x&server=y&limit=604801',
      { kind: 'bad_request', error: 'limit is a number of seconds up to 604800' },
    ],
    ['GET', '/v1/drain', { kind: 'method_not_allowed', allow: 'POST' }],
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

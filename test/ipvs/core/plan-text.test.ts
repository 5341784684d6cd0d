import { expect, test } from 'vitest';
import { planIpvs } from '../../../src/ipvs/core/plan.ts';
import { planLine } from '../../../src/ipvs/core/plan-text.ts';
import { destination, service, table, tcp } from '../samples.ts';

const web = tcp('192.0.2.1', 80);
const mail = tcp('192.0.2.1', 25);
const tls = tcp('2001:db8::1', 443);
const rs = (last: number, weight = 1) => ({ ...destination(`10.0.0.${last}`, 80), weight });

test('a plan is read line by line: what appears, what is changed from what to what, what goes', () => {
  const held = table([service(web, { scheduler: 'rr' }), rs(1), rs(2, 3)], [service(mail)]);
  const wanted = table(
    [service(web, { scheduler: 'wlc' }), rs(2, 1), rs(3)],
    [service(tls, { scheduler: 'sh' })],
  );
  const lines = planIpvs(wanted, held, () => true).map((operation) => planLine(operation, held));
  expect(lines.map(({ sign, text }) => `${sign} ${text}`)).toEqual([
    '~ virtual server [192.0.2.1]:tcp:80 scheduler rr → wlc',
    '+ real server [10.0.0.3]:tcp:80 of [192.0.2.1]:tcp:80 DR weight 1',
    '~ real server [10.0.0.2]:tcp:80 of [192.0.2.1]:tcp:80 weight 3 → 1',
    '- real server [10.0.0.1]:tcp:80 of [192.0.2.1]:tcp:80',
    '+ virtual server [2001:db8::1]:tcp:443 sh',
    '- virtual server [192.0.2.1]:tcp:25',
  ]);
});

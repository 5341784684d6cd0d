import { describe, expect, test } from 'vitest';
import { playInLab } from './run-lab.ts';
import type { LvsTold, NotifyLvsScenarios } from './scenarios/notify-lvs.ts';

describe('services and servers, told by vipd and by keepalived on the same file', () => {
  const played = playInLab<NotifyLvsScenarios>('notify-lvs', 180);

  test('the FIFO has the same lines in the same order for each service', () => {
    expect(played('notify', 'vipd').fifo).toEqual(played('notify', 'keepalived').fifo);
    expect(Object.values(played('notify', 'keepalived').fifo).flat()).toHaveLength(17);
  });

  test('each script runs as often, in the same order and with the same arguments', () => {
    expect(played('notify', 'vipd').scripts).toEqual(played('notify', 'keepalived').scripts);
    expect(Object.keys(played('notify', 'keepalived').scripts)).toHaveLength(8);
  });

  test('the mails say the same; those of the stop leave only from vipd', () => {
    expect(beforeTheStop(played('notify', 'vipd').mails)).toEqual(played('notify', 'keepalived').mails);
    expect(JSON.stringify(played('notify', 'vipd').mails)).toContain('=> Shutting down <=');
  });
});

const beforeTheStop = (mails: LvsTold['mails']): LvsTold['mails'] =>
  Object.fromEntries(
    Object.entries(mails).map(([about, texts]) => [
      about,
      texts.filter((text) => !text.endsWith('=> Shutting down <=')),
    ]),
  );

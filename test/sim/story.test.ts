import { describe, expect, test } from 'vitest';
import { micros, priority, seconds } from '../../src/base/units.ts';
import { type Director, secondOf } from '../../src/sim/directors.ts';
import { PRODUCTION } from '../../src/sim/run.ts';
import { parseStory } from '../../src/sim/story.ts';
import { type Told, tellStory } from '../../src/sim/tell-story.ts';
import { address, unicastTo, vrrpInstance, vrrpPart } from '../../src/sim/topology.ts';

const LINKS = new Map([
  ['lvs01', ['eth0', 'eth1']],
  ['lvs02', ['eth0']],
]);
const stepsOf = (text: string) => {
  const story = parseStory(text, LINKS);
  return story.ok ? story.value.steps.map(({ at, fault }) => ({ at, fault })) : story.error;
};

describe('a story is read', () => {
  test('at the time it names, after the step before, or 30 s behind it', () => {
    const steps = stepsOf(
      'lvs01 stops for 5s, at 10s lvs02 reloads; after 500ms lvs01 stalls for 2m; lvs02 crashes',
    );
    expect(steps).toMatchObject([
      { at: 0, fault: { kind: 'stop', host: 'lvs01', for: seconds(5) } },
      { at: seconds(10), fault: { kind: 'reload', host: 'lvs02', for: 0 } },
      { at: seconds(10.5), fault: { kind: 'stall', host: 'lvs01', for: seconds(120) } },
      { at: seconds(40.5), fault: { kind: 'crash', host: 'lvs02' } },
    ]);
  });

  test('with the interface or the power that is lost', () => {
    expect(stepsOf('lvs01 loses eth1, lvs01 loses power, lvs01 loses an address')).toMatchObject([
      { fault: { kind: 'link_cut', link: 'eth1' } },
      { fault: { kind: 'power_cycle' } },
      { fault: { kind: 'address_theft' } },
    ]);
  });

  test.each([
    ['lvs03 stops', "'lvs03 stops': no host lvs03; there are lvs01, lvs02"],
    ['lvs02 loses eth1', "'lvs02 loses eth1': lvs02 uses no eth1, but eth0"],
    ['lvs02 explodes', "'lvs02 explodes' is not understood; 'vipctl simulate --help' shows what can happen"],
    ['at noon lvs02 stops', "'at noon lvs02 stops': a time is a number with ms, s or m"],
    ['lvs02 stops for ever', "'lvs02 stops for ever': a time is a number with ms, s or m"],
    [' , ', 'a scenario has 1 to 100 steps'],
  ])('and %s is refused with a reason', (text, reason) => {
    expect(stepsOf(text)).toBe(reason);
  });
});

function told(directors: readonly Director[], text: string): Told {
  const links = new Map(directors.map(({ name }) => [name, ['eth0']]));
  const story = parseStory(text, links);
  if (!story.ok) throw new Error(story.error);
  return tellStory(directors, story.value, PRODUCTION);
}

const BETTER: Director = {
  name: 'lvs01',
  config: vrrpPart([vrrpInstance({ version: 3, priority: priority(150), advertInterval: seconds(1) })]),
};
const PAIR: readonly Director[] = [BETTER, { ...secondOf(BETTER), name: 'lvs02' }];

describe('a story is told', () => {
  test('with the outage that the master-down interval makes, to the millisecond (RFC 9568 §6.1)', () => {
    const { addresses, timeline, end } = told(PAIR, 'lvs01 is unplugged');
    // the last advert was heard just before; 3 intervals and the skew of priority 100 are 3.609 s
    const [outage] = addresses[0]?.outages ?? [];
    expect(outage?.lasted).toBeGreaterThan(seconds(2.6));
    expect(outage?.lasted).toBeLessThanOrEqual(micros(3_611_000));
    expect(timeline.map(({ who, what }) => `${who}: ${what}`)).toEqual([
      'scenario: lvs01 is unplugged',
      'lvs02: VI_1 BACKUP -> MASTER: master 198.51.100.1 fell silent',
    ]);
    expect(end.map(({ host, state }) => `${host} ${state}`)).toEqual(['lvs01 MASTER', 'lvs02 MASTER']);
  });

  test('a stop costs the skew and not more, a reload nothing', () => {
    const { addresses } = told(PAIR, 'lvs01 reloads, lvs01 stops');
    const outages = addresses[0]?.outages ?? [];
    expect(outages.map(({ lasted }) => lasted)).toHaveLength(1);
    expect(outages[0]?.lasted).toBeLessThanOrEqual(micros(611_000));
    expect(addresses[0]?.reachable).toBe(true);
  });

  test('when the only one that is left fails, the address does not answer at the end', () => {
    const { addresses } = told(PAIR, 'lvs01 loses power, after 10s lvs02 crashes');
    expect(addresses[0]?.reachable).toBe(false);
  });

  test('between unicast peers, of which one file alone is there', () => {
    const unicast = vrrpInstance({
      sourceAddress: address('10.1.0.1'),
      destination: unicastTo([address('10.1.0.2')]),
    });
    const first: Director = { name: 'a', config: vrrpPart([unicast]) };
    const { timeline } = told([first, secondOf(first)], 'a loses eth0');
    expect(timeline.at(-1)?.what).toBe('VI_1 BACKUP -> MASTER: master 10.1.0.1 fell silent');
  });
});

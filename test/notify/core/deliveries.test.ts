/** What is told, against what keepalived 2.4.3 was recorded to tell in the same course of events (fixtures/lvs24-*,
 *  fixtures/vrrp24-*), and the cases that the recording does not have. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/notify/core/delivery.ts';
import { lvsDelivery } from '../../../src/notify/core/lvs-delivery.ts';
import { envelopeAddress, messageText } from '../../../src/notify/core/mail-text.ts';
import { vrrpDelivery } from '../../../src/notify/core/vrrp-delivery.ts';
import {
  checkerNews,
  groupNews,
  instanceNews,
  quorumNews,
  SERVER,
  SERVICE,
  script,
  serverNews,
  TELLING,
} from '../news.ts';

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', name), 'utf8');

/** `cat -A` shows a line's end as `$` and a NUL as `^@`. */
const asRecorded = (line: string): string => line.replaceAll('\n', '$\n').replaceAll('\0', '^@');

const vrrp = (news: Parameters<typeof vrrpDelivery>[0], telling = TELLING) =>
  given(vrrpDelivery(news, telling));
const lvs = (news: Parameters<typeof lvsDelivery>[0], telling = TELLING) => given(lvsDelivery(news, telling));

function given(delivery: Delivery | null): Delivery {
  if (delivery === null) throw new Error('nothing to tell');
  return delivery;
}

const COURSE = {
  startGroup: vrrp(groupNews('BACKUP')),
  start: vrrp(instanceNews('BACKUP')),
  startQuorum: lvs(quorumNews(true, 2, { why: 'initially' })),
  serverDown: lvs(serverNews(false)),
  quorumDown: lvs(quorumNews(false, 0)),
  master: vrrp(instanceNews('MASTER')),
  masterGroup: vrrp(groupNews('MASTER')),
  serverUp: lvs(serverNews(true)),
  quorumUp: lvs(quorumNews(true, 2)),
  stop: vrrp(instanceNews('STOP')),
  stopGroup: vrrp(groupNews('STOP')),
};

describe('FIFO lines', () => {
  test('of both halves are keepalived’s byte for byte, the NUL behind those of the LVS half included (Q11)', () => {
    const { startGroup, start, startQuorum, master, masterGroup, stop, stopGroup } = COURSE;
    const { serverDown: down, quorumDown: lost, serverUp: up, quorumUp: gained } = COURSE;
    const told = [startGroup, start, startQuorum, down, lost, master, masterGroup, up, gained, down, lost];
    const lines = [...told, up, gained, stop, stopGroup].map(({ line }) => line ?? '');
    expect(asRecorded(lines.join(''))).toBe(fixture('lvs24-fifo.out'));
  });

  test('of an instance alone are keepalived’s', () => {
    const lines = [COURSE.start, COURSE.master, COURSE.stop].map(({ line }) => line);
    expect(lines.join('')).toBe(fixture('vrrp24-fifo.out'));
  });

  test('tell of lower priorities heard and of changes of the own', () => {
    const { instance } = instanceNews('MASTER');
    const heard = vrrp({ kind: 'lower_priority_heard', instance, priority: 103 });
    const changed = vrrp({ kind: 'priority_changed', instance, state: 'BACKUP', priority: 95 });
    expect([heard.line, changed.line]).toEqual([
      'INSTANCE "VI_1" MASTER_RX_LOWER_PRI 103\n',
      'INSTANCE "VI_1" BACKUP_PRIORITY 95\n',
    ]);
  });
});

describe('a second master', () => {
  const news = (smtpAlert: boolean) => {
    const { instance } = instanceNews('MASTER');
    const notify = { ...instance.notify, smtpAlert };
    return { kind: 'split_seen', instance: { ...instance, notify }, over: false, text: 'it is so' } as const;
  };

  test('is a mail where smtp_alert asks for it, and nothing that keepalived has no word for', () => {
    const told = vrrp(news(true));
    expect(told.mail?.subject).toContain('VRRP Instance VI_1 - Split brain');
    expect(told.mail?.body).toBe('=> it is so <=');
    expect({ scripts: told.scripts, line: told.line, isState: told.isState }).toEqual({
      scripts: [],
      line: null,
      isState: false,
    });
    expect(vrrpDelivery(news(false), TELLING)).toBe(null);
  });
});

describe('scripts', () => {
  test('get keepalived’s arguments: four words for the generic one, none added for the others', () => {
    const recorded = new Set(fixture('lvs24-notify.out').trim().split('\n'));
    const run = Object.values(COURSE).flatMap(({ scripts }) => scripts.map(({ argv }) => argv.join(' ')));
    expect(new Set(run)).toEqual(recorded);
  });

  test('of a state: its own first, then the generic one', () => {
    const notify = { master: script('m', 'x'), backup: script('b'), fault: script('f'), stop: script('s') };
    const programs = (['MASTER', 'BACKUP', 'FAULT', 'STOP'] as const).map((state) =>
      vrrp(instanceNews(state, 105, notify)).scripts.map(({ argv }) => argv.join(' ')),
    );
    expect(programs).toEqual([
      ['m x', 'n INSTANCE VI_1 MASTER 105'],
      ['b', 'n INSTANCE VI_1 BACKUP 105'],
      ['f', 'n INSTANCE VI_1 FAULT 105'],
      ['s', 'n INSTANCE VI_1 STOP 105'],
    ]);
  });

  test('of an instance that a reload removes: notify_deleted and DELETED, else FAULT to the generic one alone', () => {
    const notify = { fault: script('f'), deleted: { command: script('d') } };
    const deleted = vrrp({ ...instanceNews('DELETED', 90, notify), removed: true });
    const faulty = vrrp({ ...instanceNews('FAULT', 90, { fault: script('f') }), removed: true });
    const words = [deleted, faulty].map(({ scripts }) => scripts.map(({ argv }) => argv.join(' ')));
    expect(words).toEqual([['d', 'n INSTANCE VI_1 DELETED 90'], ['n INSTANCE VI_1 FAULT 90']]);
  });

  test('only those of a stop are told of an ending, which gives them a second', () => {
    expect([COURSE.stop.ending, COURSE.stopGroup.ending, COURSE.master.ending]).toEqual([true, true, false]);
    expect(lvs(serverNews(false, 'shutting_down')).ending).toBe(true);
    expect(lvs(serverNews(false, 'removed')).ending).toBe(false);
  });

  test('keep the user that the file names', () => {
    const any = { ...script('n'), user: { user: 'ops', group: null } };
    expect(vrrp(instanceNews('MASTER', 1, { any })).scripts[0]?.user).toEqual({ user: 'ops', group: null });
  });
});

describe('mails', () => {
  const addressing = { from: 'lvs01@example.com', recipients: ['ops@example.com'] };

  /** As the recording shows a conversation. */
  const conversation = ({ mail }: Delivery, second: number): string => {
    const wall = Date.UTC(2026, 10, 20, 5, 26, second);
    const text = messageText(addressing, mail ?? { subject: '', body: '' }, { wall, zoneMinutes: 0 });
    const lines = text.split('\r\n').slice(0, -1);
    const opening = [
      'HELO localhost',
      `MAIL FROM:<${envelopeAddress(addressing.from)}>`,
      ...addressing.recipients.map((to) => `RCPT TO:<${envelopeAddress(to)}>`),
      'DATA',
    ];
    return [...opening, ...lines, '.', 'QUIT'].map((line) => `C: ${line}\n`).join('');
  };

  test('of servers and quorum are keepalived’s, header for header', () => {
    const course: readonly (readonly [Delivery, number])[] = [
      [COURSE.quorumUp, 31],
      [lvs(checkerNews(true)), 31],
      [COURSE.quorumDown, 33],
      [lvs(checkerNews(false)), 33],
      [COURSE.quorumUp, 39],
      [lvs(checkerNews(true)), 39],
    ];
    const told = course.map(([delivery, second]) => conversation(delivery, second)).join('');
    expect(told).toBe(fixture('lvs24-smtp.out'));
  });

  test('of every event have keepalived’s words', () => {
    const deliveries = [
      ...(['MASTER', 'BACKUP', 'FAULT', 'STOP', 'DELETED'] as const).map((state) =>
        vrrp(instanceNews(state)),
      ),
      ...(['MASTER', 'FAULT', 'STOP'] as const).map((state) => vrrp(groupNews(state))),
      lvs(checkerNews(true, 'http')),
      lvs(checkerNews(false, 'http')),
      lvs(checkerNews(true, 'misc')),
      lvs(checkerNews(false, 'misc')),
      lvs(serverNews(false, 'removed')),
      lvs(serverNews(false, 'shutting_down')),
      lvs(quorumNews(true, 4, { why: 'initially', quorum: 2, hysteresis: 1 })),
      lvs(quorumNews(false, 0, { why: 'initially' })),
      lvs(quorumNews(false, 0, { quorum: 2, hysteresis: 1 })),
      lvs(quorumNews(false, 0, { why: 'shutting_down' })),
    ];
    const server = 'Realserver [192.168.100.8]:tcp:80 of virtual server [192.168.100.240]:tcp:80';
    const service = 'Virtualserver [192.168.100.240]:tcp:80';
    expect(deliveries.map(({ mail }) => `${mail?.subject} | ${mail?.body}`)).toEqual([
      '[LVS_DEVEL] VRRP Instance VI_1 - Entering MASTER state | => VRRP Instance is now owning VRRP VIPs <=',
      '[LVS_DEVEL] VRRP Instance VI_1 - Entering BACKUP state | => VRRP Instance is no longer owning VRRP VIPs <=',
      '[LVS_DEVEL] VRRP Instance VI_1 - Entering FAULT state | => VRRP Instance is no longer owning VRRP VIPs <=',
      '[LVS_DEVEL] VRRP Instance VI_1 - Stopping | => VRRP Instance stopping <=',
      '[LVS_DEVEL] VRRP Instance VI_1 - Deleted | => VRRP Deleted at reload <=',
      '[LVS_DEVEL] VRRP Group G1 - Entering MASTER state | => All VRRP group instances are now in MASTER state <=',
      '[LVS_DEVEL] VRRP Group G1 - Entering FAULT state | => All VRRP group instances are now in FAULT state <=',
      '[LVS_DEVEL] VRRP Group G1 - Stopping | => All VRRP group instances are now in STOP state <=',
      `[LVS_DEVEL] ${server} - UP | => CHECK succeed on service <=`,
      `[LVS_DEVEL] ${server} - DOWN | => CHECK failed on service : HTTP request failed <=`,
      `[LVS_DEVEL] ${server} - UP | => MISC CHECK succeeded on service <=`,
      `[LVS_DEVEL] ${server} - DOWN | => MISC CHECK failed on service <=`,
      `[LVS_DEVEL] ${server} - DOWN | => Removing <=`,
      `[LVS_DEVEL] ${server} - DOWN | => Shutting down <=`,
      `[LVS_DEVEL] ${service} - UP | => Starting with quorum up 2+1=3 <= 4 <=`,
      `[LVS_DEVEL] ${service} - DOWN | => Starting with quorum down 1+0=1 <= 0 <=`,
      `[LVS_DEVEL] ${service} - DOWN | => Lost quorum 2+1=1 <= 0 <=`,
      `[LVS_DEVEL] ${service} - DOWN | => Shutting down <=`,
    ]);
  });

  test('a change of a server’s life is mailed once, by the checker that caused it', () => {
    expect(COURSE.serverDown.mail).toBeNull();
    expect(lvs(checkerNews(false)).mail).not.toBeNull();
  });

  test('no_email_faults, no_checker_emails and smtp_alert off keep them back', () => {
    const none = { ...TELLING, mail: null };
    const few = { ...TELLING, mail: { faults: false, everyChecker: false } };
    const oneOfTwo = { ...checkerNews(false), serverTurned: false };
    expect([
      vrrp(instanceNews('FAULT'), few).mail,
      vrrp(instanceNews('MASTER', 100, { smtpAlert: false })).mail,
      vrrp(instanceNews('MASTER'), none).mail,
      lvsDelivery(oneOfTwo, few),
      lvsDelivery({ ...checkerNews(false), server: { ...SERVER, smtpAlert: false } }, TELLING),
    ]).toEqual([null, null, null, null, null]);
    expect(lvs(oneOfTwo).mail).not.toBeNull();
  });

  test('the zone of the date is that of this machine', () => {
    const at = { wall: Date.UTC(2026, 0, 1, 0, 30), zoneMinutes: -210 };
    const text = messageText(addressing, { subject: 's', body: 'b' }, at);
    expect(text.split('\r\n')[0]).toBe('Date: Wed, 31 Dec 2025 21:00:00 -0330');
  });

  test('an address in pointed brackets is the envelope’s, the whole text the header’s', () => {
    expect([
      envelopeAddress('Director One <lvs01@example.com>'),
      envelopeAddress('lvs01@example.com'),
      envelopeAddress('<a> lvs01'),
    ]).toEqual(['lvs01@example.com', 'lvs01@example.com', '<a> lvs01']);
  });

  test('a name with a line break makes no header of its own, and long ones are cut', () => {
    const telling = { ...TELLING, routerId: `x\r\nBcc: all@example.com${'y'.repeat(300)}` };
    const { mail } = vrrp(instanceNews('MASTER'), telling);
    expect(mail?.subject).toHaveLength(256);
    expect(mail?.subject).toContain('[x  Bcc: all@example.comy');
  });
});

describe('what nobody would notice is not posted', () => {
  const silent = { ...TELLING, lines: false, mail: null };

  test('without a FIFO, a mail or a script there is nothing', () => {
    expect(vrrpDelivery(instanceNews('MASTER', 100, { any: null }), silent)).toBeNull();
    expect(
      lvsDelivery(quorumNews(true, 2, { service: { ...SERVICE, quorumUp: null, quorumDown: null } }), silent),
    ).toBeNull();
  });

  test('a state without a script is posted where other states have one, since it overtakes them', () => {
    const notify = { any: null, master: script('m') };
    expect(vrrpDelivery(instanceNews('BACKUP', 100, notify), silent)).toMatchObject({
      scripts: [],
      line: null,
    });
  });
});

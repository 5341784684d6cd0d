// The same file and the same events for vipd and for the real keepalived, on the machine's own kernel: the world outside must be told
// the same, word for word. Needs root and keepalived.
import { beforeAll, expect, test } from 'vitest';
import { playCourse, type Told } from './native/notify-course.ts';

let ours: Told;
let theirs: Told;
beforeAll(async () => {
  [ours, theirs] = await Promise.all([playCourse('vipd'), playCourse('keepalived')]);
});

test('the FIFO lines of each instance and of the group are equal, from the start to the stop', () => {
  expect(ours.fifo).toEqual(theirs.fifo);
  expect(theirs.fifo['VI_1']).toHaveLength(11);
});

test('each script runs as often, in the same order and with the same arguments', () => {
  expect(ours.scripts).toEqual(theirs.scripts);
  expect(Object.keys(theirs.scripts)).toHaveLength(27);
});

test('mails have the same headers and the same words; keepalived ends before a mail about the stop could leave', () => {
  const isFarewell = (mail: string): boolean => mail.includes(' - Stopping\n');
  const withoutFarewell = Object.entries(ours.mails).map(([about, mails]) => [
    about,
    mails.filter((mail) => !isFarewell(mail)),
  ]);
  expect(Object.fromEntries(withoutFarewell)).toEqual(theirs.mails);
  expect(Object.values(ours.mails).flat().filter(isFarewell)).toHaveLength(2);
  expect(Object.values(theirs.mails).flat()).toHaveLength(12);
});

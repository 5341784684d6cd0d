/** Names of users and groups become the numbers that passwd(5) and group(5) give them. */
import { expect, test } from 'vitest';
import { err, ok } from '../../src/base/result.ts';
import { resolveIdentity } from '../../src/scripts/accounts.ts';

const FILES = {
  passwd: [
    'root:x:0:0:root:/root:/bin/bash',
    'watch:x:1005:1006:a watcher:/home/watch:/bin/sh',
    'keepalived_script:x:998:997::/:/usr/sbin/nologin',
    'broken:x::7::/:/bin/sh',
    '',
  ].join('\n'),
  group: ['root:x:0:', 'watch:x:1006:', 'disk:x:6:backup,watch', 'adm:x:4:watch', 'www:x:33:', ''].join('\n'),
};
const WITHOUT_ACCOUNT = { ...FILES, passwd: 'root:x:0:0:root:/root:/bin/bash\n' };

const identity = (user: string, group: string | null = null) => resolveIdentity({ user, group }, FILES);

test('without a name the account keepalived_script runs a program, and the daemon itself where there is none', () => {
  expect(resolveIdentity(null, FILES)).toEqual(ok({ uid: 998, gid: 997, supplementary: [] }));
  expect(resolveIdentity(null, WITHOUT_ACCOUNT)).toEqual(ok(null));
});

test('a user alone brings its own group', () => {
  expect(identity('watch')).toEqual(ok({ uid: 1005, gid: 1006, supplementary: [] }));
});

test('a group may be named or numbered, and so may the user', () => {
  expect(identity('watch', 'www')).toEqual(ok({ uid: 1005, gid: 33, supplementary: [] }));
  expect(identity('4000', '4001')).toEqual(ok({ uid: 4000, gid: 4001, supplementary: [] }));
  expect(identity('1005')).toEqual(ok({ uid: 1005, gid: 1006, supplementary: [] }));
});

test('set_supplementary_groups adds them for every user', () => {
  const wide = resolveIdentity({ user: 'watch', group: null }, FILES, { supplementaryGroups: true });
  expect(wide).toEqual(ok({ uid: 1005, gid: 1006, supplementary: [6, 4] }));
});

test('a leading colon adds the groups that list the user', () => {
  expect(identity('watch', ':www')).toEqual(ok({ uid: 1005, gid: 33, supplementary: [6, 4] }));
  expect(identity('watch', ':')).toEqual(ok({ uid: 1005, gid: 1006, supplementary: [6, 4] }));
});

test('what is not there is named', () => {
  expect(identity('nobdy')).toEqual(err("no user 'nobdy' in /etc/passwd"));
  expect(identity('watch', 'wheel')).toEqual(err("no group 'wheel' in /etc/group"));
  expect(identity('4000')).toEqual(err("user '4000' has no group"));
  expect(identity('broken')).toEqual(err("no user 'broken' in /etc/passwd"));
});

test('the number that means "no change" to the kernel is nobody', () => {
  expect(identity('4294967295', '33')).toEqual(err("no user '4294967295' in /etc/passwd"));
});

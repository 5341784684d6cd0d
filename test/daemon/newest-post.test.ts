import { expect, test } from 'vitest';
import { createNewestPost } from '../../src/daemon/newest-post.ts';

test('one piece of news is on its way, and of those that come meanwhile only the newest follows', () => {
  const sent: string[] = [];
  const taken: (() => void)[] = [];
  const post = createNewestPost<string>((news, then) => {
    sent.push(news);
    taken.push(then);
  });
  for (const news of ['a', 'b', 'c']) post(news);
  expect(sent).toEqual(['a']);
  taken[0]?.();
  expect(sent).toEqual(['a', 'c']);
  taken[1]?.();
  post('d');
  expect(sent).toEqual(['a', 'c', 'd']);
});

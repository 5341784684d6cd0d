/** A letterbox for news of which only the newest matters: one is on its way, one waits behind it, older ones are dropped. */

/** `send` calls `then` when the other side has taken it. */
export function createNewestPost<T>(send: (news: T, then: () => void) => void): (news: T) => void {
  let onItsWay = false;
  let waiting: { readonly news: T } | null = null;
  const post = (news: T): void => {
    if (onItsWay) {
      waiting = { news };
      return;
    }
    onItsWay = true;
    send(news, () => {
      onItsWay = false;
      const next = waiting;
      waiting = null;
      if (next !== null) post(next.news);
    });
  };
  return post;
}

/** Words that old guides teach and keepalived no longer knows: it reports them as unknown keywords and goes on
 *  without them. vipd does the same and says what became of each. Path, then what to do. */
export const RETIRED_KEYWORDS: readonly (readonly [path: string, help: string])[] = [
  ['virtual_server/nat_mask', 'it never had an effect in IPVS and was removed; delete the line'],
  [
    'virtual_server/real_server/TCP_CHECK/nb_get_retry',
    "only HTTP_GET and SSL_GET know it, so the default of 'retry 1' is in force; write 'retry' here",
  ],
];

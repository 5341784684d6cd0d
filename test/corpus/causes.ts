/** Why vipd's verdict on a file of the corpus differs from keepalived's: the subject is that of a row in
 *  docs/differences.md (a test looks), the numbers are those of the files. */

export interface Cause {
  /** first cell of a row in docs/differences.md */
  readonly subject: string;
  readonly files: readonly string[];
}

export const CAUSES: readonly Cause[] = [
  // blocks that are known by name only are not looked into
  {
    subject: 'keywords of later capabilities',
    files: ['0380', '0417', '0662', '0720', '0839', '0858', '0901'],
  },
  {
    subject: 'errors in a file with `net_namespace`',
    files: ['0371', '0922', '0923', '0931', '0932', '0938', '0939'],
  },
  {
    subject: '`vrrp_iptables`, `vrrp_ipsets`',
    files: [
      '0458',
      '0566',
      '0702',
      '0723',
      '0750',
      '0892',
      '0895',
      '0913',
      '0924',
      '0927',
      '0937',
      '0947',
      '0951',
      '0965',
      '0978',
      '0984',
      '0985',
      '0999',
    ],
  },
  { subject: 'keywords and old names of 2.4', files: ['0357', '0358', '0997'] },
  { subject: 'scripts without interpreter line, `< /path`', files: ['0204'] },
  { subject: 'a user of a notify script that this machine does not have', files: ['0388'] },
  { subject: 'a comment that ends in a backslash', files: ['0691', '0693'] },
  { subject: '`persistence_granularity` with gaps (`1.2.3.4`)', files: ['0545'] },
  { subject: '`interface_up_down_delays` of a VMAC that the same file makes', files: ['0879'] },
];

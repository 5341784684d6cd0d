/** Texts of any size, each of a kind that could make a careless reader slow: many of one thing, things that name each other,
 *  depth, repetition, text that makes text. `n` is about the number of lines. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the words of the configuration language

export type Texts = Readonly<Record<string, string>>;

const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: Math.ceil(n) }, (_, i) => `${line(i)}\n`).join('');
const address = (i: number): string => `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
const block = (head: string, body: string): string => `${head} {\n${body}\n}`;
const instance = (i: number, more = ''): string =>
  block(
    `vrrp_instance I${i}`,
    `interface eth0\nvirtual_router_id ${1 + (i % 255)}\nvirtual_ipaddress {\n${address(i)}\n}\n${more}`,
  );
const service = (servers: string): string =>
  block('virtual_server 10.0.0.1 80', `protocol TCP\nlb_algo rr\nlb_kind NAT\n${servers}`);
const server = (i: number, more = ''): string => block(`real_server ${address(i)} 80`, more);
const tracker = (keyword: string, what: string) => (i: number) => block(`${keyword} t${i}`, `${what}${i}`);
const tracked = (keyword: string, n: number): string =>
  block(
    keyword,
    lines(n, (i) => `t${i}`),
  );

export const growingTexts: Readonly<Record<string, (n: number) => string | Texts>> = {
  'servers of a service': (n) => service(lines(n / 4, (i) => server(i, 'TCP_CHECK {\n}'))),
  'servers that are all the same': (n) => service(lines(n / 3, () => server(1))),
  'services that are all the same': (n) => lines(n / 8, (i) => service(server(i))),
  'checks of a server': (n) =>
    service(
      server(
        1,
        lines(n / 3, (i) => block('TCP_CHECK', `connect_port ${i + 1}`)),
      ),
    ),
  'pages of a check': (n) =>
    service(
      server(
        1,
        block(
          'HTTP_GET',
          lines(n / 3, (i) => block('url', `path /${i}`)),
        ),
      ),
    ),
  'codes of a page': (n) =>
    service(
      server(
        1,
        block(
          'HTTP_GET',
          block(
            'url',
            lines(n, () => 'status_code 200-299 301'),
          ),
        ),
      ),
    ),
  'instances of one VRID': (n) => lines(n / 7, (i) => instance(255 * i)),
  'instances of one VRID with peers of their own': (n) =>
    lines(n / 9, (i) => instance(255 * i, `unicast_src_ip 10.9.9.9\nunicast_peer {\n${address(i)}\n}`)),
  'instances of one name': (n) => lines(n / 7, () => instance(1)),
  'instances that want one VMAC': (n) => lines(n / 8, (i) => instance(i, 'use_vmac front')),
  'settings of an instance': (n) =>
    instance(
      1,
      lines(n, (i) => `priority ${i}`),
    ),
  addresses: (n) =>
    instance(
      1,
      block(
        'virtual_ipaddress_excluded',
        lines(n, (i) => `${address(i)}/24 dev eth1`),
      ),
    ),
  'addresses that are all the same': (n) =>
    instance(
      1,
      block(
        'virtual_ipaddress',
        lines(n, () => '10.0.0.9'),
      ),
    ),
  peers: (n) => instance(1, block('unicast_peer', lines(n, address))),
  routes: (n) =>
    instance(
      1,
      block(
        'virtual_routes',
        lines(n, (i) => `${address(i)}/32 via 10.0.0.1 dev eth0`),
      ),
    ),
  rules: (n) =>
    block(
      'static_rules',
      lines(n, (i) => `from ${address(i)}/32 table 5`),
    ),
  'scripts of an instance': (n) =>
    lines(n / 4, tracker('vrrp_script', 'script /bin/true')) + instance(1, tracked('track_script', n / 4)),
  'files of an instance': (n) =>
    lines(n / 4, tracker('track_file', 'file /tmp/')) + instance(1, tracked('track_file', n / 4)),
  'files of checks': (n) =>
    lines(n / 9, tracker('track_file', 'file /tmp/')) +
    service(lines(n / 9, (i) => server(i, block('FILE_CHECK', `track_file t${i}`)))),
  'processes of an instance': (n) =>
    lines(n / 4, tracker('vrrp_track_process', 'process /bin/x')) +
    instance(1, tracked('track_process', n / 4)),
  'members of a group': (n) =>
    lines(n / 8, (i) => instance(i)) +
    block(
      'vrrp_sync_group g',
      block(
        'group',
        lines(n / 8, (i) => `I${i}`),
      ),
    ),
  'groups of one member': (n) =>
    lines(n / 12, (i) => instance(i)) +
    lines(n / 12, (i) => block(`vrrp_sync_group g${i}`, block('group', `I${i}`))),
  'delays of links': (n) =>
    lines(n / 8, (i) => instance(i)) +
    block(
      'interface_up_down_delays',
      lines(n / 8, (i) => `eth${i} 1`),
    ),
  'global_defs again and again': (n) =>
    lines(n / 5, (i) => block('global_defs', block('notification_email', `a${i}@b`))),
  'unknown words': (n) => lines(n, (i) => `priorty${i} 5`),
  'unknown blocks': (n) => lines(n / 3, () => block('foo', 'bar')),
  'braces that open': (n) => '{\n'.repeat(n),
  'braces that close': (n) => '}\n'.repeat(n),
  'instances in instances': (n) => 'vrrp_instance A {\n'.repeat(n),
  'blocks that are not closed': (n) =>
    'virtual_server 10.0.0.1 80 { real_server 10.0.0.8 80 { HTTP_GET {\n'.repeat(n),
  'unknown blocks in unknown blocks': (n) => 'foo {\n'.repeat(n / 2) + '}\n'.repeat(n / 2),
  'quotes that are not closed': (n) => '"\n'.repeat(n),
  'definitions and their uses': (n) =>
    lines(n / 2, (i) => `$A${i}=${i}`) + lines(n / 2, (i) => `router_id $A${i}`),
  'definitions that name the one before': (n) =>
    `$A0=x\n${lines(n, (i) => `$A${i + 1}=$A${i}`)}router_id $A${n}\n`,
  'a macro that names itself': (n) => `$A=$A $A\n${lines(n, () => '$A')}`,
  'a macro of many lines': (n) => `$M= \\\n${lines(n, (i) => `foo ${i} \\`)}\n$M\n`,
  'lines full of macros': (n) => `$A=b\n${lines(n / 10, () => `foo ${'${A} '.repeat(200)}`)}`,
  'lines full of half macros': (n) => lines(n / 10, () => `\${A ${' '.repeat(900)}`),
  'a sequence': (n) => `~SEQ(I, ${n}) router_id \${I}\n`,
  'sequences that lead to themselves': (n) => lines(n / 2, () => '$A=~SEQ(I, 60000) $A\n$A'),
  'a list': (n) =>
    lines(n / 100, () => `~LST(I, ${lines(100, (i) => `${i},`).replaceAll('\n', '')} 1) router_id $I`),
  'conditions of other machines': (n) => lines(n, () => '@elsewhere foo'),
  'includes of one file': (n) => ({
    '/etc/vipd.conf': lines(n, () => 'include /a'),
    '/a': 'global_defs {\n}\n',
  }),
  'includes of nothing': (n) => lines(n, (i) => `include /nowhere${i}`),
};

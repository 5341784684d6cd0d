/** Configurations that run: few names, addresses and numbers, so that two of them have much in common and differ in anything.
 *  The fuzzer's own files (config/soundness.ts) are stranger, and most of what they say comes to nothing. */
import fc from 'fast-check';

const some = <T>(arbitrary: fc.Arbitrary<T>, max: number): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: max });
const pick = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const block = (head: string, lines: readonly string[]): string => `${head} {\n${lines.join('\n')}\n}\n`;
const subset = (...lines: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...lines]);
/** Mostly none: each of them may keep an instance from being master. */
const seldom = (...lines: readonly string[]): fc.Arbitrary<string[]> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<string[]>([]) }, { weight: 1, arbitrary: subset(...lines) });
const NAMES = ['a', 'b', 'c'] as const;

const checker = fc.oneof(
  fc
    .tuple(pick('80', '81', '82'), subset('retry 1', 'alpha', 'delay_loop 2'))
    .map(([port, more]) => block('TCP_CHECK', [`connect_port ${port}`, ...more])),
  fc
    .tuple(pick('/', '/x'), subset('retry 2'))
    .map(([path, more]) => block('HTTP_GET', [...more, block('url', [`path ${path}`, 'status_code 200'])])),
  pick(...NAMES).map((name) => block('FILE_CHECK', [`track_file ${name}`])),
  pick('x', 'y').map((word) => block('MISC_CHECK', [`misc_path "/bin/check ${word}"`])),
);

const realServer = fc
  .tuple(
    pick('10.1.0.1 80', '10.1.0.2 80', '10.1.0.3 8080'),
    subset('weight 3', 'inhibit_on_failure', 'lvs_method TUN', 'uthreshold 9'),
    some(checker, 3),
  )
  .map(([address, settings, checkers]) => block(`real_server ${address}`, [...settings, ...checkers]));

const virtualServer = fc
  .tuple(
    pick('10.0.0.1 80', '10.0.0.2 443', 'fwmark 7'),
    fc.tuple(pick('rr', 'wlc', 'sh'), pick('NAT', 'DR'), pick('TCP', 'UDP')),
    subset('quorum 4', 'sorry_server 10.1.0.9 80', 'sorry_server_inhibit', 'alpha', 'persistence_timeout 60'),
    some(realServer, 4),
  )
  .map(([match, [algorithm, method, protocol], more, servers]) =>
    block(`virtual_server ${match}`, [
      `lb_algo ${algorithm}`,
      `lb_kind ${method}`,
      `protocol ${protocol}`,
      ...more,
      ...servers,
    ]),
  );

const tracking = fc.tuple(
  seldom(...NAMES),
  seldom('a weight 20', 'b weight -30', 'c'),
  seldom(...NAMES),
  seldom('eth1', 'eth9'),
);

const instance = fc
  .tuple(
    pick(...NAMES),
    fc.tuple(pick('51', '52', '53'), pick('eth0', 'eth0', 'eth1', 'eth9'), pick('90', '100', '255')),
    subset(
      'version 3',
      'nopreempt',
      'state MASTER',
      'advert_int 2',
      'use_vmac',
      'accept',
      'garp_master_delay 1',
    ),
    fc.subarray(['10.2.0.1', '10.2.0.2/24', '10.2.0.3 dev eth1', '10.2.0.4'], { minLength: 1 }),
    subset('10.3.0.0/24 via 10.2.0.9 dev eth0', '10.4.0.0/24 dev eth1'),
    tracking,
  )
  .map(([name, [vrid, carrier, priority], settings, addresses, routes, [scripts, files, processes, links]]) =>
    block(`vrrp_instance ${name}`, [
      `virtual_router_id ${vrid}`,
      `interface ${carrier}`,
      `priority ${priority}`,
      ...settings,
      block('virtual_ipaddress', addresses),
      block('virtual_routes', routes),
      block('track_script', scripts),
      block('track_file', files),
      block('track_process', processes),
      block('track_interface', links),
    ]),
  );

const group = fc
  .tuple(pick('g', 'h'), subset(...NAMES), subset(...NAMES), seldom(...NAMES))
  .map(([name, members, scripts]) =>
    block(`vrrp_sync_group ${name}`, [block('group', members), block('track_script', scripts)]),
  );

const trackers = fc
  .tuple(
    some(fc.tuple(pick(...NAMES), pick('x', 'y'), subset('rise 2', 'fall 2', 'init_fail', 'weight 10')), 3),
    some(fc.tuple(pick(...NAMES), pick('/run/x', '/run/y')), 3),
    some(fc.tuple(pick(...NAMES), pick('web', 'db'), subset('quorum 2', 'weight 5')), 3),
  )
  .map(([scripts, files, processes]) =>
    [
      ...scripts.map(([name, word, more]) =>
        block(`vrrp_script ${name}`, [`script "/bin/check ${word}"`, ...more]),
      ),
      ...files.map(([name, path]) => block(`track_file ${name}`, [`file ${path}`])),
      ...processes.map(([name, word, more]) =>
        block(`vrrp_track_process ${name}`, [`process ${word}`, ...more]),
      ),
    ].join(''),
  );

const statics = subset('10.5.0.1/24 dev eth0', '10.5.0.2/24 dev eth1').map((lines) =>
  block('static_ipaddress', lines),
);

export const livingConfig: fc.Arbitrary<string> = fc
  .tuple(trackers, statics, some(instance, 3), some(group, 2), some(virtualServer, 3))
  .map(([...parts]) => parts.flat().join(''));

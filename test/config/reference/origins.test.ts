/** Where the values of a model come from: the table names keywords and properties that exist. */
import { describe, expect, test } from 'vitest';
import { TEMPLATE_TEXT } from '../../../src/config/document/complete.ts';
import { readTree } from '../../../src/config/read-tree.ts';
import { effectiveJson } from '../../../src/config/reference/effective.ts';
import {
  GLOBAL_ORIGINS,
  GROUP_ORIGINS,
  INSTANCE_ORIGINS,
  type OriginRow,
  SCRIPT_ORIGINS,
  SERVER_ORIGINS,
  SERVICE_ORIGINS,
} from '../../../src/config/reference/origin-table.ts';
import { originsOf } from '../../../src/config/reference/origins.ts';
import { allKeywords } from '../../../src/config/schema/keyword-list.ts';
import { memoryFiles, PARSE_OPTIONS, parseText } from '../case-files.ts';

const { config } = parseText(TEMPLATE_TEXT);
const [service] = config?.virtualServers ?? [];

const tables: readonly (readonly [block: string, rows: readonly OriginRow[], value: unknown])[] = [
  ['global_defs', GLOBAL_ORIGINS, config?.global],
  ['vrrp_instance', INSTANCE_ORIGINS, config?.vrrpInstances[0]],
  ['vrrp_sync_group', GROUP_ORIGINS, config?.vrrpSyncGroups[0]],
  ['vrrp_script', SCRIPT_ORIGINS, config?.vrrpScripts[0]],
  ['virtual_server', SERVICE_ORIGINS, service],
  ['virtual_server/real_server', SERVER_ORIGINS, service?.realServers[0]],
];

const CHECKERS = `
virtual_server 10.0.0.1 80 {
    delay_loop 7
    protocol TCP
    lb_algo rr
    lb_kind NAT
    virtualhost www.example
    real_server 10.0.0.2 80 {
        retry 5
        MISC_CHECK {
        }
        TCP_CHECK {
            connect_timeout 3
        }
        SSL_GET {
            enable_sni
            url {
                digest 0123456789abcdef0123456789abcdef
            }
            url {
                path /a
                regex x
                regex_no_match
            }
            url {
                path /b
                virtualhost b.example
            }
        }
        SMTP_CHECK {
            delay_before_retry 9
            host {
                connect_port 26
            }
        }
        UDP_CHECK {
            require_reply
        }
        DNS_CHECK {
        }
        PING_CHECK {
        }
        MISC_CHECK {
            misc_path /bin/true
            misc_dynamic
        }
        FILE_CHECK {
            track_file f
        }
        MYSQL_CHECK {
            read_only on
        }
        PGSQL_CHECK {
        }
        REDIS_CHECK {
        }
        GRPC_CHECK {
        }
        AGENT_CHECK {
        }
    }
}
`;

/** `line keyword` by pointer; a default is `default`. */
function originTexts(text: string): ReadonlyMap<string, string> {
  const files = memoryFiles({ '/etc/vipd.conf': text });
  const { statements } = readTree('/etc/vipd.conf', files, PARSE_OPTIONS);
  const { config } = parseText(text);
  if (config === null) throw new Error('the text was not read');
  const { origins } = effectiveJson(config, originsOf(statements, config));
  return new Map(
    Object.entries(origins).map(([pointer, from]) => [
      pointer,
      from === 'default' ? from : `${text.split('\n')[from.line - 1]?.trim()}`,
    ]),
  );
}

describe('the origins of checkers', () => {
  const text = `track_file f {\n file /run/f\n}\n${CHECKERS}`;
  const origins = originTexts(text);
  const server = '/virtualServers/0/realServers/0';

  test('lead to the block of each, past blocks that come to nothing', () => {
    const blocks = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((i) =>
      origins.get(`${server}/checkers/${i}`),
    );
    expect(blocks).toEqual([
      'TCP_CHECK {',
      'SSL_GET {',
      'SMTP_CHECK {',
      'host {',
      'UDP_CHECK {',
      'DNS_CHECK {',
      'PING_CHECK {',
      'MISC_CHECK {',
      'FILE_CHECK {',
      'MYSQL_CHECK {',
      'PGSQL_CHECK {',
      'REDIS_CHECK {',
      'GRPC_CHECK {',
      'AGENT_CHECK {',
    ]);
  });

  test.each([
    ['0/target/timeout', 'connect_timeout 3'],
    ['0/target/port', 'default'],
    ['0/delayLoop', 'delay_loop 7'],
    ['0/retry', 'retry 5'],
    ['1/urls/0', 'url {'],
    ['1/urls/0/path', 'path /a'],
    ['1/urls/0/regex/negated', 'regex_no_match'],
    ['1/urls/0/virtualHost', 'virtualhost www.example'],
    ['1/urls/1/virtualHost', 'virtualhost b.example'],
    ['1/urls/1/tls/sni', 'enable_sni'],
    ['3/target/port', 'connect_port 26'],
    ['3/delayBeforeRetry', 'delay_before_retry 9'],
    ['4/reply', 'require_reply'],
    ['7/command', 'misc_path /bin/true'],
    ['7/dynamic', 'misc_dynamic'],
    ['8/file', 'track_file f'],
    ['9/readOnly', 'read_only on'],
  ])('%s comes from %s', (pointer, line) => {
    expect(origins.get(`${server}/checkers/${pointer}`)).toBe(line);
  });

  test('cover each value of each kind', () => {
    const { config } = parseText(text);
    const derived = new Set(['kind', 'target', 'urls']);
    const missing = (config?.virtualServers[0]?.realServers[0]?.checkers ?? []).flatMap((checker, i) =>
      Object.keys(checker)
        .filter((name) => !derived.has(name) && !origins.has(`${server}/checkers/${i}/${name}`))
        .map((name) => `${checker.kind} ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe.each(tables)('the origins of %s', (block, rows, value) => {
  test('are keywords', () => {
    const known = new Set(allKeywords().map(({ path }) => path));
    const paths = rows.flatMap(([, ...keywords]) =>
      keywords.map((keyword) => (keyword.includes('/') ? keyword.replace(/^\//, '') : `${block}/${keyword}`)),
    );
    expect(paths.filter((path) => !known.has(path))).toEqual([]);
  });

  test('cover each property that a keyword gives', () => {
    const named = new Set(rows.map(([property]) => property.split('/')[0]));
    // what a block is about, and what follows from other values
    const derived = new Set(['name', 'address', 'port', 'family', 'match', 'realServers', 'checkers']);
    const properties = Object.keys(Object(value)).filter((name) => !named.has(name) && !derived.has(name));
    expect(properties).toEqual([]);
  });
});

/** `vipctl explain` and the facts behind it. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explain, nearestKeyword } from '../../../src/config/reference/explain.ts';
import { KEYWORD_FACTS } from '../../../src/config/schema/keyword-facts.ts';
import { allKeywords, exampleOf } from '../../../src/config/schema/keyword-list.ts';
import { parseText } from '../case-files.ts';

const all = allKeywords();
const byPath = new Map(all.map((entry) => [entry.path, entry]));

describe('explain', () => {
  test('tells where a keyword stands, what it takes, and shows it in its blocks', () => {
    expect(
      explain('virtual_router_id'),
    ).toBe(`virtual_router_id: VRID, 1..255, the same on all routers of one address
  in       vrrp_instance
  takes    NUMBER
  range    1..255
  default  required
  twice    the last counts
  vipd     works

    vrrp_instance EXAMPLE {
        virtual_router_id 51
    }
`);
  });

  test('joins blocks in which a word means the same, and parts those in which it does not', () => {
    const text = explain('weight') ?? '';
    expect(text.match(/^weight: /gm)?.length).toBeGreaterThan(2);
    expect(text).toContain('in       virtual_server/real_server\n');
    expect(text).toContain('in       on lines of');
  });

  test('takes a path for one meaning', () => {
    expect(explain('vrrp_script/weight')?.match(/^weight: /gm)).toHaveLength(1);
  });

  test('knows words inside lines and directives', () => {
    expect(explain('preferred_lft')).toContain('vrrp_instance/virtual_ipaddress');
    expect(explain('~SEQ')).toContain('in       anywhere');
  });

  test('says what became of old words', () => {
    expect(explain('nat_mask')).toContain('is not a keyword any more');
  });

  test('has nothing for an unknown word, and the nearest instead', () => {
    expect(explain('priorty')).toBeNull();
    expect(nearestKeyword('priorty')).toBe('priority');
  });
});

describe('the facts of keywords', () => {
  test('belong to keywords that exist', () => {
    const words = new Set(all.flatMap(({ path, keyword }) => [path, keyword]));
    expect(KEYWORD_FACTS.map(([word]) => word).filter((word) => !words.has(word))).toEqual([]);
  });

  test('are there for each keyword, with an example where it takes words', () => {
    const facts = new Set(KEYWORD_FACTS.map(([word]) => word));
    const without = all.filter(
      ({ shape, path, keyword }) => shape !== 'retired' && !facts.has(path) && !facts.has(keyword),
    );
    expect(without.map(({ path }) => path)).toEqual([]);
    const lacking = all.filter(
      ({ shape, takes, example }) => shape !== 'block' && /^[^[]/.test(takes) && example === '',
    );
    expect(lacking.map(({ path }) => path)).toEqual([]);
  });

  const readable = all.filter(({ shape, missing }) => shape === 'line' && missing === null);
  test.each(readable.map((entry) => [entry.path, entry] as const))(
    '%s: its example is accepted',
    (_, entry) => {
      const loaded = parseText(`${exampleOf(entry, byPath).join('\n')}\n`);
      const about = loaded.diagnostics.filter(({ at }) => {
        const line = at?.file.text.slice(0, at.end).split('\n').at(-1) ?? '';
        return line.trim().startsWith(`${entry.keyword} `);
      });
      const VALUE = /^(not_|out_of|trailing|too_precise|missing_argument|bad_|unknown_|extra_words)/;
      expect(about.filter(({ id }) => VALUE.test(id)).map(({ text }) => text)).toEqual([]);
    },
  );

  const reference = process.env['VIPD_KEYWORDS_JSON'];
  if (reference !== undefined && existsSync(reference)) {
    test('agree with the reference list', () => {
      const { nodes } = JSON.parse(readFileSync(reference, 'utf8')) as {
        nodes: { path: string; kind: string; range?: string }[];
      };
      const keywords = nodes.filter(({ kind }) => ['keyword', 'block', 'list-block'].includes(kind));
      expect(keywords.filter(({ path }) => !byPath.has(path)).map(({ path }) => path)).toEqual([]);
      const plain = /^-?[\d.]+\.\.-?[\d.]+$/;
      const differing = keywords.flatMap(({ path, range = '' }) => {
        const ours = byPath.get(path)?.range ?? '';
        return plain.test(range) && plain.test(ours) && ours !== range
          ? [`${path}: ${ours}, not ${range}`]
          : [];
      });
      expect(differing).toEqual([]);
    });
  }
});

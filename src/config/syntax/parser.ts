/**
 * From pieces to statements, led by the keyword tables: a table knows which keyword opens a block or a list.
 *
 * Recovery is by line and by brace. An unknown keyword takes its whole block with it: keepalived reads such a block's
 * lines into the enclosing block and closes that one at the wrong brace, so this is stricter on purpose. A missing
 * `}` is noticed where an outer block's keyword opens a block, provided that the file really lacks a brace.
 */
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { strangeBlank } from '../diagnostics/strange-blank.ts';
import type { Grammar, GrammarBlock } from '../schema/grammar.ts';
import type { KeywordRow } from '../schema/row.ts';
import type { Arguments, Body, Piece, Statement, Word, WordsPiece } from './tree.ts';

/** Unknown words for which a better one is looked for; the rest is only named. */
const SUGGESTIONS_MAX = 1000;
/** Blocks inside blocks; the deepest table has five levels. */
const NESTING_MAX = 16;

interface Parser {
  readonly grammar: Grammar;
  readonly report: Report;
  pieces: readonly Piece[];
  /** index of the next piece */
  at: number;
  balanced: boolean;
  /** more `{` than `}` in what is parsed: how often a block may be closed for the writer */
  missingCloses: number;
  order: number;
  suggestionsLeft: number;
}

interface OpenBlock {
  readonly table: GrammarBlock;
  /** null at top level */
  readonly keyword: Word | null;
  readonly outer: OpenBlock | null;
}

/** Parses a configuration, as a whole or section by section. */
export interface SectionParser {
  readonly parse: (section: readonly Piece[]) => readonly Statement[];
  /** false: a brace was missing or too many, so sections end where no block does and only the whole text explains it */
  readonly isBalanced: () => boolean;
}

export function createParser(grammar: Grammar, report: Report): SectionParser {
  const parser: Parser = {
    grammar,
    report,
    pieces: [],
    at: 0,
    balanced: true,
    missingCloses: 0,
    order: 0,
    suggestionsLeft: SUGGESTIONS_MAX,
  };
  const top: OpenBlock = { table: grammar.root, keyword: null, outer: null };
  return {
    parse: (section) => {
      parser.pieces = section;
      parser.at = 0;
      parser.missingCloses = Math.max(0, depthOf(section));
      return parseStatements(parser, top, 0);
    },
    isBalanced: () => parser.balanced,
  };
}

/** Braces that are opened and not closed. */
function depthOf(pieces: readonly Piece[]): number {
  let depth = 0;
  for (const { kind } of pieces) depth += kind === 'open' ? 1 : kind === 'close' ? -1 : 0;
  return depth;
}

function parseStatements(parser: Parser, open: OpenBlock, depth: number): Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    const piece = parser.pieces[parser.at];
    if (piece === undefined) {
      if (open.keyword !== null) reportUnclosed(parser, open.keyword);
      return statements;
    }
    if (piece.kind === 'close') {
      parser.at++;
      if (open.keyword !== null) return statements;
      parser.balanced = false;
      const last = statements.at(-1)?.keyword;
      const notes =
        last === undefined ? [] : [{ text: `'${last.text}' is the last block before it`, at: last }];
      parser.report(catalog.extra_close(piece, {}, { notes }));
    } else if (piece.kind === 'open') {
      parser.report(catalog.unexpected_open(piece, { after: null }));
      skipBlock(parser);
    } else {
      if (belongsOutside(parser, open, piece)) return statements;
      parser.at++;
      const statement = parseStatement(parser, open, piece, depth);
      if (statement !== null) statements.push(statement);
    }
  }
}

function parseStatement(parser: Parser, open: OpenBlock, piece: WordsPiece, depth: number): Statement | null {
  const { keyword, args, source, tailFrom, tailTo } = piece;
  const row = open.table.rows.get(keyword.text);
  if (row === undefined || row.shape === 'retired') {
    reportUnknown(parser, open, piece, row);
    if (parser.pieces[parser.at]?.kind === 'open') skipBlock(parser);
    return null;
  }
  const order = parser.order++;
  const body = parseBody(parser, open, keyword, row, depth);
  return { keyword, args, source, tailFrom, tailTo, row, order, body };
}

function parseBody(parser: Parser, open: OpenBlock, keyword: Word, row: KeywordRow, depth: number): Body {
  const shape = row.shape === 'unsupported' ? row.body : row.shape;
  const opened = parser.pieces[parser.at]?.kind === 'open';
  if (shape === 'line' || shape === 'retired') {
    if (opened) {
      const at = parser.pieces[parser.at];
      parser.report(catalog.unexpected_open(at?.kind === 'open' ? at : keyword, { after: keyword.text }));
      skipBlock(parser);
    }
    return { kind: 'none' };
  }
  if (!opened) {
    parser.balanced = false;
    parser.report(catalog.missing_open(keyword, { keyword: keyword.text }));
  }
  if (row.shape === 'unsupported' && opened) {
    skipBlock(parser, keyword);
    return { kind: 'skipped' };
  }
  if (opened) parser.at++;
  if (shape === 'list') return { kind: 'list', entries: parseEntries(parser, open, keyword) };
  const inner = open.table.blocks.get(keyword.text);
  if (inner === undefined || depth >= NESTING_MAX) return { kind: 'skipped' };
  return {
    kind: 'block',
    statements: parseStatements(parser, { table: inner, keyword, outer: open }, depth + 1),
  };
}

/** The lines of a list block; the opening brace is already behind. */
function parseEntries(parser: Parser, open: OpenBlock, keyword: Word): Arguments[] {
  const entries: Arguments[] = [];
  const list: OpenBlock = { table: EMPTY_TABLE, keyword, outer: open };
  for (;;) {
    const piece = parser.pieces[parser.at];
    if (piece === undefined) {
      reportUnclosed(parser, keyword);
      return entries;
    }
    if (piece.kind === 'words') {
      if (belongsOutside(parser, list, piece)) return entries;
      parser.at++;
      entries.push({ ...piece, keyword, args: [piece.keyword, ...piece.args] });
    } else if (piece.kind === 'close') {
      parser.at++;
      return entries;
    } else {
      parser.report(catalog.unexpected_open(piece, { after: null }));
      skipBlock(parser);
    }
  }
}

const EMPTY_TABLE: GrammarBlock = { path: '', rows: new Map(), blocks: new Map() };

/** Steps over a balanced `{ … }`; the next piece is its `{`. */
function skipBlock(parser: Parser, keyword: Word | null = null): void {
  let depth = 0;
  for (; parser.at < parser.pieces.length; parser.at++) {
    const kind = parser.pieces[parser.at]?.kind;
    if (kind === 'open') depth++;
    else if (kind === 'close') depth--;
    if (depth === 0) {
      parser.at++;
      return;
    }
  }
  if (keyword !== null) reportUnclosed(parser, keyword);
}

/** True when this line opens a block of an enclosing table, so the current block was never closed. */
function belongsOutside(parser: Parser, open: OpenBlock, piece: WordsPiece): boolean {
  const name = piece.keyword.text;
  if (parser.missingCloses === 0 || open.keyword === null || open.table.rows.has(name)) return false;
  if (parser.pieces[parser.at + 1]?.kind !== 'open') return false;
  for (let outer = open.outer; outer !== null; outer = outer.outer) {
    const row = outer.table.rows.get(name);
    if (row === undefined || row.shape === 'line' || row.shape === 'retired') continue;
    parser.missingCloses--;
    parser.balanced = false;
    const notes = [{ text: `'${open.keyword.text}' opens here`, at: open.keyword }];
    parser.report(
      catalog.missing_close(piece.keyword, { keyword: name, open: open.keyword.text }, { notes }),
    );
    return true;
  }
  return false;
}

function reportUnclosed(parser: Parser, keyword: Word): void {
  parser.balanced = false;
  if (parser.missingCloses > 0) parser.missingCloses--;
  parser.report(catalog.unclosed(keyword, { keyword: keyword.text }));
}

function reportUnknown(
  parser: Parser,
  open: OpenBlock,
  { keyword, args }: WordsPiece,
  row: KeywordRow | undefined,
): void {
  const word = keyword.text;
  const block = open.keyword === null ? 'the top level' : open.keyword.text;
  if (row !== undefined) {
    parser.report(catalog.retired(keyword, { word, block }, { help: row.help }));
    return;
  }
  const strange = strangeBlank(word);
  if (strange !== null) {
    parser.report(catalog.strange_blank(keyword, strange));
    return;
  }
  const help = parser.suggestionsLeft-- > 0 ? parser.grammar.suggest(word, args, open.table) : null;
  parser.report(catalog.unknown_keyword(keyword, { word, block }, { help }));
}

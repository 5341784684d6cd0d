/** What the text becomes before it means anything: pieces (words between braces), then statements with bodies. */
import type { KeywordRow } from '../schema/row.ts';
import type { SourceText, Span } from './source.ts';

/** One word; a word is its own span. `text` has quotes and comment escapes removed. */
export interface Word extends Span {
  readonly text: string;
}

/** What a value reader gets: a keyword and the words after it on its line. */
export interface Arguments {
  readonly keyword: Word;
  readonly args: readonly Word[];
  /** the raw characters after the keyword, for keywords that split them by their own rules (`script`) */
  readonly source: SourceText;
  readonly tailFrom: number;
  readonly tailTo: number;
}

/** A line cut at its braces. A piece of words never crosses a line end. */
export type Piece = WordsPiece | BracePiece<'open'> | BracePiece<'close'>;

export interface WordsPiece extends Arguments {
  readonly kind: 'words';
}

export interface BracePiece<Kind extends 'open' | 'close'> extends Span {
  readonly kind: Kind;
}

/** A keyword that was found in the table of its block, in file order. */
export interface Statement extends Arguments {
  readonly row: KeywordRow;
  /** position in the whole configuration, for rules of the kind "must follow" */
  readonly order: number;
  readonly body: Body;
}

/** `skipped`: a block that vipd does not read; its braces are balanced and its content is not looked at. */
export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'block'; readonly statements: readonly Statement[] }
  | { readonly kind: 'list'; readonly entries: readonly Arguments[] };

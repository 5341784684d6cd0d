/** Text → statements and no further, for tools that ask where something was written (origins, import). The way to the
 *  model, which lets statements go as soon as it can, is parse.ts. */
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { type LoadedConfig, type ParseOptions, parseConfig } from './parse.ts';
import { createGrammar } from './schema/grammar.ts';
import type { ConfigFiles } from './syntax/files.ts';
import { createParser } from './syntax/parser.ts';
import { type ReaderOptions, readConfigFiles } from './syntax/reader.ts';
import type { Piece, Statement } from './syntax/tree.ts';

export interface ConfigTree {
  readonly statements: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readTree(path: string, files: ConfigFiles, options: ReaderOptions): ConfigTree {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  const parser = createParser(createGrammar(), report);
  const statements: Statement[] = [];
  readConfigFiles(path, files, options, report, 'whole', (pieces) => {
    for (const statement of parser.parse(pieces)) statements.push(statement);
  });
  return { statements, diagnostics };
}

export interface PiecesAndModel {
  readonly pieces: readonly Piece[];
  readonly loaded: LoadedConfig;
}

/** The words and braces of a configuration beside what they mean; places in both agree by path and offset. */
export function readPieces(path: string, files: ConfigFiles, options: ParseOptions): PiecesAndModel {
  const pieces: Piece[] = [];
  const silent = () => undefined; // the reading below reports
  readConfigFiles(path, files, options, silent, 'whole', (portion) => {
    for (const piece of portion) pieces.push(piece);
  });
  const loaded = parseConfig(path, files, options);
  return { pieces, loaded };
}

/** The statements of a block; none for a line. */
export const innerOf = ({ body }: Statement): readonly Statement[] =>
  body.kind === 'block' ? body.statements : [];

/** Text → statements and no further, for tools that ask where something was written (origins, import). The way to the
 *  model, which lets statements go as soon as it can, is parse.ts. */
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { createGrammar } from './schema/grammar.ts';
import type { ConfigFiles } from './syntax/files.ts';
import { createParser } from './syntax/parser.ts';
import { type ReaderOptions, readConfigFiles } from './syntax/reader.ts';
import type { Statement } from './syntax/tree.ts';

export interface ConfigTree {
  readonly statements: readonly Statement[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readTree(path: string, files: ConfigFiles, options: ReaderOptions): ConfigTree {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  const parser = createParser(createGrammar(), report);
  const statements: Statement[] = [];
  readConfigFiles(path, files, options, report, 'whole', (pieces) =>
    statements.push(...parser.parse(pieces)),
  );
  return { statements, diagnostics };
}

/** The statements of a block; none for a line. */
export const innerOf = ({ body }: Statement): readonly Statement[] =>
  body.kind === 'block' ? body.statements : [];

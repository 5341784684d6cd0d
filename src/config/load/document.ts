/** A configuration as JSON or YAML: the model itself, with defaults left out. What does not fit the schema is shown at
 *  its place in the file, as for text. JSON is read as the YAML that it is, so that comments in it do no harm. */
import { isMap, isNode, isScalar, isSeq, parseDocument } from 'yaml';
import { catalog } from '../diagnostics/catalog.ts';
import { type Diagnostic, exitCodeOf, refusesToRun } from '../diagnostics/diagnostic.ts';
import { closest } from '../diagnostics/suggest.ts';
import { completeDocument, TEMPLATE_TEXT } from '../document/complete.ts';
import { checkReferences } from '../document/references.ts';
import type { Config } from '../model/config.ts';
import { type LoadedConfig, type ParseOptions, parseConfig } from '../parse.ts';
import { fileProblemText } from '../syntax/files.ts';
import { type SourceFile, type Span, spanOf } from '../syntax/source.ts';
import { compileValidator, type Violation } from './compile-validator.ts';
import { readConfigFile } from './files.ts';

/** A file with an alias of an alias of an alias could unfold to any size. */
const ALIASES_MAX = 100;
/** Violations that are shown; one wrong list may break a rule ten thousand times. */
const VIOLATIONS_MAX = 100;

type Document = ReturnType<typeof parseDocument>;

export function loadDocument(path: string, options: ParseOptions): LoadedConfig {
  const text = readConfigFile(path);
  if (!text.ok) {
    return result(null, [catalog.main_file(null, { path, problem: fileProblemText(text.error) })], []);
  }
  const file: SourceFile = { path, text: text.value, includedAt: null };
  const document = parseDocument(file.text, { uniqueKeys: true, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const problem = error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? '';
    return result(null, [catalog.document_syntax(spanOf(file, ...error.pos), { problem })], [file]);
  }
  return modelOf(document, file, options);
}

function modelOf(document: Document, file: SourceFile, options: ParseOptions): LoadedConfig {
  const diagnostics: Diagnostic[] = [];
  const placeOf = (pointer: string): Span => placeIn(document, file, pointer);
  const config = completeDocument(contentsOf(document), templateModel(options));
  const validate = compileValidator();
  if (!validate(config)) {
    for (const violation of (validate.errors ?? []).slice(0, VIOLATIONS_MAX)) {
      diagnostics.push(violationAt(violation, config, document, file));
    }
    return result(null, diagnostics, [file]);
  }
  const model = config as Config; // the schema has just said so
  checkReferences(model, placeOf, (diagnostic) => void diagnostics.push(diagnostic));
  return result(model, diagnostics, [file]);
}

const result = (
  config: Config | null,
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
): LoadedConfig => ({
  config,
  diagnostics,
  refused: config === null || refusesToRun(diagnostics),
  exitCode: exitCodeOf(diagnostics),
  sources,
  linesRead: sources.reduce((sum, { text }) => sum + text.split('\n').length, 0),
});

/** Aliases beyond the limit leave a document without a value, and then the schema says so. */
function contentsOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch {
    return null;
  }
}

function templateModel(options: ParseOptions): Config {
  const files = {
    read: () => ({ ok: true, value: TEMPLATE_TEXT }) as const,
    glob: () => ({ paths: [], braceUnmatched: false }),
  };
  const { config } = parseConfig('template', files, { ...options, host: null });
  return config as Config; // the text is a constant that parses
}

/** The value at a pointer, or the nearest thing around it that the document has. */
function placeIn(document: Document, file: SourceFile, pointer: string): Span {
  let node: unknown = document.contents;
  let place = spanOfNode(node, file) ?? spanOf(file, 0, 1);
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    node = isMap(node) ? node.get(name, true) : isSeq(node) ? node.get(Number(name), true) : undefined;
    if (node === undefined) return place;
    place = spanOfNode(node, file) ?? place;
  }
  return place;
}

/** A scalar as a whole; of a list or an object its first line. */
function spanOfNode(node: unknown, file: SourceFile): Span | null {
  if (!isNode(node) || node.range === null || node.range === undefined) return null;
  const [start, end] = node.range;
  const newline = file.text.indexOf('\n', start);
  return spanOf(file, start, isScalar(node) || newline === -1 ? end : Math.min(end, newline));
}

function violationAt(
  violation: Violation,
  config: unknown,
  document: Document,
  file: SourceFile,
): Diagnostic {
  const { instancePath, message = 'is wrong', params } = violation;
  const where = instancePath === '' ? 'the document' : instancePath;
  const extra = params?.['additionalProperty'];
  if (typeof extra !== 'string') {
    const allowed = params?.['allowedValues'];
    const help = Array.isArray(allowed) ? `one of: ${allowed.join(' ')}` : null;
    return catalog.document_violation(placeIn(document, file, instancePath), { where, message }, { help });
  }
  const near = closest(
    extra,
    keysAt(config, instancePath).filter((key) => key !== extra),
  );
  const help = near === null ? null : `did you mean '${near}'?`;
  return catalog.document_property(
    keyPlace(document, file, instancePath, extra),
    { where, word: extra },
    { help },
  );
}

function keysAt(config: unknown, pointer: string): readonly string[] {
  let value: unknown = config;
  for (const part of pointer.split('/').slice(1)) {
    value =
      typeof value === 'object' && value !== null
        ? Object.entries(value).find(([key]) => key === part)?.[1]
        : null;
  }
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

/** The name itself and not what it is set to. */
function keyPlace(document: Document, file: SourceFile, pointer: string, key: string): Span {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const holder = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(holder)
    ? holder.items.find((item) => isScalar(item.key) && item.key.value === key)
    : undefined;
  return spanOfNode(pair?.key, file) ?? placeIn(document, file, pointer);
}

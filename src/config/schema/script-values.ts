/** Commands: `notify_master "/path arg 'arg two'" user group`. Word 1 holds the whole command line and is split
 *  once more with escapes; the result is an argv that is executed without a shell. */
import type { Result } from '../../base/result.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { FifoPlace, ScriptUser } from '../model/global.ts';
import type { ScriptCommand } from '../model/vrrp.ts';
import { type ArgvProblem, splitQuoted } from '../syntax/argv.ts';
import { unescapeComments } from '../syntax/lexer.ts';
import type { Arguments } from '../syntax/tree.ts';
import type { ValueReader } from './row.ts';
import { wordAt } from './values.ts';

/** `quoted command [user [group]]` */
export const scriptCommand: ValueReader<ScriptCommand> = (line, report) => {
  const words = rawWords(line, report);
  const argv = words === null ? null : commandLine(line, words[0] ?? '', report);
  if (words === null || argv === null) return undefined;
  const [, user, group] = words;
  return { argv, user: user === undefined ? null : { user, group: group ?? null } };
};

/** `script` and `misc_path`: the first word alone; who runs it is said by `user`. */
export const bareCommand: ValueReader<ScriptCommand['argv']> = (line, report) => {
  const words = rawWords(line, report);
  if (words === null) return undefined;
  const extra = line.args[1];
  if (words.length > 1 && extra !== undefined) {
    report(catalog.unquoted_command(extra, { keyword: line.keyword.text }));
  }
  return commandLine(line, words[0] ?? '', report) ?? undefined;
};

/** One word in quotes or without, with backslash escapes: `\\\\d` in the file is `\\d`. */
export const escapedWord: ValueReader<string> = (line, report) => {
  const first = wordAt(line, 0, 'a pattern', report);
  if (first === undefined) return undefined;
  const raw = unescapeComments(line.source.text.slice(line.tailFrom, line.tailTo));
  const words = accept(line, splitQuoted(raw, true), report);
  const [word, extra] = words ?? [];
  if (extra === undefined) return word;
  report(catalog.bad_regex(line.args[1] ?? first, { problem: 'it is more than one word; quote it' }));
  return undefined;
};

/** `user [group]` */
export const scriptUser: ValueReader<ScriptUser> = (line, report) => {
  const word = wordAt(line, 0, 'a user', report);
  return word === undefined ? undefined : { user: word.text, group: line.args[1]?.text ?? null };
};

/** As `scriptCommand`, or nothing at all: then null. */
export const optionalCommand: ValueReader<ScriptCommand | null> = (line, report) =>
  line.args.length === 0 ? null : scriptCommand(line, report);

/** `PATH [user [group]]` of a FIFO */
export const fifo: ValueReader<FifoPlace> = (line, report) => {
  const path = wordAt(line, 0, 'a path', report);
  if (path === undefined) return undefined;
  const [, user, group] = line.args;
  return {
    path: path.text,
    user: user === undefined ? null : { user: user.text, group: group?.text ?? null },
  };
};

function rawWords(line: Arguments, report: Report): readonly string[] | null {
  const first = wordAt(line, 0, 'a command', report);
  if (first === undefined) return null;
  const { source, tailFrom, tailTo } = line;
  const raw = unescapeComments(source.text.slice(tailFrom, tailTo));
  return accept(line, splitQuoted(raw, false), report);
}

function commandLine(line: Arguments, text: string, report: Report): ScriptCommand['argv'] | null {
  const words = accept(line, splitQuoted(text, true), report);
  const [program, ...rest] = words ?? [];
  if (program !== undefined && program !== '') return [program, ...rest];
  if (words !== null) report(catalog.empty_command(line.keyword, { keyword: line.keyword.text }));
  return null;
}

function accept(line: Arguments, split: Result<string[], ArgvProblem>, report: Report): string[] | null {
  if (split.ok) return split.value;
  report(
    catalog.bad_quoting(line.args[0] ?? line.keyword, { keyword: line.keyword.text, problem: split.error }),
  );
  return null;
}

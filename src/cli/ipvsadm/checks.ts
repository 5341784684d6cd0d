/** Which options may stand together: the rules of option-table.ts, in the original's words. */

import type { Given } from './given.ts';
import {
  COMMANDS,
  type CommandName,
  SUBJECTS,
  type Subject,
  TUNNEL_SUBJECTS,
  TUNNELS,
} from './option-table.ts';

/** What is against these options with this command; null when nothing is. */
export function optionProblem(name: CommandName, { subjects }: Given): string | null {
  const { needs, allows, exclusive, name: commandName } = COMMANDS[name];
  return firstProblem(SUBJECTS, subjects, { needs, allows, exclusive }, `'${commandName}' command`);
}

/** The same for the options of a tunnel; they mean nothing without one. */
export function tunnelProblem({ subjects, forwarding, tunnelType }: Given): string | null {
  if (forwarding !== 'tun') {
    const any = subjects.has('tun-type') || TUNNEL_SUBJECTS.some((subject) => subjects.has(subject));
    return any ? 'Tunnel options conflict with forward method' : null;
  }
  return firstProblem(TUNNEL_SUBJECTS, subjects, TUNNELS[tunnelType], `'${tunnelType}' tunnel type`);
}

/** `-c`, `--timeout` and `--daemon` list something else than services, which these options are about. */
export function listProblem({ subjects }: Given): string | null {
  const views: readonly Subject[] = ['stats', 'rate', 'thresholds'];
  const settings = subjects.has('timeout') || subjects.has('daemon');
  const clash =
    ((settings || subjects.has('connection')) && views.some((view) => subjects.has(view))) ||
    (settings && subjects.has('persistent-conn'));
  return clash ? 'options conflicts in the list command' : null;
}

interface Rules {
  readonly needs: readonly Subject[];
  readonly allows: readonly Subject[];
  readonly exclusive: readonly Subject[];
}

/** Subject by subject: missing, not allowed, or beside another that excludes it. */
function firstProblem(
  judged: readonly Subject[],
  given: ReadonlySet<Subject>,
  { needs, allows, exclusive }: Rules,
  where: string,
): string | null {
  let before: Subject | null = null;
  for (const subject of judged) {
    if (!given.has(subject)) {
      if (needs.includes(subject)) return `You need to supply the '${subject}' option for the ${where}`;
      continue;
    }
    if (!needs.includes(subject) && !allows.includes(subject))
      return `Illegal '${subject}' option with the ${where}`;
    if (!exclusive.includes(subject)) continue;
    if (before !== null)
      return `The option '${subject}' conflicts with the '${before}' option in the ${where}`;
    before = subject;
  }
  return null;
}

/** Each file of scenarios/ is a story: commands (scenario.ts) and under `----` everything that the node ordered.
 *  `UPDATE=1` writes the present answers into the files; read the difference like code. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Scenario } from './scenario.ts';

const FOLDER = fileURLToPath(new URL('scenarios/', import.meta.url));

/** Blocks are separated by empty lines; a block is commands, `----`, and what they caused. */
function replay(text: string): string {
  const scenario = new Scenario();
  const blocks = text.trimEnd().split(/\n{2,}/);
  const answered = blocks.map((block) => {
    const [commands = ''] = block.split('\n----');
    const lines = commands
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .flatMap((line) => scenario.run(line));
    if (commands.split('\n').every((line) => line.startsWith('#'))) return commands;
    return `${[commands, '----', ...(lines.length > 0 ? lines : ['(nothing)'])].join('\n')}`;
  });
  return `${answered.join('\n\n')}\n`;
}

for (const name of readdirSync(FOLDER)) {
  test(`scenario ${name}`, () => {
    const text = readFileSync(FOLDER + name, 'utf8');
    const answered = replay(text);
    if (process.env['UPDATE'] === '1') writeFileSync(FOLDER + name, answered);
    else expect(answered).toBe(text);
  });
}

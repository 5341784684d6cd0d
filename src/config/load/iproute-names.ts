/** The names of iproute2's files on this machine: those of the distribution, then those of the administrator, each with
 *  its folder of additions. A file that is not there names nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  builtInNames,
  type NameDirectories,
  type NameFile,
  type NameSource,
} from '../schema/iproute-names.ts';

const USR_DIRECTORIES = ['/usr/share/iproute2', '/usr/lib/iproute2'];
const ETC_DIRECTORY = '/etc/iproute2';

/** Each file is read once. */
export function createIprouteNames(): NameSource {
  const known = new Map<string, ReadonlyMap<string, number>>();
  return (file, directories) => {
    const key = `${file} ${directories.usr} ${directories.etc}`;
    const names = known.get(key) ?? readNames(file, directories);
    known.set(key, names);
    return names;
  };
}

function readNames(file: NameFile, { usr, etc }: NameDirectories): ReadonlyMap<string, number> {
  const names = new Map(builtInNames(file, { usr, etc }));
  for (const directory of [...(usr === null ? USR_DIRECTORIES : [usr]), etc ?? ETC_DIRECTORY]) {
    for (const path of [`${directory}/${file}`, ...additions(`${directory}/${file}.d`)]) {
      for (const [name, number] of entriesOf(path)) names.set(name, number);
    }
  }
  return names;
}

function additions(directory: string): string[] {
  try {
    const files = readdirSync(directory).filter((name) => name.endsWith('.conf'));
    return files.sort().map((name) => `${directory}/${name}`);
  } catch {
    return []; // there is no such folder on most machines
  }
}

/** `NUMBER NAME` on each line, the number decimal or 0x. */
function entriesOf(path: string): [string, number][] {
  try {
    return [...readFileSync(path, 'latin1').matchAll(/^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]+)/gim)].map(
      ([, number = '', name = '']) => [name, Number(number)],
    );
  } catch {
    return []; // nor has every machine each of the files
  }
}

/** /etc/services: names of ports, as getservbyname(3) and getservbyport(3) find them. Pure; names.ts reads it. */
import { type Port, port } from '../../base/units.ts';

export interface ServicesFile {
  /** by `name/protocol`, aliases too */
  readonly ports: ReadonlyMap<string, Port>;
  /** by `port/protocol`: the first name in the file */
  readonly names: ReadonlyMap<string, string>;
}

/** `http 80/tcp www # WorldWideWeb HTTP`; lines that say something else are passed over. */
export function parseServices(text: string): ServicesFile {
  const ports = new Map<string, Port>();
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, socket = '', ...aliases] = (line.split('#')[0] ?? '').trim().split(/\s+/);
    const [, number, protocol] = /^(\d{1,5})\/(\w+)$/.exec(socket) ?? [];
    if (name === undefined || number === undefined || protocol === undefined) continue;
    for (const alias of [name, ...aliases]) {
      const key = `${alias}/${protocol}`;
      if (!ports.has(key)) ports.set(key, port(Number(number)));
    }
    const key = `${number}/${protocol}`;
    if (!names.has(key)) names.set(key, name);
  }
  return { ports, names };
}

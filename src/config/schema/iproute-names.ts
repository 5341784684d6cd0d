/** The names that iproute2's files give to numbers: what the kernel's headers name already, for machines without those
 *  files, and the type of what reads them. */

/** Files of /etc/iproute2. */
export type NameFile = 'rt_tables' | 'rt_protos' | 'rt_scopes' | 'rt_dsfield' | 'rt_realms' | 'group';

/** Where `global_defs` says that they lie; null = the usual place. */
export interface NameDirectories {
  /** iproute_usr_dir */
  readonly usr: string | null;
  /** iproute_etc_dir */
  readonly etc: string | null;
}

export type NameSource = (file: NameFile, directories: NameDirectories) => ReadonlyMap<string, number>;

/** linux/rtnetlink.h: RT_TABLE_, RTPROT_, RT_SCOPE_ */
const BUILT_IN: Readonly<Record<NameFile, ReadonlyMap<string, number>>> = {
  rt_tables: new Map([
    ['default', 253],
    ['main', 254],
    ['local', 255],
  ]),
  rt_protos: new Map([
    ['redirect', 1],
    ['kernel', 2],
    ['boot', 3],
    ['static', 4],
    ['keepalived', 18],
  ]),
  rt_scopes: new Map([
    ['global', 0],
    ['site', 200],
    ['link', 253],
    ['host', 254],
    ['nowhere', 255],
  ]),
  rt_dsfield: new Map(),
  rt_realms: new Map([['cosmos', 0]]),
  group: new Map([['default', 0]]),
};

export const builtInNames: NameSource = (file) => BUILT_IN[file];

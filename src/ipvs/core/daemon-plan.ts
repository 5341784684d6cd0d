/** From the sync daemons that run to those that shall: as few orders as possible, none when all is right. */
import type { SyncDaemonSettings } from '../../config/model/global.ts';
import type { SyncDaemon, SyncRole } from './daemon.ts';

export type DaemonOperation =
  | { readonly kind: 'stop'; readonly role: SyncRole }
  | { readonly kind: 'start'; readonly daemon: SyncDaemon };

/** What shall run while the instance that is followed is master here, or is not (behaviour.md section 17). */
export function wantedDaemons(
  settings: SyncDaemonSettings | null,
  isMaster: (instance: string) => boolean,
): readonly SyncDaemon[] {
  if (settings === null) return [];
  const { instance, id: syncId, ...others } = settings;
  const roles: readonly SyncRole[] =
    instance === null ? ['master', 'backup'] : [isMaster(instance) ? 'master' : 'backup'];
  return roles.map((role) => ({ role, syncId, ...others }));
}

/** Stops come first: while both run, a director hears its own messages. */
export function planDaemons(
  wanted: readonly SyncDaemon[],
  running: readonly SyncDaemon[],
): readonly DaemonOperation[] {
  const fits = (daemon: SyncDaemon): boolean =>
    wanted.some((one) => one.role === daemon.role && isAsWanted(one, daemon));
  const kept = running.filter(fits);
  return [
    ...running.filter((one) => !fits(one)).map(({ role }) => ({ kind: 'stop', role }) as const),
    ...wanted
      .filter(({ role }) => !kept.some((one) => one.role === role))
      .map((daemon) => ({ kind: 'start', daemon }) as const),
  ];
}

/** What is not given is the kernel's to choose: whatever it chose is right. */
const isAsWanted = (wanted: SyncDaemon, running: SyncDaemon): boolean =>
  wanted.interface === running.interface &&
  wanted.syncId === running.syncId &&
  [
    [wanted.maxLength, running.maxLength],
    [wanted.port, running.port],
    [wanted.ttl, running.ttl],
    [wanted.group, running.group],
  ].every(([asked, found]) => asked === null || asked === found);

/** The part of the model's schema that says who is told of what. */
import { flag, integer, nullable, object, shared, text } from './schema-terms.ts';

/** as in json-schema.ts */
const micros = integer(0, 4_294_967_295_000_000);
const command = shared('command');

const fifo = object({
  path: text,
  user: nullable(shared('user')),
  script: nullable(command),
});

export const notifySettings = object({
  fifo: nullable(fifo),
  vrrpFifo: nullable(fifo),
  lvsFifo: nullable(fifo),
  statesOnReload: flag,
  initialServers: flag,
  timeout: micros,
  startup: nullable(object({ command, timeout: micros })),
  shutdown: nullable(object({ command, timeout: micros })),
});

const notifyScripts = {
  master: nullable(command),
  backup: nullable(command),
  fault: nullable(command),
  stop: nullable(command),
  any: nullable(command),
  smtpAlert: flag,
};

export const groupNotify = object(notifyScripts);

export const instanceNotify = object({
  ...notifyScripts,
  deleted: nullable(object({ command: nullable(command) })),
  lowerPriority: nullable(command),
  priorityChanges: flag,
});

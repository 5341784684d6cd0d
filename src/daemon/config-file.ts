/** Which file vipd reads when no -f names one. */
import { existsSync } from 'node:fs';

export const DEFAULT_CONFIG_FILES = ['/etc/vipd/vipd.conf', '/etc/keepalived/keepalived.conf'] as const;

/** The first that exists, else the first name, for the error message. */
export const defaultConfigFile = (): string =>
  DEFAULT_CONFIG_FILES.find((path) => existsSync(path)) ?? DEFAULT_CONFIG_FILES[0];

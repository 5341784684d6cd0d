/** Secrets that lie in files, the keys of auth_hmac and the passwords of checkers: read once, when the configuration is loaded,
 *  so that the children get them and a missing one is found before anything starts. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Config } from '../model/config.ts';
import type { Checker, VirtualServer } from '../model/lvs.ts';
import type { Password } from '../model/service-checkers.ts';
import type { HmacKey, VrrpInstance } from '../model/vrrp.ts';
import { secretOf } from '../schema/hmac-key.ts';

/** More than any key, its line's end and its hexadecimal form. */
const FILE_BYTES_MAX = 1_024;
const GROUP_OR_OTHERS = 0o077;
const PASSWORD_LENGTH_MAX = 1_000;

export function withKeyFiles(config: Config, report: Report): Config {
  const vrrpInstances = config.vrrpInstances.map((instance) => withSecrets(instance, report));
  return { ...config, vrrpInstances, virtualServers: withPasswords(config.virtualServers, report) };
}

function withSecrets(instance: VrrpInstance, report: Report): VrrpInstance {
  const { authentication, name } = instance;
  if (authentication.kind !== 'hmac') return instance;
  const keys = authentication.keys.map((key) => withSecret(key, name, report));
  return { ...instance, authentication: { ...authentication, keys } };
}

function withSecret(key: HmacKey, name: string, report: Report): HmacKey {
  if (key.secret.kind === 'octets') return key;
  const { path } = key.secret;
  const file = readKeyFile(path);
  if (!file.ok) {
    report(catalog.key_file_unreadable(null, { name, path, problem: file.error }));
    return key;
  }
  if (file.value.exposed) report(catalog.key_file_exposed(null, { name, path }));
  const secret = secretOf(file.value.text);
  if (secret !== null) return { ...key, secret };
  report(
    catalog.key_file_unreadable(null, {
      name,
      path,
      problem: 'it does not hold 32 to 64 bytes of text or hex:DIGITS',
    }),
  );
  return key;
}

/** Services without password files stay the very objects they are: there may be ten thousand of them. */
function withPasswords(services: readonly VirtualServer[], report: Report): readonly VirtualServer[] {
  const isWaiting = ({ realServers }: VirtualServer): boolean =>
    realServers.some(({ checkers }) => checkers.some((checker) => passwordPath(checker) !== null));
  // one file for many servers is read, and complained about, once
  const read = new Map<string, Password>();
  return services.map((service) => {
    if (!isWaiting(service)) return service;
    const realServers = service.realServers.map((server) => ({
      ...server,
      checkers: server.checkers.map((checker) => withPassword(checker, read, report)),
    }));
    return { ...service, realServers };
  });
}

const passwordPath = (checker: Checker): string | null => {
  const password = 'login' in checker ? checker.login?.password : null;
  return password?.kind === 'file' ? password.path : null;
};

function withPassword(checker: Checker, read: Map<string, Password>, report: Report): Checker {
  const path = passwordPath(checker);
  if (path === null || !('login' in checker) || checker.login === null) return checker;
  const password = read.get(path) ?? passwordIn(path, nameOf(checker), report);
  read.set(path, password);
  return { ...checker, login: { ...checker.login, password } };
}

const nameOf = ({ kind, target }: Extract<Checker, { login: unknown }>): string =>
  `${kind} check of ${target.address}:${target.port}`;

/** The first line of the file; the password stays a file's where it cannot be read. */
function passwordIn(path: string, check: string, report: Report): Password {
  const unread: Password = { kind: 'file', path };
  const file = readKeyFile(path);
  if (!file.ok) {
    report(catalog.password_file_unreadable(null, { check, path, problem: file.error }));
    return unread;
  }
  if (file.value.exposed) report(catalog.password_file_exposed(null, { check, path }));
  const [secret = ''] = file.value.text.split('\n', 1);
  if (secret !== '' && secret.length <= PASSWORD_LENGTH_MAX) return { kind: 'given', secret };
  report(
    catalog.password_file_unreadable(null, { check, path, problem: 'its first line is empty or too long' }),
  );
  return unread;
}

function readKeyFile(path: string): Result<{ readonly text: string; readonly exposed: boolean }, string> {
  try {
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = fstatSync(file);
      if (!facts.isFile()) return err('it is not a file');
      if (facts.size > FILE_BYTES_MAX) return err(`it has more than ${FILE_BYTES_MAX} bytes`);
      const text = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      return ok({ text, exposed: (facts.mode & GROUP_OR_OTHERS) !== 0 });
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

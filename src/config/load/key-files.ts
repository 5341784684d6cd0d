/** The secrets of auth_hmac that lie in files: read once, when the configuration is loaded, so that the children get keys
 *  and a missing one is found before anything starts. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { err, ok, type Result } from '../../base/result.ts';
import { catalog } from '../diagnostics/catalog.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Config } from '../model/config.ts';
import type { HmacKey, VrrpInstance } from '../model/vrrp.ts';
import { secretOf } from '../schema/hmac-key.ts';

/** More than any key, its line's end and its hexadecimal form. */
const FILE_BYTES_MAX = 1_024;
const GROUP_OR_OTHERS = 0o077;

export function withKeyFiles(config: Config, report: Report): Config {
  return { ...config, vrrpInstances: config.vrrpInstances.map((instance) => withSecrets(instance, report)) };
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

/** What SSL_GET shows of itself (the SSL block): key and certificates from files, read at the first use and anew after each
 *  reload. Files that cannot be used are told, and checks go on without them. */
import { readFileSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import type { Log } from '../../base/log.ts';
import type { ClientCertificate } from '../../config/model/global.ts';
import { tlsModule } from '../../native/late-modules.ts';
import { checksLog } from '../core/log-events.ts';
import type { TlsMaterial } from '../probes/dial.ts';

export interface ClientContext {
  get(): SecureContext;
  /** The same as the files hold it; empty where they cannot be used. */
  material(): TlsMaterial;
  /** The files of the configuration that is in force from now on. */
  use(files: ClientCertificate | null): void;
}

export function createClientContext(log: Log): ClientContext {
  let files: ClientCertificate | null = null;
  let built: { readonly material: TlsMaterial; readonly context: SecureContext } | null = null;
  const build = () => {
    const { createSecureContext } = tlsModule();
    try {
      const material = files === null ? {} : materialOf(files);
      return { material, context: createSecureContext(material) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(checksLog.clientCertificate({ reason }));
      return { material: {}, context: createSecureContext() };
    }
  };
  const ready = () => {
    built ??= build();
    return built;
  };
  return {
    get: () => ready().context,
    material: () => ready().material,
    use(wanted) {
      files = wanted;
      built = null;
    },
  };
}

function materialOf({ key, certificate, ca, password }: ClientCertificate): TlsMaterial {
  return {
    ...(key === null ? {} : { key: readFileSync(key) }),
    ...(certificate === null ? {} : { cert: readFileSync(certificate) }),
    ...(ca === null ? {} : { ca: readFileSync(ca) }),
    ...(password === null ? {} : { passphrase: password }),
  };
}

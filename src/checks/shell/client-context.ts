/** What SSL_GET shows of itself (the SSL block): key and certificates from files, read at the first use and anew after each
 *  reload. Files that cannot be used are told, and checks go on without them. */
import { readFileSync } from 'node:fs';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { Log } from '../../base/log.ts';
import type { ClientCertificate } from '../../config/model/global.ts';
import { tlsModule } from '../../native/late-modules.ts';
import { checksLog } from '../core/log-events.ts';

export interface ClientContext {
  get(): SecureContext;
  /** The files of the configuration that is in force from now on. */
  use(files: ClientCertificate | null): void;
}

export function createClientContext(log: Log): ClientContext {
  let files: ClientCertificate | null = null;
  let context: SecureContext | null = null;
  const build = (): SecureContext => {
    if (files === null) return tlsModule().createSecureContext();
    try {
      return tlsModule().createSecureContext(optionsOf(files));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(checksLog.clientCertificate({ reason }));
      return tlsModule().createSecureContext();
    }
  };
  return {
    get() {
      context ??= build();
      return context;
    },
    use(wanted) {
      files = wanted;
      context = null;
    },
  };
}

function optionsOf({ key, certificate, ca, password }: ClientCertificate): SecureContextOptions {
  return {
    ...(key === null ? {} : { key: readFileSync(key) }),
    ...(certificate === null ? {} : { cert: readFileSync(certificate) }),
    ...(ca === null ? {} : { ca: readFileSync(ca) }),
    ...(password === null ? {} : { passphrase: password }),
  };
}

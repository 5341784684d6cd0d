/** PGSQL_CHECK: a real login, then whatever is asked for. The library comes with the first check of this kind. */
import type { PgsqlChecker } from '../../config/model/service-checkers.ts';
import type { StartProbe } from './probe.ts';
import { startSession } from './session.ts';

export const probePgsql: StartProbe<PgsqlChecker> = (checker, ports, done) =>
  startSession(
    { target: checker.target, tls: null },
    ports,
    async () => (await import('./pgsql-client.ts')).conversePgsql(checker),
    done,
  );

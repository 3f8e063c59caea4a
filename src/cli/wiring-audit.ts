import type { Logger } from '../domain/kernel/clock.ts';
import type { ProcessEnv } from '../domain/settings/process-env.ts';
import type { ProcessRedaction } from '../platform/redact/process-redactor.ts';
import { auditKeys } from '../platform/settings/audit-keys.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { createStore } from '../platform/store/store.ts';
import { createAuditService } from '../services/audit/audit.service.ts';
import type { AuditService } from '../services/audit/contract.ts';
import { UsageFault } from './faults.ts';

/** The audit log over the bot's own PostgreSQL, for whoever has its credentials: nothing else of it is read here. */
export function openAudit(deps: {
  readonly env: ProcessEnv;
  readonly logger: Logger;
  readonly redaction: ProcessRedaction;
}): { readonly audit: Pick<AuditService, 'verify'>; close(): Promise<void> } {
  const { env, logger } = deps;
  if (env.DATABASE_URL === undefined)
    throw new UsageFault('cli.fault.variable-missing', { variable: 'DATABASE_URL' });
  const keys = auditKeys(env);
  if (keys === undefined) throw new UsageFault('cli.fault.variable-missing', { variable: 'AUDIT_KEY' });
  const store = createStore({
    database: databaseOf(env.DATABASE_URL, env, 'aetherius-cli'),
    auditKey: keys.current,
    logger,
    poolSize: 3,
    // As whoever asks, and nothing is changed.
    role: null,
    readOnly: true,
    redactorOf: deps.redaction.redactorOf,
  });
  return { audit: createAuditService({ store, keys: keys.all }), close: () => store.close() };
}

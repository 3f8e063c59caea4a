import type { AuditKeys } from '../domain/audit/audit.ts';
import type { RecordState } from '../domain/audit/record.ts';
import type { Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { type Trust, trustIn } from '../domain/kernel/signing.ts';
import type { AnchorPlace } from '../domain/ports/anchor-place.ts';
import type { Config } from '../domain/settings/config.ts';
import type { ProcessEnv } from '../domain/settings/process-env.ts';
import { systemClock } from '../platform/process/clock.ts';
import type { ProcessRedaction } from '../platform/redact/process-redactor.ts';
import { anchorPlacesOf } from '../platform/settings/anchors.ts';
import { auditKeys } from '../platform/settings/audit-keys.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { slackAnchors } from '../platform/slack/anchors.ts';
import { createSlackClient } from '../platform/slack/client.ts';
import { createSlackGate } from '../platform/slack/gate.ts';
import { createStore } from '../platform/store/store.ts';
import { createAuditService } from '../services/audit/audit.service.ts';
import type { AuditService } from '../services/audit/contract.ts';
import { createRecordGuard } from '../services/audit/record-guard.service.ts';
import type { InventoryService } from '../services/inventory/contract.ts';
import { createInventoryService } from '../services/inventory/inventory.service.ts';
import { UsageFault } from './faults.ts';

/** The audit log and what workers found, over the bot's own PostgreSQL, for a caller with its credentials: nothing else. */
export function openAudit(deps: {
  readonly env: ProcessEnv;
  readonly config: Pick<Config, 'approvals' | 'signing'>;
  readonly logger: Logger;
  readonly redaction: ProcessRedaction;
}): {
  readonly audit: Pick<AuditService, 'verify'>;
  readonly inventories: InventoryService;
  record(): Promise<RecordState>;
  close(): Promise<void>;
} {
  const { env, logger } = deps;
  if (env.DATABASE_URL === undefined)
    throw new UsageFault('cli.fault.variable-missing', { variable: 'DATABASE_URL' });
  const keys = keysOf(env);
  const store = createStore({
    database: databaseOf(env.DATABASE_URL, env, 'aetherius-cli'),
    auditKey: keys.current,
    logger,
    poolSize: 3,
    // As the calling user, and nothing is changed.
    role: null,
    readOnly: true,
    redactorOf: deps.redaction.redactorOf,
  });
  const { places } = anchorPlacesOf(deps.config, env, channelOf(deps, keys.all));
  return {
    audit: createAuditService({
      ...{ store, keys: keys.all, places },
      trust: trustOf(deps.config),
    }),
    inventories: createInventoryService({ store, clock: systemClock }),
    record: () =>
      createRecordGuard({
        ...{ store, places, logger, keys: keys.all },
        ...{ clock: systemClock, looksOnly: true },
      }).check(),
    async close() {
      await Promise.all([store.close(), ...places.map((place) => place.close())]);
    },
  };
}

/** A caller with the bot's token reads the channel of anchors too; nothing is posted. */
function channelOf(
  { env, config, redaction }: Parameters<typeof openAudit>[0],
  keys: AuditKeys,
): AnchorPlace | undefined {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl } = env;
  const channel = config.approvals?.audit?.anchor.channel;
  if (token === undefined || channel === undefined) return undefined;
  const { redactor, redactorOf } = redaction;
  const gate = createSlackGate({ redactor, redactorOf, apiUrl });
  return slackAnchors({
    ...{ keys, channel, client: createSlackClient({ token, gate, ...present({ apiUrl }) }) },
    post: () => Promise.reject(new AppError('BUG', 'the command line posts no anchors')),
  });
}

function keysOf(env: ProcessEnv) {
  const keys = auditKeys(env);
  if (keys === undefined) throw new UsageFault('cli.fault.variable-missing', { variable: 'AUDIT_KEY' });
  return keys;
}

const trustOf = ({ signing }: Pick<Config, 'signing'>): Trust | undefined =>
  signing === undefined ? undefined : trustIn(signing);

/** With what an export is checked. */
export function exportKeys(
  env: ProcessEnv,
  config: Pick<Config, 'signing'> | undefined,
): { readonly keys: AuditKeys; readonly trust: Trust | undefined } {
  return { keys: keysOf(env).all, trust: config === undefined ? undefined : trustOf(config) };
}

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { anchorMessage } from '../bot/views/anchor.view.ts';
import type { AccessRules } from '../domain/access/access.ts';
import type { AuditKeys } from '../domain/audit/audit.ts';
import { isRecordBroken, type RecordGuard } from '../domain/audit/record.ts';
import { createPolicy, type Policy } from '../domain/fix/policy.ts';
import type { Clock, Ids, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { namedId } from '../domain/kernel/named-id.ts';
import { present } from '../domain/kernel/present.ts';
import type { Signer, Trust } from '../domain/kernel/signing.ts';
import type { Seal } from '../domain/message/seal.ts';
import type { AnchorPlace } from '../domain/ports/anchor-place.ts';
import { type Config, configDigest } from '../domain/settings/config.ts';
import type { FullRole, ProcessEnv } from '../domain/settings/process-env.ts';
import { createCourier, type JobCourier } from '../jobs/courier.ts';
import { systemClock, systemIds } from '../platform/process/clock.ts';
import type { Component } from '../platform/process/lifecycle.ts';
import { createMetrics, type Metrics } from '../platform/process/metrics.ts';
import type { ReadinessCheck } from '../platform/process/status.ts';
import { openRedis, queuePrefix, type RedisConnections } from '../platform/queue/bullmq.ts';
import type { ProcessRedaction } from '../platform/redact/process-redactor.ts';
import { anchorPlacesOf } from '../platform/settings/anchors.ts';
import { type AuditKeyRing, auditKeys } from '../platform/settings/audit-keys.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { redisFromUrl } from '../platform/settings/redis-url.ts';
import { tokenKeys } from '../platform/settings/token-keys.ts';
import { slackAnchors } from '../platform/slack/anchors.ts';
import { createSlackClient } from '../platform/slack/client.ts';
import { createSlackGate } from '../platform/slack/gate.ts';
import { createSeal } from '../platform/slack/seal.ts';
import { type DatabaseConfig, roleFor } from '../platform/store/connection.ts';
import { createStore, type PostgresStore } from '../platform/store/store.ts';
import { remediations } from '../remediations/index.ts';
import { createRecordGuard } from '../services/audit/record-guard.service.ts';
import { wordsIn } from '../text/words.ts';
import { signingOf } from './signing.ts';

/** What every role stands on. */
export interface Shared {
  readonly role: FullRole;
  readonly env: ProcessEnv;
  readonly config: Config;
  readonly fileDigest?: string;
  readonly logger: Logger;
  readonly redaction: ProcessRedaction;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Unique for this process: who holds a lease. */
  readonly processId: string;
  readonly version: string;
  readonly database: DatabaseConfig;
  readonly store: PostgresStore;
  readonly redis: RedisConnections;
  readonly courier: JobCourier;
  readonly policy: Policy;
  readonly metrics: Metrics;
  readonly auditKeys: AuditKeyRing;
  /** Where heads of the audit stand outside, and how often they are written there. */
  readonly anchors: ReturnType<typeof anchorPlacesOf>;
  readonly record: RecordGuard;
  readonly trust: Trust | undefined;
  readonly signer: Signer | undefined;
  readonly onForged: () => void;
  /** R-A10: of the bot alone, and of one process with all roles. */
  readonly seal: Seal | undefined;
  /** Of the digests of personal tokens; the bot role alone uses them. */
  readonly tokenKeys: readonly string[];
  readonly stableAtMostMs?: number;
}

/** What a role adds to a process. */
export interface RoleParts {
  readonly components: readonly Component[];
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Where Slack's requests arrive in HTTP mode, once started. */
  readonly slackPort?: () => number;
  /** Where the command line asks, once started. */
  readonly cliPort?: () => number;
  /** Where alerts arrive, once started. */
  readonly alertsPort?: () => number;
}

export async function openShared(input: {
  readonly role: FullRole;
  readonly env: ProcessEnv;
  readonly config: Config;
  readonly fileDigest?: string;
  readonly logger: Logger;
  readonly redaction: ProcessRedaction;
  readonly stableAtMostMs?: number;
}): Promise<Shared> {
  const { env, config, logger, role } = input;
  const keys = auditKeys(env);
  if (keys === undefined || env.REDIS_URL === undefined || env.DATABASE_URL === undefined)
    throw new AppError('INVALID_INPUT', 'AUDIT_KEY, REDIS_URL or DATABASE_URL is missing', {
      facts: { reason: 'configuration' },
    });
  const database = databaseOf(env.DATABASE_URL, env, `aetherius-${role}`);
  const { redactorOf } = input.redaction;
  const metrics = createMetrics(role);
  let forged = 0;
  metrics.gauge('aetherius_forged_decisions', 'Decisions found that no bot has made.', () => forged);
  let broken = 0;
  metrics.gauge(
    'aetherius_record_broken',
    'Times that nothing could be written down, because the head of the audit log was not its last row.',
    () => broken,
  );
  const signing = signingOf(role, env, config);
  const seal = env.SLACK_BOT_TOKEN === undefined ? undefined : createSeal(env.SLACK_BOT_TOKEN);
  const store = createStore({
    database,
    auditKey: keys.current,
    logger,
    redactorOf,
    role: roleFor(role),
    signer: signing?.signer,
    seal,
    onBrokenRecord: () => {
      broken += 1;
    },
  });
  const anchors = anchorPlacesOf(
    config,
    env,
    anchorSlack({ config, env, keys: keys.all, redaction: input.redaction }, store),
  );
  const record = createRecordGuard({
    ...{ store, logger, keys: keys.all },
    ...{ places: anchors.places, clock: systemClock },
  });
  const redis = await openRedis({ connection: redisFromUrl(env.REDIS_URL), logger });
  const courier = createCourier({ client: redis.producer(), prefix: queuePrefix, logger });
  return {
    ...input,
    clock: systemClock,
    ids: systemIds,
    processId: `${role}@${hostname()}-${process.pid}-${systemIds.token().slice(0, 6)}`,
    version: packageVersion(),
    database,
    store,
    redis,
    courier,
    policy: createPolicy(config.approvals, remediations),
    metrics,
    auditKeys: keys,
    anchors,
    record,
    trust: signing?.trust,
    signer: signing?.signer,
    seal,
    onForged: () => {
      forged += 1;
    },
    tokenKeys: tokenKeys(env),
  };
}

/** The channel of anchors, for a process that has Slack's token. */
function anchorSlack(
  deps: Pick<Shared, 'config' | 'env' | 'redaction'> & { readonly keys: AuditKeys },
  store: PostgresStore,
): AnchorPlace | undefined {
  const { config, env, keys, redaction } = deps;
  const { SLACK_BOT_TOKEN: token } = env;
  const channel = config.approvals?.audit?.anchor.channel;
  if (token === undefined || channel === undefined) return undefined;
  const { redactor, redactorOf } = redaction;
  const gate = createSlackGate({ redactor, redactorOf, apiUrl: env.SLACK_API_URL });
  const words = wordsIn(config.slack.channels[channel]?.language ?? 'en');
  return slackAnchors({
    keys,
    channel,
    client: createSlackClient({ token, gate, ...present({ apiUrl: env.SLACK_API_URL }) }),
    async post(anchor, turn) {
      await store.tx((tx) =>
        tx.messages.post({
          id: namedId(`audit-anchor ${channel} ${turn}`),
          ...{ purpose: 'audit-anchor', channel, urgency: 'progress' },
          rendered: anchorMessage(anchor, words),
        }),
      );
    },
  });
}

/** Stopped last: everything else stands on it. */
export function sharedComponents(shared: Shared): readonly Component[] {
  return [
    { name: 'postgres', stop: () => shared.store.close() },
    {
      name: 'anchors',
      // A bot that starts on an older state says so before anybody asks (R-L5).
      async start() {
        const { state, places } = await shared.record.check();
        const told = { state, places: places.map(({ place, status }) => `${place}: ${status}`) };
        if (state === 'unconfirmed') shared.logger.warn(told, 'no place outside confirms the record');
        else shared.logger.info(told, 'the record was compared with its anchors');
        await writeDownSettings(shared);
      },
      async stop() {
        await Promise.all(shared.anchors.places.map((place) => place.close()));
      },
    },
    { name: 'redis', stop: () => shared.redis.close() },
    { name: 'courier', stop: () => shared.courier.close() },
  ];
}

/** Of the product, as it was installed. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const parsed = JSON.parse(text) as { readonly version?: string };
  return parsed.version ?? '0';
}

/**
 * R-L1: under which settings a process works stands in the record since its start: the digest of the file, and that of
 * what the process made of it, in which a secret is where it stands. There is no other way to change them: the file is
 * read at the start alone.
 */
async function writeDownSettings(shared: Shared): Promise<void> {
  const { store, role, version, config, policy, fileDigest } = shared;
  await store
    .tx((tx) =>
      tx.audit.append({
        ...{ actor: 'system', actorTeam: '-', action: 'audit.configuration', policyVersion: policy.version },
        payloadDigest: configDigest(config),
        facts: { role, version, ...present({ file: fileDigest }) },
      }),
    )
    // It starts all the same: it decides nothing on such a record, and can say so.
    .catch((error: unknown) => (isRecordBroken(error) ? undefined : Promise.reject(error)));
}

/** Who may read and start, by environment. */
export function accessRules({
  config,
}: {
  readonly config: Pick<Config, 'environments'>;
}): Readonly<Record<string, AccessRules>> {
  return Object.fromEntries(Object.entries(config.environments).map(([name, { access }]) => [name, access]));
}

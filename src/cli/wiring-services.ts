import { createPolicy, directoryMaxAgeMs } from '../domain/fix/policy.ts';
import type { Logger } from '../domain/kernel/clock.ts';
import type { Person } from '../domain/kernel/person.ts';
import type { Courier } from '../domain/ports/courier.ts';
import type { Config } from '../domain/settings/config.ts';
import type { ProcessEnv } from '../domain/settings/process-env.ts';
import { createCourier } from '../jobs/courier.ts';
import { createUseCases } from '../main/use-cases.ts';
import { systemClock, systemIds } from '../platform/process/clock.ts';
import { openRedis, queuePrefix } from '../platform/queue/bullmq.ts';
import type { ProcessRedaction } from '../platform/redact/process-redactor.ts';
import { auditKeys } from '../platform/settings/audit-keys.ts';
import { databaseOf } from '../platform/settings/database.ts';
import { redisFromUrl } from '../platform/settings/redis-url.ts';
import { createStore } from '../platform/store/store.ts';
import { remediations } from '../remediations/index.ts';
import type { Services } from '../services/contract.ts';
import { storedDirectory } from '../services/fix/decide/remediation-directory.service.ts';
import { UsageFault } from './faults.ts';
import { personOfToken } from './identity.ts';

export interface OpenedServices {
  readonly services: Services;
  person(): Promise<Person>;
  close(): Promise<void>;
}

/**
 * The same use cases as in the bot, over the same PostgreSQL. Redis is only the courier: without it workers
 * find the work by themselves. Who people are is read from what the bot last wrote down.
 */
export async function openServices(deps: {
  readonly env: ProcessEnv;
  readonly config: Config;
  readonly logger: Logger;
  readonly redaction: ProcessRedaction;
  /** Of this program. */
  readonly version: string;
}): Promise<OpenedServices> {
  const { env, config, logger } = deps;
  if (env.DATABASE_URL === undefined)
    throw new UsageFault('cli.fault.variable-missing', { variable: 'DATABASE_URL' });
  const keys = auditKeys(env);
  if (keys === undefined) throw new UsageFault('cli.fault.variable-missing', { variable: 'AUDIT_KEY' });
  const [clock, ids] = [systemClock, systemIds];
  const store = createStore({
    database: databaseOf(env.DATABASE_URL, env, 'aetherius-cli'),
    auditKey: keys.current,
    logger,
    poolSize: 3,
    redactorOf: deps.redaction.redactorOf,
  });
  const { courier, close } = await openCourier(env, logger);
  const policy = createPolicy(config.approvals, remediations);
  const directory = storedDirectory(store, directoryMaxAgeMs);
  const common = {
    store,
    courier,
    config,
    policy,
    clock,
    ids,
    logger,
    auditKeys: keys,
    version: deps.version,
  };
  return {
    services: createUseCases(common, directory),
    person: () => personOfToken(env.AETHERIUS_TOKEN, config.approvals, directory),
    async close() {
      await close();
      await store.close();
    },
  };
}

const noCourier: Courier = {
  run: () => Promise.resolve('down'),
  execution: () => Promise.resolve('down'),
};

async function openCourier(
  env: ProcessEnv,
  logger: Logger,
): Promise<{ courier: Courier; close(): Promise<void> }> {
  if (env.REDIS_URL === undefined) return { courier: noCourier, close: () => Promise.resolve() };
  const redis = await openRedis({ connection: redisFromUrl(env.REDIS_URL), logger });
  const courier = createCourier({ client: redis.producer(), prefix: queuePrefix, logger });
  return {
    courier,
    async close() {
      await courier.close();
      redis.close();
    },
  };
}

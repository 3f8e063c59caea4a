import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { heldReason, type RecordState } from '../../domain/audit/record.ts';
import type { Logger } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { processKinds } from '../../domain/kernel/process-kind.ts';
import { LazySecret } from '../../domain/kernel/secret.ts';
import type { Config } from '../../domain/settings/config.ts';
import type { Check, CheckState } from '../../domain/settings/doctor.ts';
import { settingsWithoutEffect } from '../../domain/settings/effect.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import type { RedisConnection } from '../../domain/settings/redis.ts';
import { anchorPlacesOf } from '../settings/anchors.ts';
import { databaseOf } from '../settings/database.ts';
import { redisFromUrl } from '../settings/redis-url.ts';
import { examineSlack, slackClockOffset } from '../slack/slack-doctor.ts';
import type { DatabaseConfig } from '../store/connection.ts';
import type { KubeLogins } from '../targets/kubernetes/kube-config.ts';
import { addressIn } from '../targets/network/address.ts';
import { examineKubernetes } from './kubernetes.ts';
import { examinePostgres } from './postgres.ts';
import { examineRedis } from './redis.ts';

export interface ExamineOptions {
  readonly config: Config;
  readonly env: ProcessEnv;
  readonly logger: Logger;
  /** Those with which the configuration's Secrets are read, too. */
  readonly logins: KubeLogins;
  readonly now: () => number;
  /** Compares the record with its anchors; absent where the database or the key of the audit is not known. */
  readonly record?: () => Promise<RecordState>;
  /** Scopes to compare with; default those of `manifest.yml`. */
  readonly scopes?: readonly string[];
}

/** Beyond this Slack's signed requests are refused (R-SLACK10), and people are surprised. */
const clockFailsMs = 60_000;
const clockWarnsMs = 5_000;

/** Everything `doctor` looks at, side by side; one that cannot be checked does not keep the others waiting. */
export async function examine(options: ExamineOptions): Promise<readonly Check[]> {
  const { config, env, logger, now } = options;
  const [secrets, slack, postgres, redis, kubernetes, slackOffset, audit] = await Promise.all([
    examineSecrets(config),
    examineSlack({
      botToken: env.SLACK_BOT_TOKEN?.reveal(),
      appToken: env.SLACK_APP_TOKEN?.reveal(),
      signingSecret: env.SLACK_SIGNING_SECRET?.reveal(),
      apiUrl: env.SLACK_API_URL,
      scopes: options.scopes ?? manifestScopes(),
    }),
    examineDatabase(env, now),
    examineCourier(env, logger, Object.keys(config.environments)),
    Promise.all(
      Object.entries(config.environments).map(([name, environment]) =>
        examineKubernetes(
          name,
          environment,
          { name: 'aetherius-bot', namespace: namespaceOf(environment) },
          options.logins,
        ),
      ),
    ),
    env.SLACK_BOT_TOKEN === undefined ? undefined : slackClockOffset(env.SLACK_API_URL, now),
    auditChecks(options),
  ]);
  const missing = (area: 'postgres' | 'redis'): Check => ({
    area,
    key: `${area}.url-missing`,
    state: 'failed',
    facts: {},
  });
  return [
    {
      area: 'configuration',
      key: 'configuration.loaded',
      state: 'ok',
      facts: { environments: Object.keys(config.environments).join(', ') },
    },
    ...effectChecks(config, env),
    ...recreateChecks(config),
    ...secrets,
    ...imageChecks(config, env),
    ...at(slackHost(env.SLACK_API_URL), slack),
    ...(postgres?.checks ?? [missing('postgres')]),
    ...(redis ?? [missing('redis')]),
    ...kubernetes.flat(),
    ...clockCheck('postgres', postgres?.offsetMs),
    ...clockCheck('slack', slackOffset),
    ...audit,
    ...signingChecks(config),
  ];
}

/** Slack’s own, where no other address is set. */
const slackHost = (apiUrl: string | undefined): string => addressIn(apiUrl ?? 'https://slack.com/api/') ?? '';

/** The same checks, with where they were made. */
const at = (address: string | undefined, checks: readonly Check[]): readonly Check[] =>
  address === undefined || address === ''
    ? checks
    : checks.map((check) =>
        check.at === undefined && check.state !== 'skipped' ? { ...check, at: address } : check,
      );

async function examineDatabase(env: ProcessEnv, now: () => number) {
  if (env.DATABASE_URL === undefined) return undefined;
  const address = addressIn(env.DATABASE_URL.reveal());
  let database: DatabaseConfig;
  try {
    database = databaseOf(env.DATABASE_URL, env, 'aetherius-doctor');
  } catch (error) {
    // One of the files of TLS: everything else can be looked at without it.
    const { code, path } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || path === undefined) throw error;
    const unread: Check = {
      ...{ area: 'postgres', key: 'postgres.file-unread', state: 'unknown' },
      facts: { path, reason: code },
    };
    return { checks: at(address, [unread]) };
  }
  const { checks, ...rest } = await examinePostgres(database, now);
  return { ...rest, checks: at(address, checks) };
}

async function examineCourier(env: ProcessEnv, logger: Logger, environments: readonly string[]) {
  if (env.REDIS_URL === undefined) return undefined;
  const connection = redisFromUrl(env.REDIS_URL);
  return at(
    redisAddress(env.REDIS_URL.reveal(), connection),
    await examineRedis(connection, logger, environments),
  );
}

function redisAddress(url: string, connection: RedisConnection): string | undefined {
  if (connection.kind === 'single') return addressIn(url);
  const nodes = connection.kind === 'cluster' ? connection.nodes : connection.sentinels;
  return nodes.map(({ host, port }) => `${host}:${port}`).join(', ');
}

/** What is written down and changes nothing. */
function effectChecks(config: Config, env: ProcessEnv): readonly Check[] {
  return settingsWithoutEffect(config, env, 'command-line').map(({ setting, why, other }) => ({
    ...{ area: 'configuration', key: `configuration.no-effect-${why}`, state: 'failed' },
    facts: { setting, other },
  }));
}

/** Where a container may be made again: the engine's socket alone does not say that it is wanted. */
export function recreateChecks({ environments }: Pick<Config, 'environments'>): readonly Check[] {
  return Object.entries(environments).flatMap(([environment, { runtime }]): readonly Check[] =>
    runtime.kind === 'compose' && runtime.recreate === true
      ? [{ area: 'configuration', key: 'configuration.recreate', state: 'ok', facts: { environment } }]
      : [],
  );
}

function namespaceOf(environment: Config['environments'][string]): string {
  return environment.runtime.kind === 'kubernetes' ? environment.runtime.namespace : 'default';
}

async function examineSecrets(config: Config): Promise<readonly Check[]> {
  const all = Object.entries(config.environments).flatMap(([environment, settings]) =>
    Object.entries(settings).flatMap(([setting, value]) =>
      secretsIn(value).map((secret) => ({ environment, setting, secret })),
    ),
  );
  return Promise.all(
    all.map(async ({ environment, setting, secret }): Promise<Check> => {
      const facts = { environment, source: secret.source() };
      try {
        await secret.reveal();
        return { area: 'configuration', key: 'configuration.secret', state: 'ok', facts };
      } catch (error) {
        const given: Facts = error instanceof AppError ? error.facts : {};
        const { variable, path } = given;
        const what = { environment, setting: `environments.${environment}.${setting}` };
        // The part that needs it cannot be checked; that is no fault of the installation.
        if (given.unsetVariable === true || given.unreadFile === true)
          return {
            ...{ area: 'configuration', state: 'unknown' },
            key: `configuration.secret-${given.unsetVariable === true ? 'unset' : 'file'}`,
            facts: { ...what, ...present({ variable, path }) },
          };
        const reason = error instanceof AppError ? error.code : 'BUG';
        return {
          area: 'configuration',
          key: 'configuration.secret-unreadable',
          state: 'failed',
          facts: { ...facts, reason },
        };
      }
    }),
  );
}

function secretsIn(value: unknown): readonly LazySecret[] {
  if (value instanceof LazySecret) return value.kind === 'literal' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}

/** A tag may be another program tomorrow; a digest never is (OCI Distribution, "Pulling manifests"). */
function imageChecks(config: Config, env: ProcessEnv): readonly Check[] {
  const images = [
    { what: 'AETHERIUS_IMAGE', image: env.AETHERIUS_IMAGE },
    ...Object.entries(config.environments).map(([name, { runtime }]) => ({
      what: `environments.${name}.runtime.debugImage`,
      image: runtime.kind === 'kubernetes' ? runtime.debugImage : undefined,
    })),
  ];
  return images.flatMap(({ what, image }): readonly Check[] => {
    if (image === undefined) return [];
    const pinned = /@sha256:[0-9a-f]{64}$/.test(image);
    return [
      {
        area: 'configuration',
        key: `configuration.image-${pinned ? 'pinned' : 'mutable'}`,
        state: pinned ? 'ok' : 'warning',
        facts: { what, image },
      },
    ];
  });
}

function clockCheck(against: 'postgres' | 'slack', offsetMs: number | undefined): readonly Check[] {
  if (offsetMs === undefined) return [];
  const off = Math.abs(offsetMs);
  const state: CheckState = off > clockFailsMs ? 'failed' : off > clockWarnsMs ? 'warning' : 'ok';
  return [{ area: 'clock', key: `clock.${against}`, state, facts: { offsetMs } }];
}

async function auditChecks({ config, env, record, now }: ExamineOptions): Promise<readonly Check[]> {
  const check = (key: string, state: CheckState, facts: Facts = {}): Check => ({
    ...{ area: 'audit', key: `audit.${key}`, state, facts },
  });
  const { channel, s3, file } = config.approvals?.audit?.anchor ?? {};
  const noKeys = env.ANCHOR_S3_ACCESS_KEY_ID === undefined || env.ANCHOR_S3_SECRET_ACCESS_KEY === undefined;
  const alone = file === undefined && s3 === undefined && env.ANCHOR_DATABASE_URL === undefined;
  const key = [
    env.AUDIT_KEY === undefined ? check('key-missing', 'failed') : check('key', 'ok'),
    ...(channel !== undefined && alone ? [check('anchor-channel-alone', 'failed')] : []),
    ...(channel !== undefined && env.SLACK_BOT_TOKEN === undefined
      ? [check('anchor-channel-unread', 'unknown')]
      : []),
    ...(s3 !== undefined && noKeys ? [check('anchor-s3-unread', 'unknown')] : []),
  ];
  const configured = anchorPlacesOf(config, env);
  await Promise.all(configured.places.map((place) => place.close()));
  const found = await record?.().catch(() => undefined);
  const held = found?.state === 'held' ? [check(heldReason(found), 'failed')] : [];
  if (configured.places.length === 0) return [...key, check('anchor-missing', 'warning'), ...held];
  if (found === undefined) return [...key, check('record-unknown', 'unknown')];
  const places = found.places.map(({ place, status, anchor }) => {
    const minutes = anchor === undefined ? 0 : Math.round((now() - anchor.at.getTime()) / 60_000);
    const facts = { place, rows: found.seq, seq: anchor?.seq ?? 0, minutes };
    if (status === 'unreachable') return check('anchor-unreachable', 'unknown', facts);
    if (status === 'empty') return check('anchor-none', 'warning', facts);
    if (status === 'missing') return check('anchor-gone', 'failed', facts);
    if (status !== 'agrees') return check(`anchor-${status}`, 'failed', facts);
    const late = facts.rows > facts.seq && minutes * 60_000 > 2 * configured.everyMs + 60_000;
    return check(late ? 'anchor-late' : 'anchor', late ? 'warning' : 'ok', facts);
  });
  return [...key, ...places, ...held];
}

/** R-A16: whether decisions are signed, and by which kind of process alone. */
function signingChecks({ signing }: Config): readonly Check[] {
  if (signing === undefined) return [{ area: 'audit', key: 'audit.unsigned', state: 'warning', facts: {} }];
  const shared = processKinds.filter((kind) =>
    signing[kind].some((key) => processKinds.some((other) => other !== kind && signing[other].includes(key))),
  );
  return shared.length === 0
    ? [{ area: 'audit', key: 'audit.signed', state: 'ok', facts: {} }]
    : [{ area: 'audit', key: 'audit.shared-key', state: 'warning', facts: { kinds: shared.join(', ') } }];
}

/** The same number of levels below the package root in `src` and in `dist`. */
export function manifestScopes(): readonly string[] {
  const path = fileURLToPath(new URL('../../../manifest.yml', import.meta.url));
  const manifest = parse(readFileSync(path, 'utf8')) as { oauth_config?: { scopes?: { bot?: string[] } } };
  return manifest.oauth_config?.scopes?.bot ?? [];
}

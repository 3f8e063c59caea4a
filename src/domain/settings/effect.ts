import type { Config } from './config.ts';
import type { ProcessEnv, Role } from './process-env.ts';
import { toldIn } from './tell.ts';
import { Thresholds } from './thresholds.ts';

/**
 * A setting that somebody wrote down and that changes nothing. `needs`: it works only with `other`; `beside`: `other`
 * stands in its place; `longer`: `other` keeps the same things longer; `role`: processes of this kind do not use it; `unused`: nothing reads it yet.
 */
export interface NoEffect {
  readonly setting: string;
  readonly why: 'needs' | 'beside' | 'longer' | 'role' | 'unused';
  readonly other: string;
}

type Seen = { readonly config: Config; readonly env: ProcessEnv; readonly role: Role };

/**
 * Pure: every such setting of one process, from its configuration and its environment. Unknown keys are refused before.
 * `ignored`: variables that are set and that a process of this role does not read at all.
 */
export function settingsWithoutEffect(
  config: Config,
  env: ProcessEnv,
  role: Role,
  ignored: readonly string[] = [],
): readonly NoEffect[] {
  const seen = { config, env, role };
  return [
    ...ignored.map((setting) => ({ setting, why: 'role' as const, other: role })),
    ...ofApprovals(seen),
    ...ofRetention(seen),
    ...ofEnvironments(seen),
    ...ofVariables(seen),
  ];
}

const needs = (setting: string, other: string): NoEffect => ({ setting, why: 'needs', other });
/** The setting when it is there and what it works with is not. */
const unless = (set: boolean, works: boolean, setting: string, other: string): readonly NoEffect[] =>
  set && !works ? [needs(setting, other)] : [];

function ofApprovals({ config: { approvals, slack }, env }: Seen): readonly NoEffect[] {
  if (approvals === undefined)
    return unless(slack.fallbackChannel !== undefined, false, 'slack.fallbackChannel', 'approvals');
  const { tiers, breakGlass, limits, audit } = approvals;
  const anchor = audit?.anchor;
  const anchored =
    anchor?.file !== undefined ||
    anchor?.channel !== undefined ||
    anchor?.s3 !== undefined ||
    env.ANCHOR_DATABASE_URL !== undefined;
  const more = ([2, 3] as const).flatMap((tier) => {
    const { by = [], escalate = [] } = tiers[tier] ?? {};
    const path = `approvals.tiers.${tier}`;
    return [
      ...unless(
        breakGlass?.tiers[tier] !== undefined,
        tiers[tier] !== undefined,
        `approvals.breakGlass.tiers.${tier}`,
        path,
      ),
      ...(escalate.length > 0 && escalate.every((name) => by.includes(name))
        ? [{ setting: `${path}.escalate`, why: 'beside' as const, other: `${path}.by` }]
        : []),
    ];
  });
  const others = tiers[2] !== undefined || tiers[3] !== undefined;
  return [
    ...unless(breakGlass !== undefined, others, 'approvals.breakGlass', 'approvals.tiers.2'),
    ...more,
    ...unless(
      limits.tier3AtOnce !== 1,
      tiers[3] !== undefined,
      'approvals.limits.tier3AtOnce',
      'approvals.tiers.3',
    ),
    ...unless(anchor !== undefined, anchored, 'approvals.audit.anchor', 'approvals.audit.anchor.file'),
  ];
}

/** What refers to something keeps it. */
function ofRetention({ config: { retention } }: Seen): readonly NoEffect[] {
  const longer = (setting: 'runs' | 'messages', other: 'messages' | 'outbox'): readonly NoEffect[] =>
    retention[setting] < retention[other]
      ? [{ setting: `retention.${setting}`, why: 'longer', other: `retention.${other}` }]
      : [];
  return [...longer('runs', 'messages'), ...longer('messages', 'outbox')];
}

/** Limits that no probe takes from the settings yet: what their diagnoses pass stands there. */
export const unusedThresholds = ['redisHitRatePercent', 'natsPendingBytes'] as const;

/** What each limit is about; those that are not here are about every installation. */
const thresholdOf = {
  postgresSlowMs: 'postgres',
  postgresConnectionsPercent: 'postgres',
  idleInTransactionSeconds: 'postgres',
  redisSlowMs: 'redis',
  redisMemoryPercent: 'redis',
  natsSlowMs: 'nats',
  neo4jSlowMs: 'neo4j',
} as const satisfies Partial<Record<keyof Thresholds, string>>;

function ofEnvironments({ config, env, role }: Seen): readonly NoEffect[] {
  const { environments } = config;
  const usual = Thresholds.parse({});
  return Object.entries(environments).flatMap(([name, environment]) => {
    const at = `environments.${name}`;
    const { thresholds, runtime } = environment;
    return [
      ...unless(
        environment.alerts !== undefined && role === 'all',
        env.ALERTS_PORT !== undefined,
        `${at}.alerts`,
        'ALERTS_PORT',
      ),
      ...unless(
        environment.watch !== undefined,
        toldIn(config, name) !== undefined,
        `${at}.watch`,
        `${at}.watch.channel`,
      ),
      ...(environment.alerts === undefined || environment.watch?.channel === undefined
        ? []
        : [{ setting: `${at}.watch.channel`, why: 'beside' as const, other: `${at}.alerts.channel` }]),
      ...unusedThresholds.flatMap((key): readonly NoEffect[] =>
        thresholds[key] === usual[key]
          ? []
          : [{ setting: `${at}.thresholds.${key}`, why: 'unused', other: '-' }],
      ),
      ...Object.entries(thresholdOf).flatMap(([key, target]) =>
        unless(
          thresholds[key as keyof Thresholds] !== usual[key as keyof Thresholds],
          environment[target] !== undefined,
          `${at}.thresholds.${key}`,
          `${at}.${target}`,
        ),
      ),
      ...unless(
        thresholds.podRestarts !== usual.podRestarts,
        runtime.kind === 'kubernetes',
        `${at}.thresholds.podRestarts`,
        `${at}.runtime (kubernetes)`,
      ),
    ];
  });
}

function ofVariables({ config, env, role }: Seen): readonly NoEffect[] {
  const { approvals, signing } = config;
  const inRole = (variable: keyof ProcessEnv, ...used: readonly Role[]): readonly NoEffect[] =>
    env[variable] === undefined || role === 'command-line' || used.includes(role)
      ? []
      : [{ setting: variable, why: 'role', other: role }];
  const has = (variable: keyof ProcessEnv): boolean => env[variable] !== undefined;
  return [
    ...inRole('AETHERIUS_ENVIRONMENTS', 'all', 'worker'),
    ...inRole('AETHERIUS_URL'),
    ...unless(
      has('PAGE_WEBHOOK_URL'),
      approvals?.notify.page === true,
      'PAGE_WEBHOOK_URL',
      'approvals.notify.page',
    ),
    ...unless(has('SIGNING_KEY'), signing !== undefined, 'SIGNING_KEY', 'signing'),
    ...unless(
      has('SLACK_OLD_SIGNING_SECRET'),
      has('SLACK_SIGNING_SECRET'),
      'SLACK_OLD_SIGNING_SECRET',
      'SLACK_SIGNING_SECRET',
    ),
    ...unless(has('TOKEN_KEY') && role !== 'command-line', has('CLI_PORT'), 'TOKEN_KEY', 'CLI_PORT'),
    ...unless(has('TOKEN_OLD_KEYS'), has('TOKEN_KEY'), 'TOKEN_OLD_KEYS', 'TOKEN_KEY'),
    ...(['ANCHOR_S3_ACCESS_KEY_ID', 'ANCHOR_S3_SECRET_ACCESS_KEY'] as const).flatMap((variable) =>
      unless(has(variable), approvals?.audit?.anchor.s3 !== undefined, variable, 'approvals.audit.anchor.s3'),
    ),
    ...unless(has('DATABASE_KEY_FILE'), has('DATABASE_CERT_FILE'), 'DATABASE_KEY_FILE', 'DATABASE_CERT_FILE'),
  ];
}

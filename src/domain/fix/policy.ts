import { z } from 'zod';
import { sha256 } from '../kernel/canonical.ts';
import { AppError } from '../kernel/errors.ts';
import { present } from '../kernel/present.ts';
import { channelId, usergroupId, userId } from '../kernel/slack-ids.ts';
import type { AllowList } from './eligibility.ts';
import type { Tier } from './remediation.ts';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30m`, `62h`, `5s`, `2d` → milliseconds. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smhd]$/, 'must be a duration, such as 30m or 62h')
  .transform((text) => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units]);

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const hoursShape =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))? ([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d) (\S+)$/;

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** A weekly window: `Mon-Fri 09:00-18:00 Asia/Shanghai`. Minutes of the day; the end is not in it. */
export interface Hours {
  readonly days: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly timezone: string;
}

const HoursText = z
  .string()
  .regex(hoursShape, 'must be days, times and a zone, such as "Mon-Fri 09:00-18:00 Asia/Shanghai"')
  .transform((text, context): Hours => {
    const [, first = '', last = first, h1, m1, h2, m2, timezone = ''] = hoursShape.exec(text) ?? [];
    const start = weekdays.findIndex((day) => day === first);
    const length = ((weekdays.findIndex((day) => day === last) - start + 7) % 7) + 1;
    const days = Array.from({ length }, (_, index) => weekdays[(start + index) % 7] ?? first);
    const from = Number(h1) * 60 + Number(m1);
    const to = Number(h2) * 60 + Number(m2);
    if (from >= to) context.addIssue({ code: 'custom', message: 'must begin before it ends, on one day' });
    if (!isTimezone(timezone))
      context.addIssue({ code: 'custom', message: 'must end with an IANA time zone' });
    return { days, from, to, timezone };
  });

const Approvers = z
  .strictObject({
    users: z.array(userId).default([]).meta({ description: 'Slack user ids.' }),
    usergroups: z.array(usergroupId).default([]).meta({ description: 'Slack usergroup ids; members count.' }),
  })
  .meta({ description: 'One named list of people.' });

const by = z.array(z.string()).min(1).meta({ description: 'Names of lists under `approvers`.' });
const escalate = z.array(z.string()).default([]).meta({
  description: 'Names of lists that are asked, too, when two thirds of the time are over.',
});
const AnchorStore = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .meta({ description: 'Root of the store, such as https://s3.eu-central-1.amazonaws.com.' }),
    bucket: z.string().min(3).meta({ description: 'A bucket of its own, made with object lock.' }),
    prefix: z
      .string()
      .default('aetherius/anchors/')
      .meta({ description: 'What the names of its objects begin with.' }),
    region: z.string().min(1).default('us-east-1').meta({ description: 'Region of the bucket.' }),
    retentionDays: z
      .int()
      .min(1)
      .default(365)
      .meta({ description: 'Days for which an anchor cannot be deleted.' }),
    mode: z.enum(['compliance', 'governance']).default('compliance').meta({
      description:
        'Kind of lock: `compliance` binds everybody, `governance` all but those with a right to bypass it.',
    }),
  })
  .meta({
    description:
      'An S3 store with object lock, with ANCHOR_S3_ACCESS_KEY_ID and ANCHOR_S3_SECRET_ACCESS_KEY of the environment.',
  });

const expires = (fallback: string) =>
  Duration.prefault(fallback).meta({ description: 'How long a request waits for approval.' });
const hourMs = 3_600_000;
const temporaryForDefault = 4 * hourMs;
const hours = HoursText.exactOptional().meta({ description: 'Fixes are allowed only within these hours.' });
/** A configuration may ask for more people than the contract, never for fewer. */
const approvals = (least: number) =>
  z
    .int()
    .min(least, `must be at least ${least} for this tier`)
    .max(10)
    .default(least)
    .meta({ description: 'How many other people must approve.' });

const Tiers = z.strictObject({
  1: z
    .strictObject({ approvals: approvals(0), by, expires: expires('15m'), hours })
    .exactOptional()
    .meta({
      description: 'Reversible, one object, no data at risk: the confirmation of one of `by` is enough.',
    }),
  2: z
    .strictObject({
      approvals: approvals(1),
      by,
      escalate,
      expires: expires('30m'),
      reason: z.enum(['required', 'finding']).default('finding').meta({
        description: '`required`: the requester must type a reason; `finding`: the finding is reason enough.',
      }),
      hours,
    })
    .exactOptional()
    .meta({ description: 'Users may notice: one other person.' }),
  3: z
    .strictObject({
      approvals: approvals(2),
      by,
      escalate,
      expires: expires('60m'),
      reason: z.literal('required').default('required'),
      hours,
    })
    .exactOptional()
    .meta({ description: 'Data or quorum at risk: two other people and a reason.' }),
});

const BreakGlass = z
  .strictObject({
    by,
    notify: channelId.meta({ description: 'Second channel that hears of it, beside the thread of the fix.' }),
    tiers: z
      .strictObject({
        2: z.strictObject({ by }).exactOptional().meta({ description: 'Instead of `by`, for tier 2.' }),
        3: z
          .strictObject({
            by: by.exactOptional(),
            alone: z
              .boolean()
              .default(false)
              .meta({ description: 'One person is enough; otherwise two of the list must do it.' }),
          })
          .exactOptional()
          .meta({ description: 'Instead of `by`, for tier 3.' }),
      })
      .prefault({})
      .meta({ description: 'Other lists for single tiers.' }),
  })
  .exactOptional()
  .meta({
    description:
      'Who may let a fix run without its approvals in an emergency ([how](../guides/operate.md#break-glass)). Without this section it is off.',
  });

const Freeze = z.strictObject({
  cron: z
    .string()
    .regex(/^\S+( \S+){4}$/, 'must be a cron expression of five fields')
    .meta({
      description: 'When the freeze begins, as a cron expression.',
    }),
  duration: Duration.meta({ description: 'How long the freeze lasts.' }),
  timezone: z.string().refine(isTimezone, 'must be an IANA time zone').default('UTC'),
  environments: z
    .array(z.string())
    .min(1)
    .exactOptional()
    .meta({ description: 'Environments that it covers; default: all.' }),
  kind: z.literal('deny').default('deny'),
});
export type Freeze = z.output<typeof Freeze>;

const Section = z
  .strictObject({
    approvers: z.record(z.string(), Approvers).meta({ description: 'Lists of people, by name.' }),
    tiers: Tiers.meta({ description: 'What a remediation of each risk tier needs.' }),
    breakGlass: BreakGlass,
    freezes: z
      .array(Freeze)
      .default([])
      .meta({ description: 'Times in which no fix is offered, approved or begun.' }),
    temporaryFor: Duration.refine((ms) => ms >= hourMs && ms <= 168 * hourMs, 'must be from 1h to 168h')
      .prefault('4h')
      .meta({
        description:
          'How long a change may stay that its maker will put back, before people are reminded of it. From `1h` to `168h`.',
      }),
    limits: z
      .strictObject({
        perTargetPerHour: z.int().min(1).default(2).meta({ description: 'Runs of one fix on one target.' }),
        tier3AtOnce: z.int().min(1).default(1).meta({ description: 'Tier-3 executions at one time.' }),
      })
      .prefault({})
      .meta({ description: 'How often and how many at once.' }),
    notify: z
      .strictObject({
        mention: z
          .boolean()
          .default(true)
          .meta({ description: 'Mention those who may approve in the thread of a request.' }),
        direct: z
          .boolean()
          .default(true)
          .meta({ description: 'Send each of them the request as a direct message with its buttons.' }),
        page: z.boolean().exactOptional().meta({
          description:
            'POST requests that need another person, the second reminder and unknown outcomes to `PAGE_WEBHOOK_URL` of the bot.',
        }),
      })
      .prefault({})
      .meta({ description: 'How those who may approve hear of a request.' }),
    audit: z
      .strictObject({
        anchor: z
          .strictObject({
            file: z.string().min(1).exactOptional().meta({
              description:
                'A file that only grows, on a volume that the database does not have; its folder must exist.',
            }),
            channel: channelId.exactOptional().meta({
              description:
                'A channel of Slack in which the bot posts it and reads it back; workers cannot, so name another place too.',
            }),
            s3: AnchorStore.exactOptional(),
            every: Duration.prefault('5m').meta({ description: 'At the latest after so long.' }),
            rows: z.int().min(1).default(100).meta({ description: 'At the latest after so many rows.' }),
          })
          .meta({
            description:
              'Where and how often; `ANCHOR_DATABASE_URL` names one more place, a second PostgreSQL.',
          }),
      })
      .exactOptional()
      .meta({
        description: 'Where the head of the audit log is written down, so that a cut or an older log shows.',
      }),
  })
  .superRefine((section, context) => {
    const known = Object.keys(section.approvers);
    const check = (names: readonly string[] | undefined, path: (string | number)[]) =>
      names?.forEach((name, index) => {
        if (!known.includes(name))
          context.addIssue({
            code: 'custom',
            path: [...path, index],
            message: `names no list under approvers (known: ${known.join(', ')})`,
          });
      });
    for (const tier of [1, 2, 3] as const) check(section.tiers[tier]?.by, ['tiers', String(tier), 'by']);
    for (const tier of [2, 3] as const)
      check(section.tiers[tier]?.escalate, ['tiers', String(tier), 'escalate']);
    check(section.breakGlass?.by, ['breakGlass', 'by']);
    for (const tier of [2, 3] as const)
      check(section.breakGlass?.tiers[tier]?.by, ['breakGlass', 'tiers', String(tier), 'by']);
  })
  .meta({ description: 'Who may approve what; without this section no fix is offered.' });

/** The `approvals` section. Without it, fixes are shown as text and cannot be applied. */
export const Approvals = Section.exactOptional();
export type ApprovalsConfig = z.output<typeof Section>;

/** What one tier asks for, resolved. */
export interface Rule {
  readonly tier: Tier;
  /** Other people who must approve; 0: the requester's confirmation is enough. */
  readonly approvals: number;
  /** Everybody who may approve: those who are asked first, and those to whom it is escalated. */
  readonly by: readonly AllowList[];
  readonly byNames: readonly string[];
  /** Who is asked at once, and who when two thirds of the time are over. */
  readonly asked: readonly AllowList[];
  readonly escalate: readonly AllowList[];
  /** Milliseconds a request waits. */
  readonly expiresMs: number;
  readonly reason: 'none' | 'finding' | 'required';
  readonly hours?: Hours;
}

/** R-A9: who may let a fix of a tier run without its approvals. */
export interface GlassRule {
  readonly by: readonly AllowList[];
  /** How many different people must do it. */
  readonly people: number;
  /** The second channel. */
  readonly notify: string;
}

/** Fewest characters of a reason for it. */
export const glassReasonLength = 20;

export interface Policy {
  readonly version: string;
  /** Undefined: no person may approve (R-A7). */
  rule(tier: Tier): Rule | undefined;
  /** Undefined: breaking the glass is not allowed, or no other person has to approve (R-A9). */
  glass(tier: Tier): GlassRule | undefined;
  /** People on call: those to whom tier 1 is offered; they may cancel and stop. */
  readonly onCall: readonly AllowList[];
  readonly limits: { readonly perTargetPerHour: number; readonly tier3AtOnce: number };
  readonly freezes: readonly Freeze[];
  /** Milliseconds after which a temporary change is over its time (R-X17). */
  readonly temporaryForMs: number;
  readonly everyList: readonly AllowList[];
  readonly notify: { readonly mention: boolean; readonly direct: boolean; readonly page: boolean };
}

/** An approval is good for this long after the quorum (R-X8). */
export const approvalValidMs = 15 * 60_000;
/** An offer may be requested for this long. */
export const offerValidMs = 60 * 60_000;
/** A fix may be undone for this long after its verdict. */
export const undoValidMs = 60 * 60_000;
/** Executors believe a directory snapshot that is at most this old. */
export const directoryMaxAgeMs = 5 * 60_000;

/**
 * Resolves the section. AppError INVALID_INPUT, naming every fault, when an offered action could be approved by
 * no person (R-A7). Without a section the policy is empty and `rule` always undefined.
 */
export function createPolicy(
  config: ApprovalsConfig | undefined,
  offered: readonly { readonly id: string; readonly tier: Tier }[],
): Policy {
  const policy = resolve(config);
  if (config === undefined) return policy;
  const faults = offered.flatMap(({ id, tier }) => {
    const fault = ruleFault(policy.rule(tier));
    return fault === undefined ? [] : [`approvals.tiers.${Math.max(tier, 1)}: ${fault} (needed by ${id})`];
  });
  for (const tier of [2, 3] as const) {
    const fault = glassFault(policy.glass(tier));
    if (fault !== undefined) faults.push(`approvals.breakGlass: ${fault} (tier ${tier})`);
  }
  if (faults.length > 0)
    throw new AppError(
      'INVALID_INPUT',
      `the approval policy leaves fixes without an approver:\n${faults.join('\n')}`,
      {
        facts: { reason: 'no-approver', faults: faults.join('; ') },
      },
    );
  return policy;
}

function glassFault(glass: GlassRule | undefined): string | undefined {
  if (glass === undefined || glass.by.some((list) => list.usergroups.length > 0)) return undefined;
  const users = new Set(glass.by.flatMap((list) => list.users)).size;
  if (users === 0) return 'names no person';
  return users < glass.people ? `needs ${glass.people} people and names ${users}` : undefined;
}

function ruleFault(rule: Rule | undefined): string | undefined {
  if (rule === undefined) return 'is missing';
  const groups = rule.by.some((list) => list.usergroups.length > 0);
  const users = new Set(rule.by.flatMap((list) => list.users)).size;
  if (users === 0 && !groups) return 'names no person';
  if (users < rule.approvals && !groups) return `asks for ${rule.approvals} people and names ${users}`;
  return undefined;
}

function resolve(config: ApprovalsConfig | undefined): Policy {
  const listsOf = (names: readonly string[]): AllowList[] =>
    names.flatMap((name) => {
      const list = config?.approvers[name];
      return list === undefined ? [] : [list];
    });
  const tiers = config?.tiers;
  return {
    version: policyVersion(config),
    rule(tier) {
      const level = tier === 0 ? 1 : tier;
      const entry = tiers?.[level];
      if (entry === undefined) return undefined;
      const later = 'escalate' in entry ? entry.escalate : [];
      return {
        tier,
        approvals: entry.approvals,
        by: listsOf([...entry.by, ...later]),
        byNames: [...entry.by, ...later],
        asked: listsOf(entry.by),
        escalate: listsOf(later),
        expiresMs: entry.expires,
        reason: 'reason' in entry ? entry.reason : 'none',
        ...present({ hours: entry.hours }),
      };
    },
    glass(tier) {
      const section = config?.breakGlass;
      if (section === undefined || (tier !== 2 && tier !== 3) || tiers?.[tier] === undefined)
        return undefined;
      const own = section.tiers[tier];
      return {
        by: listsOf(own?.by ?? section.by),
        people: tier === 3 && section.tiers[3]?.alone !== true ? 2 : 1,
        notify: section.notify,
      };
    },
    onCall: listsOf(tiers?.[1]?.by ?? []),
    limits: config?.limits ?? { perTargetPerHour: 0, tier3AtOnce: 0 },
    freezes: config?.freezes ?? [],
    temporaryForMs: temporaryForMs(config),
    everyList: Object.values(config?.approvers ?? {}),
    notify: { mention: false, direct: false, page: false, ...config?.notify },
  };
}

/** Also without a policy, for a plan that no person can approve. */
export const temporaryForMs = (config: ApprovalsConfig | undefined): number =>
  config?.temporaryFor ?? temporaryForDefault;

/**
 * Hash of the section, recorded with every decision. `commandLine` was a part of it, and policies without keep their hash;
 * so do those that say nothing of temporary changes.
 */
export function policyVersion(config: ApprovalsConfig | undefined): string {
  if (config === undefined) return sha256('none');
  const { temporaryFor, ...rest } = config;
  const said = temporaryFor === temporaryForDefault ? {} : { temporaryFor };
  return sha256({ ...rest, ...said, commandLine: [] });
}

/** Whether `at` lies in the window, in its own zone. */
export function withinHours(window: Hours, at: Date): boolean {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: window.timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((item) => item.type === type)?.value ?? '';
  const minute = Number(part('hour')) * 60 + Number(part('minute'));
  return window.days.includes(part('weekday')) && minute >= window.from && minute < window.to;
}

/** First time after `after` at which a cron expression fires in a zone; null: never again. */
export type NextCron = (cron: string, timezone: string, after: Date) => Date | null;

/** R-X11: the freeze that covers `at` in an environment, if any. Deny wins, so one is enough. */
export function frozenBy(
  freezes: readonly Freeze[],
  environment: string,
  at: Date,
  nextCron: NextCron,
): Freeze | undefined {
  return freezes.find((freeze) => {
    if (freeze.environments !== undefined && !freeze.environments.includes(environment)) return false;
    const begun = nextCron(freeze.cron, freeze.timezone, new Date(at.getTime() - freeze.duration));
    return begun !== null && begun.getTime() <= at.getTime();
  });
}

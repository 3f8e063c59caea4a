import type { EnvironmentsBeside } from '../../domain/access/access.ts';
import {
  digestDifference,
  type PastDigest,
  type StoredFinding,
  stripDays,
} from '../../domain/digest/digest.ts';
import { type DailySchedule, type DailyTime, timeOfDay } from '../../domain/digest/schedule.ts';
import { personId, type RemediationState } from '../../domain/fix/approval.ts';
import type { HealthRules, SecondLook } from '../../domain/health/rules.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { type Person, proofOf } from '../../domain/kernel/person.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { FixOfDay, Renderer } from '../../domain/message/renderer.ts';
import type { ChannelSettings } from '../../domain/ports/channels.ts';
import type { RunHandler, RunLease } from '../../domain/ports/lease.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { ProbeCall, ProbeOutcome } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { Targets, TargetsFactory } from '../../domain/probe/targets/targets.ts';
import type { Language, Run } from '../../domain/run/run.ts';
import { beganAt, observe } from '../health/health-run.service.ts';
import { newsSince, stagesBeside } from '../inventory/inventory.service.ts';
import { type MendedRepository, type Mending, showMended } from '../mended/mended.service.ts';
import { type QuietOptions, quietingAfter } from '../mute/quiet.ts';
import type { RunService } from '../run/contract.ts';
import { rootPurpose } from '../run/run.service.ts';
import type { DigestService } from './contract.ts';

/** What the configuration file says about a channel. */
export interface ConfiguredChannel {
  readonly environment?: string;
  readonly language: Language;
  readonly digest?: DailyTime;
}

export interface DigestSettings {
  readonly channels: Readonly<Record<string, ConfiguredChannel>>;
  readonly defaultEnvironment?: string;
}

/** A channel's digest as it is in force: what was said in Slack wins over the file. */
export interface DigestPlan extends DailyTime {
  readonly channel: string;
  readonly teamId: string;
  readonly environment: string;
  readonly language: Language;
  readonly enabled: boolean;
  /** When it was last changed from Slack. */
  readonly changedAt?: Date;
}

/** Of each kind, of one environment in one digest. */
const mostFollowUps = 100;
const dayMs = 24 * 60 * 60_000;
const fallback: DailyTime = { at: '09:00', timezone: 'UTC' };

/** Undefined: no environment was named. */
export function digestPlan(
  { channels, defaultEnvironment }: DigestSettings,
  channel: string,
  saved: ChannelSettings | undefined,
): DigestPlan | undefined {
  const configured = channels[channel];
  const environment = configured?.environment ?? defaultEnvironment;
  if (environment === undefined) return undefined;
  return {
    channel,
    teamId: saved?.teamId ?? '',
    environment,
    language: configured?.language ?? 'en',
    enabled: saved?.digestEnabled ?? configured?.digest !== undefined,
    at: saved?.digestAt ?? configured?.digest?.at ?? fallback.at,
    timezone: saved?.digestTimezone ?? configured?.digest?.timezone ?? fallback.timezone,
    ...present({ changedAt: saved?.updatedAt }),
  };
}

/** Who set what. */
export interface DigestChange {
  readonly by: Person;
  readonly enabled: boolean;
  readonly at: string;
  readonly timezone: string;
}

export interface DigestServiceOptions {
  readonly store: StoreOf<'channels' | 'audit' | 'messages'>;
  readonly runs: RunService;
  readonly settings: DigestSettings;
  readonly ids: Ids;
  /** What the channel reads when somebody changes when its digest comes. */
  readonly changed: (change: DigestChange, language: Language) => Rendered;
  /** What the channel reads when its digest ends because others read there now. */
  readonly closed: (language: Language) => Rendered;
  /** Whether people of other organisations may read of this environment in this channel. */
  readonly mayBeShared: (environment: string, channel: string) => boolean;
  readonly schedule: DailySchedule;
  readonly clock: Clock;
}

export function createDigestService(options: DigestServiceOptions): DigestService {
  const { store, runs, settings, schedule, clock, ids } = options;
  return {
    async now({ surface, environment, by, dedupeKey }) {
      const { runId } = await runs.start({
        kind: 'digest',
        environment,
        source: 'slash',
        requestedBy: by,
        surface,
        ...present({ dedupeKey }),
      });
      return { runId };
    },
    close: (input) =>
      store.tx(async (tx) => {
        const { channel, teamId, why, requestId, payloadDigest } = input;
        const before = await tx.channels.get(channel);
        const plan = digestPlan(settings, channel, before);
        if (plan?.enabled !== true) return false;
        if (why === 'shared' && options.mayBeShared(plan.environment, channel)) return false;
        await tx.channels.save({ ...before, channel, teamId, digestEnabled: false }, undefined);
        await tx.audit.append({
          actor: 'system',
          actorTeam: '-',
          action: 'channel.digest',
          facts: { channel, enabled: false, reason: `place-${why}` },
          requestIds: [requestId],
          payloadDigest,
        });
        // Where nobody can write, nothing is written.
        if (why === 'shared')
          await tx.messages.post({
            id: ids.uuid(),
            purpose: 'channel-settings',
            channel,
            rendered: options.closed(plan.language),
            urgency: 'answer',
          });
        return true;
      }),
    async configure({ channel, teamId, by, enabled, at, requestId, payloadDigest }) {
      if (at !== undefined && !timeOfDay.test(at)) {
        throw new AppError('INVALID_INPUT', 'not a time of day', { facts: { reason: 'time-of-day', at } });
      }
      const changed = enabled !== undefined || at !== undefined;
      const plan = await store.tx(async (tx) => {
        const before = await tx.channels.get(channel);
        if (!changed) return digestPlan(settings, channel, before);
        await tx.channels.save(merged(before, { channel, teamId, enabled, at }), by);
        const now = digestPlan(settings, channel, await tx.channels.get(channel));
        if (now === undefined) return now;
        // R-L1: the change, its audit row and what the channel reads of it are one transaction.
        const set = { enabled: now.enabled, at: now.at, timezone: now.timezone };
        await tx.audit.append({
          actor: personId(by),
          actorTeam: by.teamId,
          action: 'channel.digest',
          facts: { channel, ...set, ...proofOf(by) },
          ...(requestId === undefined ? {} : { requestIds: [requestId] }),
          ...present({ payloadDigest }),
        });
        await tx.messages.post({
          id: ids.uuid(),
          purpose: 'channel-settings',
          channel,
          rendered: options.changed({ by, ...set }, now.language),
          urgency: 'answer',
        });
        return now;
      });
      if (plan === undefined) {
        throw new AppError('NOT_FOUND', 'the channel has no environment', {
          facts: { reason: 'unknown-environment', channel },
        });
      }
      const { enabled: on, at: time, timezone } = plan;
      return {
        enabled: on,
        at: time,
        timezone,
        ...(on ? { next: schedule.next(plan, clock.now()).dueAt } : {}),
      };
    },
  };
}

/** Setting a time turns the digest on: a digest that should stay off needs no time. */
function merged(
  before: ChannelSettings | undefined,
  change: {
    readonly channel: string;
    readonly teamId: string;
    readonly enabled: boolean | undefined;
    readonly at: string | undefined;
  },
): ChannelSettings {
  const { channel, teamId, at } = change;
  const timezone = before?.digestTimezone;
  const time = at ?? before?.digestAt;
  return {
    channel,
    teamId,
    digestEnabled: change.enabled ?? true,
    ...present({ digestAt: time, digestTimezone: timezone }),
  };
}

export interface DigestRunOptions {
  readonly targets: TargetsFactory;
  readonly probes: ProbeRunner;
  readonly rules: HealthRules;
  /** Default: nothing is asked twice. */
  readonly again?: SecondLook;
  readonly renderer: Renderer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: DigestSettings;
  readonly schedule: DailySchedule;
  /** Why nothing is decided now, where the record is the reason; default: it never is. */
  readonly held?: (tx: TxOf<'audit'>) => Promise<Facts | undefined>;
  /** Checks for what does not fit together, and the findings of theirs that say so. */
  readonly drift?: { readonly calls: readonly ProbeCall[]; readonly codes: ReadonlySet<string> };
  readonly quiet: QuietOptions;
  readonly mending: Mending;
  /** Which other environments may be compared with; default: none. */
  readonly beside?: EnvironmentsBeside;
}

/** A health check whose answer is the difference to the channel's previous digest. */
export function createDigestRun(
  options: DigestRunOptions,
): RunHandler<MendedRepository | 'channels' | 'digests' | 'inventories' | 'mutes' | 'temporaries'> {
  return {
    async handle(lease) {
      const { run } = lease;
      const targets = await options.targets.forRun(run.environment);
      const calls = options.rules.calls(run.environment);
      const { report, outcomes } = await observe(options, lease, targets, calls, async () => undefined);
      const drift = await driftOf(options, lease, targets);
      await lease.finish(report, async (tx) => {
        const channel = run.surface?.channel ?? '';
        const past = await tx.digests.recent(channel, run.environment, stripDays);
        const last = await tx.digests.last(channel, run.environment);
        const lateSince = text(run.params.lateSince);
        const findings = [...report.rows, ...outcomes, ...(drift ?? [])].flatMap((one) => one.findings);
        const quieting = await quietingAfter(tx, options.quiet, run.environment, {
          findings,
          outcomes: [...outcomes, ...(drift ?? [])],
        });
        const { difference, remember } = digestDifference({
          environment: run.environment,
          localDate: text(run.params.localDate) ?? (await today(tx, options, run)),
          now: await tx.now(),
          ...present({ lateSince, drift }),
          report,
          outcomes,
          quieting,
          past: past.map(toPast),
          ...present({ since: last?.finishedAt }),
        });
        await tx.digests.finish(run.id, remember);
        const since = last?.finishedAt ?? new Date((await tx.now()).getTime() - dayMs);
        const inventory = await newsSince(tx, run.environment, since);
        // A platform that is other than it was is no quiet one, however well it is.
        const quiet = difference.quiet && (inventory?.changes ?? []).length === 0;
        const others = options.beside?.(run.environment, run.surface?.channel) ?? [];
        const stages = await stagesBeside(tx, run.environment, others);
        const first = last === undefined && !(await hadOneBefore(tx, run));
        const told = { ...difference, quiet, stages, ...present({ inventory }) };
        await post(tx, options, run, first ? { ...told, first: true } : told, since);
        await showMended(tx, run.environment, { report, outcomes, began: beganAt(run) }, options.mending);
      });
    },
  };
}

/** After the health check, which must not wait for it: it listens for some seconds, and says nothing of any part's state. */
async function driftOf(
  { drift, probes }: DigestRunOptions,
  { run, signal }: RunLease<'messages' | 'runs'>,
  targets: Targets,
): Promise<readonly ProbeOutcome[] | undefined> {
  if (drift === undefined) return undefined;
  const outcomes = await probes.run(drift.calls, { targets, signal, answer: run.id });
  signal.throwIfAborted();
  return outcomes.map((outcome) => ({
    ...outcome,
    findings: outcome.findings.filter(({ code }) => drift.codes.has(code)),
  }));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** For a digest asked for by hand: the date in the channel's zone. It is not kept, so it takes no day's place. */
async function today(
  tx: TxOf<'channels'>,
  { settings, schedule, clock }: DigestRunOptions,
  run: Run,
): Promise<string> {
  const channel = run.surface?.channel ?? '';
  const plan = digestPlan(settings, channel, await tx.channels.get(channel));
  return schedule.latest({ at: '00:00', timezone: plan?.timezone ?? fallback.timezone }, clock.now())
    .localDate;
}

/** Written by `digests.finish` of an earlier run of ours. */
function toPast(past: { readonly localDate: string; readonly findings: readonly unknown[] }): PastDigest {
  return { localDate: past.localDate, findings: past.findings as readonly StoredFinding[] };
}

async function post(
  tx: TxOf<'audit' | 'messages' | 'remediations' | 'temporaries'>,
  { renderer, ids, held }: DigestRunOptions,
  run: Run,
  difference: Parameters<Renderer['digest']>[0]['difference'],
  since: Date,
): Promise<void> {
  const { surface } = run;
  if (surface === undefined) return;
  const ended: Run = { ...run, state: 'complete', finishedAt: await tx.now() };
  const followUps = await tx.remediations.openFollowUps(mostFollowUps, run.environment);
  const overdue = await tx.temporaries.over(run.environment, mostFollowUps);
  const fixes = await fixesSince(tx, run.environment, since);
  const rendered = renderer.digest(
    {
      ...{ difference, run: ended, runId: run.id, followUps, overdue, fixes },
      ...present({ held: await held?.(tx) }),
    },
    surface.language,
  );
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root !== undefined) return tx.messages.update(root.id, rendered, 'answer');
  await tx.messages.post({
    id: ids.uuid(),
    purpose: rootPurpose,
    channel: surface.channel,
    runId: run.id,
    rendered,
    urgency: 'answer',
    ...present({ threadTs: surface.threadTs }),
  });
}

/** Of all digests of an environment that are looked through for one of this channel. */
const mostDigests = 100;

/** One that is asked for by hand is not kept to be compared with; it was a digest all the same. */
async function hadOneBefore(tx: TxOf<'runs'>, run: Run): Promise<boolean> {
  const digests = await tx.runs.list({ environment: run.environment, kind: 'digest', limit: mostDigests });
  return digests.some(
    ({ id, state, surface }) =>
      id !== run.id && state === 'complete' && surface?.channel === run.surface?.channel,
  );
}

/** Of an environment, whatever became of them. */
const mostFixes = 100;
/** Those that nobody asked for are no news. */
const nobodyAsked: ReadonlySet<RemediationState> = new Set(['proposed', 'superseded']);

async function fixesSince(
  tx: TxOf<'remediations'>,
  environment: string,
  since: Date,
): Promise<readonly FixOfDay[]> {
  const all = await tx.remediations.list({ environment, limit: mostFixes });
  const fresh = all.filter(({ state, requestedAt, approvedAt, finishedAt }) => {
    const at = finishedAt ?? approvedAt ?? requestedAt;
    return !nobodyAsked.has(state) && at !== undefined && at.getTime() >= since.getTime();
  });
  const found: FixOfDay[] = [];
  for (const remediation of fresh) {
    const approvals = await tx.remediations.approvals(remediation.id);
    const approvedBy = approvals.filter(({ decision }) => decision !== 'reject').map(({ person }) => person);
    found.push({ remediation, approvedBy });
  }
  return found;
}

import { randomBytes } from 'node:crypto';
import { plainAnswer } from '../bot/views/answers.view.ts';
import { collectRendererOf } from '../bot/views/collect.view.ts';
import { diagnosisRendererOf } from '../bot/views/diagnosis.view.ts';
import { digestChanged } from '../bot/views/digest-changed.view.ts';
import { logsRendererOf } from '../bot/views/logs.view.ts';
import { muteSaid } from '../bot/views/mute.view.ts';
import { rendererOf } from '../bot/views/renderer.ts';
import { reportWriterOf } from '../bot/views/report-form.view.ts';
import type { RecordGuard } from '../domain/audit/record.ts';
import type { Directory } from '../domain/fix/eligibility.ts';
import type { Policy } from '../domain/fix/policy.ts';
import type { Clock, Ids, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Signer, Trust } from '../domain/kernel/signing.ts';
import { type PlatformOf, platformsIn } from '../domain/platform/platform.ts';
import type { Courier } from '../domain/ports/courier.ts';
import type { Pins } from '../domain/ports/pins.ts';
import type { Store } from '../domain/ports/store.ts';
import { deploymentsOf } from '../domain/report/issue-environment.ts';
import type { Config } from '../domain/settings/config.ts';
import { nextCron } from '../platform/schedule/cron.ts';
import { dailySchedule } from '../platform/schedule/daily-schedule.ts';
import type { AuditKeyRing } from '../platform/settings/audit-keys.ts';
import { remediations } from '../remediations/index.ts';
import { createAuditService } from '../services/audit/audit.service.ts';
import { createExportService } from '../services/audit/export.service.ts';
import { createCaseService } from '../services/case/case.service.ts';
import type { Services } from '../services/contract.ts';
import { createDigestService, type DigestSettings } from '../services/digest/digest.service.ts';
import { createKillSwitchService, leads } from '../services/fix/decide/kill-switch.service.ts';
import { createPlaceService, type Fallback } from '../services/fix/decide/place.service.ts';
import { createRemediationService } from '../services/fix/decide/remediation.service.ts';
import type { DecisionDeps } from '../services/fix/decide/remediation-deps.ts';
import { createRemediationMessages } from '../services/fix/decide/remediation-messages.service.ts';
import { showRepaired } from '../services/health/health-repaired.service.ts';
import { createInventoryService } from '../services/inventory/inventory.service.ts';
import { type AttachedLogsOptions, createAttachedLogs } from '../services/logs/attached.service.ts';
import type { AttachedLogs } from '../services/logs/contract.ts';
import { createMuteService } from '../services/mute/mute.service.ts';
import { createReportService } from '../services/report/report.service.ts';
import { createRunService } from '../services/run/run.service.ts';
import { createTimelineService } from '../services/timeline/timeline.service.ts';
import type { TokenCheck, TokenService } from '../services/token/contract.ts';
import { createTokenService } from '../services/token/token.service.ts';
import { createWatchedService } from '../services/watch/watched.service.ts';
import { wordsIn } from '../text/words.ts';
import { diagnoses } from './registries.ts';

/** What the use cases stand on, in a role of the bot as on the command line. */
export interface UseCaseDeps {
  readonly store: Store;
  readonly courier: Courier;
  readonly config: Config;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly version: string;
  readonly auditKeys: AuditKeyRing;
  /** Signs what is exported; without it exports are not signed. */
  readonly signer?: Signer | undefined;
  /** Whether decisions may stand on this database (R-L5). */
  readonly record: RecordGuard;
  /** R-A16: whose signatures count; without it signatures are not used. */
  readonly trust?: Trust | undefined;
  readonly onForged?: (() => void) | undefined;
  /** Files that people attach in Slack; the bot process alone reads them. */
  readonly attached?: Pick<AttachedLogsOptions, 'files' | 'threads' | 'redactorOf'>;
  /** What people have pinned; the bot process alone asks Slack. */
  readonly pins?: Pins;
  /** Of the digests of personal tokens; the bot process alone has them. */
  readonly tokenKeys?: readonly string[];
}

export function digestSettings({ config }: Pick<UseCaseDeps, 'config'>): DigestSettings {
  const { channels, defaultEnvironment } = config.slack;
  return { channels, ...present({ defaultEnvironment }) };
}

/** What deciding about fixes needs, in whichever process. */
export function decisionDeps(
  deps: Pick<
    UseCaseDeps,
    'store' | 'policy' | 'ids' | 'logger' | 'clock' | 'config' | 'onForged' | 'record' | 'trust'
  > & {
    /** R-A10: of a process that is no bot. */
    readonly withoutButtons?: boolean;
  },
): Omit<DecisionDeps, 'directory'> {
  const { store, policy, ids, logger, clock } = deps;
  const renderer = rendererOf(platformsIn(deps.config.environments));
  return {
    store,
    policy,
    messages: createRemediationMessages({
      ...{ renderer, policy, ids },
      ...present({ withoutButtons: deps.withoutButtons }),
    }),
    ids,
    logger,
    trust: deps.trust,
    onForged: deps.onForged,
    nextCron,
    record: deps.record,
    onVerdict: (tx, row) => showRepaired(tx, row, { renderer, clock, ids }),
  };
}

/** Where requests go whose own channel is closed, with its language. */
function fallbackOf({ slack }: Config): Fallback | undefined {
  const channel = slack.fallbackChannel;
  return channel === undefined ? undefined : { channel, language: slack.channels[channel]?.language ?? 'en' };
}

/** The use cases, composed once: handlers and the command line get the same. `directory` says who people are. */
export function createUseCases(deps: UseCaseDeps, directory: Directory): Services {
  const { store, courier, clock, ids, config } = deps;
  const environments = Object.keys(config.environments);
  const platformOf = platformsIn(config.environments);
  const causes = new Set(diagnoses.flatMap((diagnosis) => diagnosis.causes.map(({ id }) => id)));
  const runs = createRunService({
    store,
    courier,
    renderer: rendererOf(platformOf),
    diagnosis: diagnosisRendererOf(platformOf),
    logs: logsRendererOf(platformOf),
    collect: collectRendererOf(platformOf),
    clock,
    ids,
    environments,
  });
  const deciding = {
    ...decisionDeps(deps),
    directory,
    accessOf: (environment: string) => config.environments[environment]?.access,
    actions: remediations.map(({ id, tier }) => ({ id, tier })),
  };
  return {
    runs,
    remediations: createRemediationService(deciding),
    switches: createKillSwitchService(deciding),
    mutes: createMuteService({
      ...{ store, ids, directory, policy: deps.policy, accessOf: deciding.accessOf },
      causes,
      said: (what, language) => muteSaid(what, wordsIn(language, platformOf(what.mute.environment))),
    }),
    places: createPlaceService({ ...deciding, ...present({ fallback: fallbackOf(config) }) }),
    digests: createDigestService({
      store,
      runs,
      schedule: dailySchedule,
      settings: digestSettings(deps),
      clock,
      ids,
      closed: (language) => plainAnswer(wordsIn(language).say('digest.closed.shared'), wordsIn(language)),
      mayBeShared: (environment, channel) =>
        config.environments[environment]?.access.sharedChannels.includes(channel) === true,
      changed: (change, language) => digestChanged(change, wordsIn(language)),
    }),
    inventories: createInventoryService({ store, clock }),
    watched: createWatchedService({ store }),
    reports: createReportService({
      store,
      writer: reportWriterOf(platformOf),
      deployments: deploymentsOf(config.environments),
      version: deps.version,
    }),
    timelines: createTimelineService({ store, directory, ...present({ pins: deps.pins }) }),
    cases: createCaseService({ store, causes, version: deps.version }),
    audit: createAuditService({ store, keys: deps.auditKeys.all, trust: deps.trust }),
    exports: createExportService({
      ...{ store, directory, key: deps.auditKeys.current, signer: deps.signer },
      ...{ record: deps.record, lists: leads(deps.policy) },
    }),
    tokens: tokenService(deps, directory),
    attachedLogs: attachedLogs(deps, platformOf),
  };
}

function attachedLogs(
  { attached, store, clock, ids, logger }: UseCaseDeps,
  platformOf: PlatformOf,
): AttachedLogs {
  if (attached === undefined) {
    const never = () => Promise.reject(new AppError('BUG', 'only the bot reads files of Slack'));
    return { answer: never, skim: never };
  }
  const renderer = { ...logsRendererOf(platformOf), ...rendererOf(platformOf) };
  return createAttachedLogs({ ...attached, store, renderer, platformOf, clock, ids, logger });
}

/** Issues tokens, and says whom one speaks for. */
export function tokenService(
  { store, clock, tokenKeys = [] }: Pick<UseCaseDeps, 'store' | 'clock' | 'tokenKeys'>,
  directory: Directory,
): TokenService & TokenCheck {
  return createTokenService({ store, directory, clock, keys: tokenKeys, random: randomBytes });
}

import { diagnosisRenderer } from '../bot/views/diagnosis.view.ts';
import { renderer } from '../bot/views/renderer.ts';
import { reportWriter } from '../bot/views/report-form.view.ts';
import type { Directory } from '../domain/fix/eligibility.ts';
import { deploymentsOf } from '../domain/report/issue-environment.ts';
import { nextCron } from '../platform/schedule/cron.ts';
import { dailySchedule } from '../platform/schedule/daily-schedule.ts';
import { remediations } from '../remediations/index.ts';
import { createAuditService } from '../services/audit/audit.service.ts';
import type { Services } from '../services/contract.ts';
import { createDigestService, type DigestSettings } from '../services/digest/digest.service.ts';
import { createRemediationService } from '../services/fix/decide/remediation.service.ts';
import type { DecisionDeps } from '../services/fix/decide/remediation-deps.ts';
import { createRemediationMessages } from '../services/fix/decide/remediation-messages.service.ts';
import { showRepaired } from '../services/health/health-repaired.service.ts';
import { createReportService } from '../services/report/report.service.ts';
import { createRunService } from '../services/run/run.service.ts';
import type { Shared } from './shared.ts';

export function digestSettings({ config }: Pick<Shared, 'config'>): DigestSettings {
  const { channels, defaultEnvironment } = config.slack;
  return { channels, ...(defaultEnvironment === undefined ? {} : { defaultEnvironment }) };
}

/** What deciding about fixes needs, in whichever role. */
export function decisionDeps(shared: Shared): Omit<DecisionDeps, 'directory'> {
  const { store, policy, ids, logger, clock } = shared;
  return {
    store,
    policy,
    messages: createRemediationMessages({ renderer, policy, ids }),
    ids,
    logger,
    nextCron,
    onVerdict: (tx, row) => showRepaired(tx, row, { renderer, clock, ids }),
  };
}

/** The use cases as handlers see them. */
export function createServices(shared: Shared, directory: Directory): Services {
  const { store, courier, clock, ids, config } = shared;
  const environments = Object.keys(config.environments);
  const runs = createRunService({
    store,
    courier,
    renderer,
    diagnosis: diagnosisRenderer,
    clock,
    ids,
    environments,
  });
  return {
    runs,
    remediations: createRemediationService({
      ...decisionDeps(shared),
      directory,
      actions: remediations.map(({ id, tier }) => ({ id, tier })),
    }),
    digests: createDigestService({
      store,
      runs,
      schedule: dailySchedule,
      settings: digestSettings(shared),
      clock,
    }),
    reports: createReportService({
      store,
      writer: reportWriter,
      deployments: deploymentsOf(config.environments),
      version: shared.version,
    }),
    audit: createAuditService({ store, keys: shared.auditKeys.all }),
  };
}

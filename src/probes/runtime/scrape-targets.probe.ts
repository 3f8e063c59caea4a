import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { monitoringOf } from '../support/monitoring.ts';
import { openAfterSeconds } from '../support/open-after.ts';
import { type Scraped, scraped } from '../support/scrape-pages.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({ openAfterSeconds });

export const runtimeScrapeTargets = defineProbe({
  id: 'runtime.scrape-targets',
  doc: `Is there a page of metrics behind each target of the scrape configuration?
Reads the scrape jobs of the ConfigMaps and of the folder \`manifests\`, and the ServiceMonitors and PodMonitors of the Prometheus operator, and goes where they lead.
A target is a finding when no process listens there, when the answer has no metrics, or when no such Pod or Service exists.
It follows fixed targets, and Pods that are chosen by their labels; where a job looks in another way it could not check.
A target that does not run, asks for a password or is outside of the environment is no finding.`,
  params,
  part: 'runtime',
  needs: ['runtime'],
  timeoutMs: 25_000,
  emits: ['SCRAPE_TARGET_CLOSED', 'SCRAPE_PAGE_MISSING', 'SCRAPE_SELECTS_NOTHING'],
  async run(
    { openAfterSeconds }: z.output<typeof params>,
    { deps, signal, now }: ProbeContext<With<'runtime'>>,
  ) {
    const { jobs } = await monitoringOf(deps, signal);
    const openAfterMs = openAfterSeconds * 1000;
    const seen = await scraped(jobs, { deps, signal, now: now().getTime(), openAfterMs });
    const findings = seen.flatMap(findingOf);
    const unknown = seen.filter(({ kind }) => kind === 'unknown');
    const facts = { jobs: jobs.length, targets: seen.length, unknown: unknown.length };
    if (findings.length === 0 && unknown.length > 0)
      return { status: 'inconclusive', cause: targetsUnread(unknown), facts };
    return verdict(findings, facts);
  },
});

/** What a probe says where some targets of the scrape configuration could not be asked. */
export function targetsUnread(unknown: readonly Scraped[]): AppError {
  const targets = [...new Set(unknown.map(({ target }) => target))];
  return new AppError('NOT_FOUND', 'targets of the scrape configuration cannot be asked', {
    facts: { reason: 'scrape-targets-unread', targets: targets.slice(0, 5).join(', ') },
  });
}

function findingOf(one: Scraped): readonly Finding[] {
  const { job, target } = one;
  const facts = { job: job.name, source: job.source, target };
  const about = { severity: 'info', subject: `${job.name} ${target}` } as const;
  switch (one.kind) {
    case 'closed': {
      const { part, container, open } = one;
      return [{ code: 'SCRAPE_TARGET_CLOSED', ...about, part, facts: { ...facts, container, open } }];
    }
    case 'no-page': {
      const { part, container, status } = one;
      const page = { container, path: one.path, status };
      return [{ code: 'SCRAPE_PAGE_MISSING', ...about, part, facts: { ...facts, ...page } }];
    }
    case 'no-object': {
      const { wanted, near } = one;
      return [
        { code: 'SCRAPE_SELECTS_NOTHING', ...about, part: 'runtime', facts: { ...facts, wanted, near } },
      ];
    }
    default:
      return [];
  }
}

import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { monitoringOf, type Rule } from '../support/monitoring.ts';
import { openAfterSeconds } from '../support/open-after.ts';
import { metricsOf } from '../support/promql.ts';
import { scraped } from '../support/scrape-pages.ts';
import { verdict } from '../support.ts';
import { targetsUnread } from './scrape-targets.probe.ts';

const params = z.strictObject({ openAfterSeconds });

/** Findings; the rest is counted. */
const mostFindings = 12;

/** What Prometheus makes itself for each target, and of its alerts ("Automatically generated labels and time series"). */
const made = /^(?:up|ALERTS|ALERTS_FOR_STATE|scrape_\w+)$/;

export const runtimeAlertRules = defineProbe({
  id: 'runtime.alert-rules',
  doc: `Does any page of metrics have what the alert rules ask for?
Reads rules and scrape jobs of the ConfigMaps, of the PrometheusRules and of the folder \`manifests\`, and every page that the jobs lead to.
A metric that no page has is a finding, but only where every target could be asked.
A counter may be on no page before its first event: where a page has metrics of the same first word, it could not check.
Rules of the Prometheus operator are held against the monitors, where a Prometheus of the platform's namespace scrapes monitors of that namespace and nothing else; else it could not check.
What other rules record, and what Prometheus makes itself, counts as there.`,
  params,
  part: 'runtime',
  needs: ['runtime'],
  timeoutMs: 25_000,
  emits: ['ALERT_WITHOUT_METRIC'],
  async run(
    { openAfterSeconds }: z.output<typeof params>,
    { deps, signal, now }: ProbeContext<With<'runtime'>>,
  ) {
    const { rules, jobs, operator } = await monitoringOf(deps, signal);
    const asked = rulesByMetric(rules);
    const facts = { rules: rules.length, metrics: asked.size };
    if (asked.size === 0) return verdict([], facts);
    const openAfterMs = openAfterSeconds * 1000;
    const seen = await scraped(jobs, { deps, signal, now: now().getTime(), openAfterMs });
    const pages = seen.flatMap((one) => (one.kind === 'page' ? [one.metrics] : []));
    const there = new Set(pages.flatMap((page) => [...page]));
    const isSelf = seen.some(({ kind }) => kind === 'self');
    const absent = [...asked].filter(
      ([metric]) => !there.has(metric) && !made.test(metric) && !(isSelf && metric.startsWith('prometheus_')),
    );
    if (absent.length === 0) return verdict([], { ...facts, pages: pages.length });
    const cannot = (error: AppError) => ({ status: 'inconclusive' as const, cause: error, facts });
    const families = new Set([...there].map(familyOf));
    const side = (ofOperator: boolean): Side => {
      const isOwn = (one: { readonly ofOperator?: true }) => (one.ofOperator === true) === ofOperator;
      const judged = absent.flatMap(([metric, by]) => {
        const known = by.filter(isOwn);
        // A rule of the configuration is judged by the configuration, whoever else asks for the same.
        return known.length === 0 || (ofOperator && known.length < by.length)
          ? []
          : [[metric, known] as const];
      });
      if (judged.length === 0) return { missing: [] };
      if (ofOperator && operator !== 'whole')
        return { missing: [], cause: unsure(`operator-targets-${operator ?? 'unread'}`, judged) };
      const targets = seen.filter(({ job }) => isOwn(job));
      if (targets.length === 0) return { missing: [], cause: unsure('scrape-configuration-absent', judged) };
      const unknown = targets.filter(({ kind }) => kind === 'unknown');
      if (unknown.length > 0) return { missing: [], cause: targetsUnread(unknown) };
      const missing = judged.filter(([metric]) => !families.has(familyOf(metric)));
      return missing.length === 0 ? { missing, cause: unsure('metrics-may-come', judged) } : { missing };
    };
    const sides = [side(false), side(true)];
    const missing = sides.flatMap((one) => one.missing);
    const [cause] = sides.flatMap((one) => one.cause ?? []);
    if (missing.length === 0 && cause !== undefined) return cannot(cause);
    return verdict(
      missing.slice(0, mostFindings).map(([metric, own]): Finding => {
        const [first] = own;
        const names = own.map(({ name }) => name);
        return {
          code: 'ALERT_WITHOUT_METRIC',
          severity: 'info',
          part: 'runtime',
          subject: metric,
          facts: {
            ...{ metric, rules: names.join(', '), source: first?.source ?? '–' },
            ...{ pages: pages.length, jobs: jobs.length },
          },
        };
      }),
      { ...facts, pages: pages.length, missing: missing.length, open: absent.length - missing.length },
    );
  },
});

/** What rules of one kind come to: metrics that nobody exports, or why that cannot be known. */
interface Side {
  readonly missing: readonly (readonly [metric: string, rules: readonly Rule[]])[];
  readonly cause?: AppError;
}

/** `events` of `events_dropped_total`: metrics of one program and purpose begin alike. */
const familyOf = (metric: string) => metric.split(/[_:]/)[0] ?? metric;

/** Metrics that rules ask for and no rule records, with these rules. */
function rulesByMetric(rules: readonly Rule[]): ReadonlyMap<string, readonly Rule[]> {
  const recorded = new Set(rules.filter(({ records }) => records).map(({ name }) => name));
  const asked = new Map<string, Rule[]>();
  for (const rule of rules)
    for (const metric of metricsOf(rule.expression) ?? [])
      if (!recorded.has(metric)) asked.set(metric, [...(asked.get(metric) ?? []), rule]);
  return asked;
}

function unsure(reason: string, metrics: readonly (readonly [string, unknown])[]): AppError {
  return new AppError('NOT_FOUND', 'whether anybody exports the metrics cannot be known', {
    facts: {
      reason,
      metrics: metrics
        .slice(0, 5)
        .map(([name]) => name)
        .join(', '),
    },
  });
}

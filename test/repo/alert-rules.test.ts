import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alertMetrics, labelsOf, recorded, sourceOf } from '../../scripts/docs/alert-metrics.ts';
import { causeLabel, metricsIn } from '../../scripts/docs/alert-rule-files.ts';
import {
  agentNamespace,
  alertRules,
  exporterNamespace,
  platformNamespace,
  withoutRule,
} from '../../scripts/docs/alert-rules.ts';
import { catalogue } from '../../scripts/docs/catalogue.ts';
import { symptomLabel } from '../../src/domain/alert/incident.ts';
import { alertSeries } from '../support/alert-series.ts';
import { read } from './files.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
const rulesIn = (path: string) =>
  (parse(read(path)) as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );

const plain = 'deploy/prometheus/rules.yaml';
const ofChart = 'deploy/helm/aetherius-bot/alert-rules.yaml';
const diagnosed = catalogue.filter(({ command }) => command === undefined);
const idOf = (rule: Rule) => (rule.labels[symptomLabel] ?? '').split(' ')[0] ?? '';

describe('the alerting rules', () => {
  const rules = rulesIn(plain);

  it('lead to a symptom of the catalogue, and speak for a cause of it', () => {
    const wrong = rules.filter((rule) => {
      const entry = diagnosed.find(({ id }) => id === idOf(rule));
      const cause = rule.labels[causeLabel];
      return entry === undefined || (cause !== undefined && !entry.causes.includes(cause));
    });

    expect(wrong).toEqual([]);
    expect(rules).toHaveLength(alertRules.length);
  });

  it('speak for every cause and symptom, or the page says why there is none', () => {
    const spoken = [
      ...new Set(rules.flatMap((rule) => [idOf(rule), ...(rule.labels[causeLabel] ?? '').split(' ')])),
    ];
    const left = withoutRule.flatMap(({ ids }) => ids);
    const page = read('docs/reference/alert-rules.md');

    expect([...spoken.filter((id) => id !== ''), ...left].toSorted()).toEqual(
      diagnosed.flatMap(({ id, causes }) => [id, ...causes]).toSorted(),
    );
    for (const { ids, reason } of withoutRule)
      for (const id of ids) expect(page).toContain(`| \`${id}\` | ${reason} |`);
  });

  it('read metrics that are recorded with their source, which stands above each rule', () => {
    const used = [...new Set(rules.flatMap(({ expr }) => metricsIn(expr)))].toSorted();

    expect(used).toEqual(Object.keys(alertMetrics).toSorted());
    for (const metric of used) expect(read(plain)).toContain(`# ${metric}: ${sourceOf(recorded(metric))}\n`);
  });

  it('select and group by labels that their metrics have', () => {
    const wrong = rules.flatMap(({ alert, expr }) => {
      const selected = [...expr.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, metric = '', selector = '']) =>
        [...selector.matchAll(/(\w+)!?[=~]/g)]
          .map(([, label = '']) => label)
          .filter((label) => !labelsOf(metric).has(label))
          .map((label) => `${metric}{${label}}`),
      );
      const any = new Set(metricsIn(expr).flatMap((metric) => [...labelsOf(metric)]));
      // What `label_replace` makes: its second argument, before the text that it gets.
      const made = [...expr.matchAll(/"(\w+)", "\$1"/g)].map(([, label = '']) => label);
      const grouped = [...expr.matchAll(/\b(?:by|on|without) \(([^)]*)\)/g)]
        .flatMap(([, labels = '']) => labels.split(', '))
        .filter((label) => !any.has(label) && !made.includes(label));
      return [...selected, ...grouped].map((label) => `${alert}: ${label}`);
    });

    expect(wrong).toEqual([]);
  });

  it('are measured against series as the exporters give them', () => {
    const wrong = Object.entries(alertSeries).flatMap(([alert, { fires, silent }]) =>
      [...Object.keys(fires), ...Object.keys(silent)].flatMap((series) => {
        const [, metric = '', labels = ''] = /^(\w+)\{(.*)\}$/.exec(series) ?? [];
        return [...labels.matchAll(/(\w+)="/g)]
          .map(([, label = '']) => label)
          .filter((label) => !labelsOf(metric).has(label))
          .map((label) => `${alert}: ${metric}{${label}}`);
      }),
    );

    expect(wrong).toEqual([]);
    expect(Object.keys(alertSeries)).toEqual(rules.map(({ alert }) => alert));
  });

  it('name in their words only labels that are left by then', () => {
    const wrong = rules.flatMap((rule) =>
      [...Object.values(rule.labels), ...Object.values(rule.annotations)]
        .flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)].map(([, name = '']) => name))
        // Of what is summed up, the list of labels; else the metric has it, which promtool shows.
        .filter((name) => {
          const [, kept] = /^(?:sum|max|min|count) by \(([^)]*)\)/.exec(rule.expr) ?? [];
          return kept !== undefined && !kept.split(', ').includes(name);
        })
        .map((name) => `${rule.alert}: ${name}`),
    );

    expect(wrong).toEqual([]);
  });

  it('are the same in the chart, which puts its namespaces in their place', () => {
    expect(rulesIn(ofChart)).toEqual(rules);
    const template = read('deploy/helm/aetherius-bot/templates/alert-rules.yaml');
    const replaced = [...template.matchAll(/\| replace ("(?:[^"\\]|\\.)*")/g)].map(
      ([, text = '']) => JSON.parse(text) as string,
    );
    expect(replaced).toEqual([platformNamespace, exporterNamespace, `${agentNamespace}, daemonset`]);
    // Each is there, and there is no other place of one.
    const exprs = rules.map(({ expr }) => expr).join('\n');
    const others = [...exprs.matchAll(/namespace=~?"[^"]*"(?:, daemonset)?/g)]
      .map(([found]) => found)
      .filter((found) => !replaced.includes(found));
    for (const text of replaced) expect(read(ofChart)).toContain(text);
    // The name service of the cluster stands where the cluster has it.
    expect(others).toEqual([agentNamespace]);
  });
});

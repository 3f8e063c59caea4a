import { describe, expect, it } from 'vitest';
import { type AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { KubeObject } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { runtimeAlertRules } from '../../../../src/probes/runtime/alert-rules.probe.ts';
import { runtimeScrapeTargets } from '../../../../src/probes/runtime/scrape-targets.probe.ts';
import { fakeKubernetes } from '../../../support/fake-kubernetes.ts';
import { fixed, project, rules } from '../../../support/monitored-project.ts';

interface Outcome {
  readonly findings?: readonly Finding[];
}
const judge = (files: Readonly<Record<string, string>>) =>
  runtimeAlertRules.run({ openAfterSeconds: 60 }, project(files));

describe('runtime.alert-rules', () => {
  const scrape = { 'p.yml': fixed('manager:8080') };

  it('F19: names a metric that no page has, with the rules that ask for it', async () => {
    const asked = rules('rate(workflow_runs_total[5m]) > 1', 'go_goroutines > workflow_runs_total');

    expect(await judge({ ...scrape, 'r.yml': asked })).toMatchObject({
      findings: [
        {
          ...{ code: 'ALERT_WITHOUT_METRIC', subject: 'workflow_runs_total' },
          facts: { rules: 'A0, A1', source: 'r.yml', pages: 1, jobs: 1 },
        },
      ],
    });
  });

  it('finds rules in objects of Kubernetes, too', async () => {
    const rule = `kind: PrometheusRule\nmetadata: { name: r }\nspec:\n  ${rules('lost_total').replaceAll('\n', '\n  ')}`;

    expect(
      await judge({ ...scrape, 'r.yaml': `kind: Other\nmetadata: { name: o }\n---\n${rule}` }),
    ).toMatchObject({
      findings: [{ subject: 'lost_total', facts: { source: 'r.yaml' } }],
    });
  });

  it('cannot know what the operator scrapes, and judges only rules of the configuration beside it', async () => {
    const spec = { groups: [{ rules: [{ alert: 'Pods', expr: 'kube_pod_info > lost_total' }] }] };
    const context = project({ ...scrape, 'r.yml': rules('lost_total') });
    const only = project(scrape);
    const rule = { metadata: { name: 'p', uid: 'p', resourceVersion: '1' }, spec };
    const kubernetes = fakeKubernetes({
      list: (kind) => Promise.resolve(kind === 'prometheusrules' ? [rule] : []),
    });
    const judged = (of: typeof only) =>
      runtimeAlertRules.run({ openAfterSeconds: 60 }, { ...of, deps: { ...of.deps, kubernetes } });

    expect(await judged(only)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'operator-targets-elsewhere', metrics: 'kube_pod_info, lost_total' } },
    });
    expect(await judged(context)).toMatchObject({
      findings: [{ subject: 'lost_total', facts: { rules: 'A0', source: 'r.yml' } }],
    });
  });

  describe('of the Prometheus operator', () => {
    const object = (name: string, spec: object, labels = {}) => ({
      metadata: { name, namespace: 'aetherius', uid: name, resourceVersion: '1', labels },
      spec,
    });
    const rule = object('r', { groups: [{ rules: [{ alert: 'Lost', expr: 'lost_total > 0' }] }] });
    const monitor = object('m', {
      selector: { matchLabels: { app: 'manager' } },
      endpoints: [{ port: 'metrics' }],
    });
    const whole = object('p', { serviceMonitorSelector: {} });
    const seen = (
      lists: Readonly<Record<string, readonly unknown[] | 'forbidden'>>,
      probe: typeof runtimeAlertRules | typeof runtimeScrapeTargets = runtimeAlertRules,
    ) => {
      const { deps, ...context } = project({});
      const kubernetes = fakeKubernetes({
        list: (kind) => {
          const list = lists[kind] ?? [];
          return list === 'forbidden'
            ? Promise.reject(new TargetError('forbidden', 'no', { facts: {} }))
            : Promise.resolve(list as readonly KubeObject[]);
        },
      });
      return probe.run({ openAfterSeconds: 60 }, { ...context, deps: { ...deps, kubernetes } } as never);
    };
    const why = (outcome: unknown) =>
      (outcome as { readonly cause?: AppError }).cause?.facts.reason ?? 'known';

    it('cannot know where a monitor or the Prometheus may not be listed, or is of another namespace', async () => {
      const lists = { prometheusrules: [rule], servicemonitors: [monitor], prometheuses: [whole] };
      const wide = object('p', { serviceMonitorNamespaceSelector: {} });
      const more = object('p', { additionalScrapeConfigs: { name: 's', key: 'k' } });

      expect(why(await seen({ ...lists, podmonitors: 'forbidden' }))).toBe('operator-targets-unread');
      expect(why(await seen({ ...lists, prometheuses: 'forbidden' }))).toBe('operator-targets-unread');
      expect(why(await seen({ ...lists, prometheuses: [] }))).toBe('operator-targets-elsewhere');
      expect(why(await seen({ ...lists, prometheuses: [whole, wide] }))).toBe('operator-targets-elsewhere');
      expect(why(await seen({ ...lists, prometheuses: [more] }))).toBe('operator-targets-elsewhere');
      // A Service that nobody could ask may have it.
      const services = [object('other', { ports: [{ name: 'metrics', port: 1 }] }, { app: 'manager' })];
      expect(why(await seen({ ...lists, services }))).toBe('scrape-targets-unread');
      expect(why(await seen({ ...lists, servicemonitors: [] }))).toBe('scrape-configuration-absent');
    });

    it('names a metric that no target of its monitors has', async () => {
      // The monitor selects no Service: nobody exports anything.
      const lists = { prometheusrules: [rule], servicemonitors: [monitor], prometheuses: [whole] };

      expect(await seen(lists)).toMatchObject({
        findings: [
          {
            ...{ code: 'ALERT_WITHOUT_METRIC', subject: 'lost_total' },
            facts: { rules: 'Lost', source: 'PrometheusRule r' },
          },
        ],
      });
    });

    it('has a monitor that selects nothing said, and one that selects something not', async () => {
      const near = object('manager', { ports: [{ name: 'http', port: 8080 }] }, { app: 'agent-manager' });
      const pods = object('pm', {
        selector: { matchLabels: { app: 'agent' } },
        podMetricsEndpoints: [{ port: 'metrics' }],
      });
      const found = async (lists: Readonly<Record<string, readonly unknown[]>>) =>
        (((await seen(lists, runtimeScrapeTargets)) as Outcome).findings ?? []).map(({ code, facts }) => [
          code,
          facts.wanted,
          facts.near,
        ]);

      expect(await found({ servicemonitors: [monitor], podmonitors: [pods], services: [near] })).toEqual([
        ['SCRAPE_SELECTS_NOTHING', 'Service aetherius app=manager', '–'],
        ['SCRAPE_SELECTS_NOTHING', 'Pod aetherius app=agent', '–'],
      ]);
      const own = { ...near, metadata: { ...near.metadata, labels: { app: 'manager' } } };
      expect(await found({ servicemonitors: [monitor], services: [own] })).toEqual([
        ['SCRAPE_SELECTS_NOTHING', 'port metrics of Service manager', 'http'],
      ]);
      const right = { ...own, spec: { ports: [{ name: 'metrics', port: 8080, targetPort: 8080 }] } };
      expect(await found({ servicemonitors: [monitor], services: [right] })).toEqual([]);
      // What is asked for in a way that is not followed is no finding.
      for (const spec of [
        { selector: { matchExpressions: [{}] }, endpoints: [{ port: 'metrics' }] },
        { selector: {}, endpoints: [{ port: 'metrics' }] },
        { ...monitor.spec, namespaceSelector: { any: true } },
        { selector: { matchLabels: { app: 'x' } }, endpoints: [{ targetPort: 1 }] },
        { ...monitor.spec, endpoints: [{ port: 'metrics', relabelings: [{ action: 'keep' }] }] },
      ])
        expect(await found({ servicemonitors: [object('m', spec)] })).toEqual([]);
    });
  });

  it('is content where a page, a rule or Prometheus itself has it', async () => {
    const recorded = 'groups: [{ name: g, rules: [{ record: "a:b", expr: "go_goroutines" }] }]';
    const asked = rules('go_goroutines', 'a:b > 1', 'up == 0', 'prometheus_build_info');

    expect(
      await judge({ 'p.yml': fixed('manager:8080', 'localhost:9090'), 'r.yml': asked, 's.yml': recorded }),
    ).toMatchObject({ status: 'healthy', facts: { rules: 5 } });
    expect(await judge(scrape)).toMatchObject({ status: 'healthy', facts: { rules: 0 } });
  });

  it.each([
    ['metrics-may-come', { ...scrape, 'r.yml': rules('events_dropped_total > 0') }],
    ['scrape-targets-unread', { 'p.yml': fixed('manager:8080', 'far.example:1'), 'r.yml': rules('x_total') }],
    ['scrape-configuration-absent', { 'r.yml': rules('x_total') }],
  ])('cannot know: %s', async (reason, files) => {
    expect(await judge(files)).toMatchObject({ status: 'inconclusive', cause: { facts: { reason } } });
  });
});

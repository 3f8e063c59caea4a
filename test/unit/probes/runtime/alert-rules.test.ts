import { describe, expect, it } from 'vitest';
import { runtimeAlertRules } from '../../../../src/probes/runtime/alert-rules.probe.ts';
import { fakeKubernetes } from '../../../support/fake-kubernetes.ts';
import { fixed, project, rules } from '../../../support/monitored-project.ts';

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
      cause: { facts: { reason: 'operator-targets-unread', metrics: 'kube_pod_info, lost_total' } },
    });
    expect(await judged(context)).toMatchObject({
      findings: [{ subject: 'lost_total', facts: { rules: 'A0', source: 'r.yml' } }],
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

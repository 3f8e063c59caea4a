import { describe, expect, it } from 'vitest';
import type { ManifestsTarget } from '../../../../src/domain/probe/targets/manifests.ts';
import { runtimeAlertRules } from '../../../../src/probes/runtime/alert-rules.probe.ts';
import { runtimeScrapeTargets } from '../../../../src/probes/runtime/scrape-targets.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

const cat = 'cat /proc/net/tcp /proc/net/tcp6';
const listening = (...ports: readonly number[]) => ({
  [cat]: {
    code: 0,
    stdout:
      ports
        .map((port, at) => {
          const hex = port.toString(16).toUpperCase().padStart(4, '0');
          return `   ${at}: 00000000:${hex} 00000000:0000 0A 0`;
        })
        .join('\n') || '  sl',
  },
});
const folder = (files: Readonly<Record<string, string>>): ManifestsTarget => ({
  files: () => Promise.resolve(Object.entries(files).map(([name, text]) => ({ name, text }))),
});
const fixed = (...targets: readonly string[]) =>
  `scrape_configs:\n${targets.map((one, at) => `  - { job_name: j${at}, static_configs: [{ targets: ['${one}'] }] }\n`).join('')}`;
const rules = (...expressions: readonly string[]) =>
  `groups:\n  - name: g\n    rules:\n${expressions.map((one, at) => `      - { alert: A${at}, expr: '${one}' }\n`).join('')}`;
const page = '# HELP go_goroutines x\ngo_goroutines 7\nevents_processed_total{kind="a b"} 1e+03\n';

/** A Compose project of agent-manager, with this page, and what else is said of it. */
function project(
  files: Readonly<Record<string, string>>,
  {
    answer = httpAnswer(page),
    part = { commands: listening(8080) },
  }: { answer?: ReturnType<typeof httpAnswer>; part?: FakePart } = {},
) {
  return probeContext({
    runtime: fakeRuntime({ 'agent-manager': [part], nats: [{ commands: listening(4222) }] }),
    compose: compose([
      container('agent-manager', { id: 'agent-manager-0', hosts: ['manager'], addresses: ['10.0.0.2'] }),
      container('nats', { id: 'nats-0', hosts: ['nats'], addresses: ['10.0.0.3'] }),
    ]),
    services: fakeServices({ '/metrics': [answer] }),
    manifests: folder(files),
  });
}
const aim = (files: Readonly<Record<string, string>>, more?: Parameters<typeof project>[1]) =>
  runtimeScrapeTargets.run({ openAfterSeconds: 60 }, project(files, more));
const judge = (files: Readonly<Record<string, string>>, more?: Parameters<typeof project>[1]) =>
  runtimeAlertRules.run({ openAfterSeconds: 60 }, project(files, more));

describe('runtime.scrape-targets', () => {
  it('F20: names a port on which nothing listens, and a page without metrics', async () => {
    expect(await aim({ 'p.yml': fixed('nats:7777') })).toMatchObject({
      findings: [
        {
          ...{ code: 'SCRAPE_TARGET_CLOSED', part: 'nats', subject: 'j0 nats:7777' },
          facts: { source: 'p.yml', target: 'nats:7777', container: 'nats-0', open: '4222' },
        },
      ],
    });
    for (const answer of [httpAnswer('', 404), httpAnswer('<html>')])
      expect(await aim({ 'p.yml': fixed('manager:8080') }, { answer })).toMatchObject({
        findings: [{ code: 'SCRAPE_PAGE_MISSING', part: 'agent-manager', facts: { status: answer.status } }],
      });
  });

  it('is content with pages, and where nobody scrapes', async () => {
    expect(await aim({ 'p.yml': fixed('manager:8080', 'localhost:9090') })).toMatchObject({
      ...{ status: 'healthy', facts: { jobs: 2, targets: 2, unknown: 0 } },
    });
    expect(await aim({ 'other.yaml': 'a: 1' })).toMatchObject({ status: 'healthy', facts: { jobs: 0 } });
  });

  it.each([
    ['a machine elsewhere', { 'p.yml': fixed('node.example:9100') }, {}],
    ['a refused password', { 'p.yml': fixed('manager:8080') }, { answer: httpAnswer('', 401) }],
    ['an error of the moment', { 'p.yml': fixed('manager:8080') }, { answer: httpAnswer('', 503) }],
    [
      'a program that has just started',
      { 'p.yml': fixed('manager:8080') },
      { part: { commands: listening(), startedAt: '2026-03-01T10:04:30Z' } },
    ],
    ['one that does not run', { 'p.yml': fixed('manager:8080') }, { part: { phase: 'terminated' as const } }],
    ['another way to look', { 'p.yml': 'scrape_configs: [{ job_name: a, consul_sd_configs: [{}] }]' }, {}],
  ])('cannot tell of %s', async (_what, files, more) => {
    expect(await aim(files, more)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'scrape-targets-unread' } },
    });
  });

  it('F20: on Kubernetes names labels that no Pod has, and a name that no Service has', async () => {
    const config = {
      ...meta('prometheus', 'aetherius'),
      data: {
        'prometheus.yml': `${fixed('nats:7777')}
  - job_name: agents
    kubernetes_sd_configs: [{ role: pod, namespaces: { names: [kube-system] } }]
    relabel_configs: [{ source_labels: [__meta_kubernetes_pod_label_app], action: keep, regex: collect-agent }]
`,
      },
    };
    const agents = { ...pod('aetherius-collect-agent'), ...meta('aetherius-collect-agent', 'aetherius') };
    const seen = await runtimeScrapeTargets.run(
      { openAfterSeconds: 60 },
      probeContext({
        runtime: fakeRuntime({}),
        kubernetes: kubernetes({
          configmaps: [config],
          pods: [agents],
          services: [{ ...meta('aetherius-nats', 'aetherius'), spec: {} }],
        }),
      }),
    );

    expect(seen).toMatchObject({
      findings: [
        {
          code: 'SCRAPE_SELECTS_NOTHING',
          facts: {
            ...{ source: 'ConfigMap prometheus/prometheus.yml', wanted: 'Service aetherius/nats' },
            near: 'aetherius-nats',
          },
        },
        {
          code: 'SCRAPE_SELECTS_NOTHING',
          facts: { wanted: 'Pod kube-system app=collect-agent', near: 'aetherius/aetherius-collect-agent' },
        },
      ],
    });
  });
});

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

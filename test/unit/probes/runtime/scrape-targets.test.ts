import { describe, expect, it } from 'vitest';
import { runtimeScrapeTargets } from '../../../../src/probes/runtime/scrape-targets.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fixed, listening, project } from '../../../support/monitored-project.ts';
import { httpAnswer, probeContext } from '../../../support/probe-context.ts';

const aim = (files: Readonly<Record<string, string>>, more?: Parameters<typeof project>[1]) =>
  runtimeScrapeTargets.run({ openAfterSeconds: 60 }, project(files, more));

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

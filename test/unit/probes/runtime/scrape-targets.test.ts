import { describe, expect, it } from 'vitest';
import { runtimeScrapeTargets } from '../../../../src/probes/runtime/scrape-targets.probe.ts';
import { kubernetes, meta, pod } from '../../../support/cluster-objects.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fixed, listening, project } from '../../../support/monitored-project.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

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

  describe('Pods that are found by a label', () => {
    const job = (more = '') => `scrape_configs:
  - job_name: agents
    kubernetes_sd_configs: [{ role: pod, namespaces: { names: [aetherius] } }]
    relabel_configs:
      - { source_labels: [__meta_kubernetes_pod_label_app], action: keep, regex: orchestrator-service }
${more}`;
    const onPort = (port: number) =>
      job(
        `      - { source_labels: [__meta_kubernetes_pod_ip], target_label: __address__, replacement: '$1:${port}' }\n`,
      );
    const own = {
      ...pod('orchestrator-service', { startTime: '2026-03-01T10:00:00Z' }),
      ...{ apiVersion: 'v1' },
    };
    const inCluster = (
      config: string,
      {
        pods = [own],
        part = {},
        answer = httpAnswer('go_goroutines 7\n'),
      }: { pods?: readonly object[]; part?: FakePart; answer?: ReturnType<typeof httpAnswer> } = {},
    ) =>
      runtimeScrapeTargets.run(
        { openAfterSeconds: 60 },
        probeContext({
          runtime: fakeRuntime({
            'orchestrator-service': [
              {
                ...{ id: 'uid-orchestrator-service-1', address: { host: '10.0.0.9', ports: [8081, 9100] } },
                ...part,
              },
            ],
          }),
          services: fakeServices({ '/metrics': [answer] }),
          kubernetes: kubernetes({
            configmaps: [{ ...meta('prometheus', 'aetherius'), data: { 'prometheus.yml': config } }],
            pods,
            services: [],
          }),
        }),
      );

    it('are asked at each port that they declare, or at the one of the rule', async () => {
      expect(await inCluster(job())).toMatchObject({ status: 'healthy', facts: { targets: 2, unknown: 0 } });
      expect(await inCluster(onPort(9100))).toMatchObject({
        ...{ status: 'healthy', facts: { targets: 1, unknown: 0 } },
      });
    });

    it('have no page of metrics there', async () => {
      expect(await inCluster(onPort(9100), { answer: httpAnswer('', 405) })).toMatchObject({
        findings: [{ code: 'SCRAPE_PAGE_MISSING', part: 'orchestrator-service', facts: { status: 405 } }],
      });
    });

    it.each([
      ['the runtime does not have', job(), { part: { id: 'another' } }],
      ['does not run', job(), { pods: [{ ...own, status: { phase: 'Pending' } }] }],
      ['declares no port', job(), { part: { address: { host: '10.0.0.9', ports: [] } } }],
    ])('cannot be asked where the Pod %s', async (_what, config, more) => {
      expect(await inCluster(config, more)).toMatchObject({ status: 'inconclusive' });
    });

    it.each([
      ['two ways to search', job().replace('{ role: pod', '{ role: node }, { role: pod')],
      ['another role', job().replace('role: pod', 'role: endpoints')],
      ['no namespace', job().replace('names: [aetherius]', 'names: []')],
      ['an address from elsewhere', onPort(9100).replace('pod_ip', 'pod_host_ip')],
      ['an address of two labels', onPort(9100).replace('pod_ip]', 'pod_ip, a]')],
      ['another scheme', job('      - { target_label: __scheme__, replacement: https }\n')],
    ])('are left to Prometheus with %s', async (_what, config) => {
      expect(await inCluster(config)).toMatchObject({
        ...{ status: 'inconclusive', cause: { facts: { reason: 'scrape-targets-unread' } } },
      });
    });

    it('takes a rule about another label for no choice', async () => {
      const other = job('      - { source_labels: [a], target_label: b, replacement: c }\n');

      expect(await inCluster(other)).toMatchObject({ status: 'healthy', facts: { targets: 2 } });
    });

    it('F20: no Pod has the label', async () => {
      expect(await inCluster(job(), { pods: [] })).toMatchObject({
        findings: [
          {
            code: 'SCRAPE_SELECTS_NOTHING',
            facts: { wanted: 'Pod aetherius app=orchestrator-service', near: '–' },
          },
        ],
      });
    });
  });

  describe('a name of a Service', () => {
    const toService = (target: string, services: readonly object[], part: FakePart = {}) =>
      runtimeScrapeTargets.run(
        { openAfterSeconds: 60 },
        probeContext({
          runtime: fakeRuntime({
            'orchestrator-service': [
              { phase: 'terminated', startedAt: '2026-03-01T09:00:00Z' },
              { commands: listening(9100), address: { host: '10.0.0.9', ports: [9100] }, ...part },
            ],
          }),
          services: fakeServices({ '/metrics': [httpAnswer('up 1\n')] }),
          kubernetes: kubernetes({
            configmaps: [{ ...meta('prometheus', 'aetherius'), data: { 'prometheus.yml': fixed(target) } }],
            services,
          }),
        }),
      );
    const service = (ports: readonly object[]) => [
      { ...meta('orchestrator-service', 'aetherius'), spec: { ports } },
    ];
    const mapped = service([
      { name: 'http', port: 80, targetPort: 8081 },
      { name: 'metrics', port: 81, targetPort: 9100 },
    ]);

    it('leads to the port behind it, on a container that runs', async () => {
      for (const name of ['orchestrator-service', 'orchestrator-service.aetherius.svc.cluster.local'])
        expect(await toService(`${name}:81`, mapped)).toMatchObject({
          status: 'healthy',
          facts: { unknown: 0 },
        });
      expect(await toService('orchestrator-service:80', mapped)).toMatchObject({
        findings: [{ code: 'SCRAPE_TARGET_CLOSED', facts: { open: '9100' } }],
      });
    });

    it('is the port itself without another behind it', async () => {
      expect(await toService('orchestrator-service:9100', service([{ port: 9100 }]))).toMatchObject({
        status: 'healthy',
      });
    });

    it.each([
      ['a port by name', 'orchestrator-service:81', service([{ port: 81, targetPort: 'metrics' }])],
      ['a port that it does not have', 'orchestrator-service:82', mapped],
      ['a name of a machine', 'orchestrator-service.aetherius.example:81', mapped],
      ['no part of the platform', 'grafana:81', [{ ...meta('grafana', 'aetherius'), spec: {} }]],
    ])('cannot be told for %s', async (_what, target, services) => {
      expect(await toService(target, services)).toMatchObject({ status: 'inconclusive' });
    });
  });
});

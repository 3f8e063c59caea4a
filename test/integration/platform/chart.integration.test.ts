/** What the Helm chart gives the worker, by its values (R-X15). */

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { read } from '../../repo/files.ts';
import { type Manifest, missingChart, renderChart } from '../../support/chart.ts';

interface Workload {
  readonly template: {
    readonly spec: {
      readonly securityContext: object;
      readonly containers: readonly {
        readonly image: string;
        readonly env: readonly object[];
        readonly volumeMounts?: readonly { readonly name: string; readonly readOnly?: boolean }[];
        readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
        readonly securityContext: object;
      }[];
    };
  };
}

interface Policy {
  readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly policyTypes: readonly string[];
  readonly ingress: unknown;
  readonly egress: unknown;
}

const lacking = missingChart();
const rolesOf = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => kind === 'Role');
/** Each right as `verb resource in namespace`, with its names. */
const rightsIn = (manifests: readonly Manifest[]) =>
  rolesOf(manifests).flatMap(({ metadata, rules = [] }) =>
    rules.flatMap(({ resources, verbs, resourceNames }) =>
      resources.flatMap((resource) =>
        verbs.map((verb) =>
          [`${verb} ${resource} in ${metadata.namespace}`, ...(resourceNames ?? [])].join(' '),
        ),
      ),
    ),
  );
const on = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, true]));

describe.skipIf(lacking !== undefined)(
  `the Helm chart${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    it('R-X15: reads the platform by default, and changes nothing, runs nothing and knows nothing of kube-system', () => {
      const rights = rightsIn(renderChart());

      expect(rights.length).toBeGreaterThan(10);
      expect(rights.filter((right) => !/^(get|list) /.test(right))).toEqual([]);
      expect(rights.filter((right) => / (secrets|pods\/exec) /.test(right))).toEqual([]);
      expect(rights.filter((right) => right.includes('kube-system'))).toEqual([]);
    });

    it('R-X15: in kube-system it gives only what is switched on there, by name where anything is changed or disclosed', () => {
      const added = (agentFeatures: readonly string[]) =>
        rightsIn(renderChart({ agentFeatures: on(agentFeatures) })).filter((right) =>
          right.includes('kube-system'),
        );

      expect(added(['restart'])).toEqual([
        'list daemonsets in kube-system',
        'list pods in kube-system',
        'get daemonsets in kube-system collect-agent',
        'patch daemonsets in kube-system collect-agent',
      ]);
      expect(added(['secrets'])).toEqual(['get secrets in kube-system agent-auth-token']);
      expect(added(['health', 'diagnosis']).filter((right) => !/^(get|list) /.test(right))).toEqual([]);
      expect(added(['health', 'diagnosis', 'restart', 'secrets']).join()).not.toContain('exec');
    });

    it('R-X15: changes and discloses only what the values name, and without a name nothing', () => {
      const features = on(['restart', 'secrets']);
      const changing = (names: object) =>
        rightsIn(renderChart({ features, names: { platform: names } })).filter((right) =>
          /^patch| secrets /.test(right),
        );

      expect(changing({ deployments: ['a'], statefulsets: null, daemonsets: ['b'], secrets: ['c'] })).toEqual(
        ['patch deployments in aetherius a', 'patch daemonsets in aetherius b', 'get secrets in aetherius c'],
      );
      expect(changing({ deployments: [], statefulsets: [], secrets: [] })).toEqual([]);
    });

    it('R-X15: runs the image of a digest, tells the bot which it is, and contains every process', () => {
      const digest = `sha256:${'a'.repeat(64)}`;
      const containers = (image: object) =>
        renderChart({ image }).flatMap(({ kind, spec }) =>
          kind === 'Deployment'
            ? (spec as unknown as Workload).template.spec.containers.map((one) => ({
                ...one,
                pod: (spec as unknown as Workload).template.spec.securityContext,
              }))
            : [],
        );

      for (const [image, expected] of [
        [{ digest, tag: 'x' }, `aetherius-bot@${digest}`],
        [{ tag: 'x' }, 'aetherius-bot:x'],
      ] as const) {
        expect(containers(image)).toHaveLength(3);
        for (const one of containers(image)) {
          expect(one.image).toBe(expected);
          expect(one.env).toContainEqual({ name: 'AETHERIUS_IMAGE', value: expected });
          expect(one.pod).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
          expect(one.securityContext).toEqual({
            ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
            capabilities: { drop: ['ALL'] },
          });
        }
      }
    });

    it('gives every Pod the login of the registry and the nodes of the values, and a new migration with them', () => {
      const pods = (values: object) =>
        renderChart(values).flatMap(({ kind, metadata, spec }) =>
          kind === 'Deployment' || kind === 'Job'
            ? [{ name: metadata.name, ...(spec as unknown as Workload).template.spec }]
            : [],
        );
      const placed = {
        nodeSelector: { disk: 'ssd' },
        tolerations: [{ key: 'infra', operator: 'Exists', effect: 'NoSchedule' }],
      };
      const wanted = { ...placed, imagePullSecrets: [{ name: 'registry-login' }, { name: 'other' }] };
      const given = pods({ ...placed, image: { pullSecrets: ['registry-login', 'other'] } });

      expect(given).toHaveLength(4);
      for (const pod of given) expect(pod).toMatchObject(wanted);
      for (const pod of pods({})) for (const key of Object.keys(wanted)) expect(pod).not.toHaveProperty(key);
      const migrations = [...given, ...pods({}), ...pods({ nodeSelector: { disk: 'ssd' } })].filter(
        ({ name }) => name.includes('-migration-'),
      );
      expect(new Set(migrations.map(({ name }) => name)).size).toBe(3);
    });

    it('R-A15: gives each process its own Secret, and none that is another’s', () => {
      const secrets = { common: 'c', bot: 'b', worker: 'w', scheduler: 's', migration: 'm', targets: 't' };
      const given = Object.fromEntries(
        renderChart({ secrets }).flatMap(({ kind, metadata, spec }) =>
          kind === 'Deployment' || kind === 'Job'
            ? [
                [
                  metadata.name.replace(/-[0-9a-f]{8}$/, ''),
                  (spec as unknown as Workload).template.spec.containers.flatMap(({ envFrom }) =>
                    envFrom.map(({ secretRef }) => secretRef.name),
                  ),
                ],
              ]
            : [],
        ),
      );

      expect(given).toEqual({
        'bots-bot': ['c', 'b'],
        'bots-worker': ['c', 'w', 't'],
        'bots-scheduler': ['c', 's'],
        'bots-migration': ['m'],
      });
      // Nor in any other way.
      const whole = JSON.stringify(renderChart({ secrets }).filter(({ kind }) => kind === 'Deployment'));
      expect(whole).not.toContain('DATABASE_MIGRATION_URL');
      expect(whole).not.toContain('secretKeyRef');
    });

    it('lets nobody connect to a process but those who are named, and each only to its port', () => {
      const policies = (values: object = {}) =>
        renderChart(values).flatMap(({ kind, metadata, spec }) => {
          if (kind !== 'NetworkPolicy') return [];
          const { podSelector, policyTypes, ingress, egress } = spec as unknown as Policy;
          return [
            [
              metadata.name,
              podSelector.matchLabels['app.kubernetes.io/component'],
              policyTypes,
              ingress,
              egress,
            ],
          ];
        });
      const [peer, other] = [
        { podSelector: { matchLabels: { a: 'b' } } },
        { ipBlock: { cidr: '10.0.0.0/8' } },
      ];
      const tcp = (port: number) => [{ port, protocol: 'TCP' }];
      const out = { to: [other], ports: [{ port: 443 }] };

      expect(policies()).toEqual(
        ['bot', 'worker', 'scheduler', 'migration'].map((role) => [
          `bots-${role}`,
          role,
          ['Ingress'],
          null,
          undefined,
        ]),
      );
      expect(policies({ networkPolicy: { enabled: false } })).toEqual([]);
      // A port that is open in the chart is not open to the cluster.
      expect(policies({ commandLine: { enabled: true } })[0]?.[3]).toBeNull();
      expect(policies({ http: { enabled: true } })[0]?.[3]).toEqual([{ ports: tcp(3000) }]);
      const networkPolicy = { metrics: [peer], slack: [other], commandLine: [peer], egress: { bot: [out] } };
      const [bot, worker, , migration] = policies({
        ...{ networkPolicy, http: { enabled: true }, commandLine: { enabled: true } },
      });
      expect(bot?.slice(2)).toEqual([
        ['Ingress', 'Egress'],
        [
          { from: [peer], ports: tcp(9090) },
          { from: [other], ports: tcp(3000) },
          { from: [peer], ports: tcp(9091) },
        ],
        [{ ports: [{ port: 53, protocol: 'UDP' }, ...tcp(53)] }, out],
      ]);
      expect(worker?.slice(2)).toEqual([['Ingress'], [{ from: [peer], ports: tcp(9090) }], undefined]);
      expect(migration?.slice(2)).toEqual([['Ingress'], null, undefined]);
    });

    it('who receives alerts is there where it is switched on, with its own Secret and nothing of the others', () => {
      const named = (values: object = {}) =>
        renderChart(values)
          .filter(({ metadata }) => metadata.name === 'bots-alerts')
          .map(({ kind }) => kind)
          .toSorted();
      expect(named()).toEqual([]);
      const values = { alerts: { enabled: true }, anchors: { claim: 'c' } };
      expect(named(values)).toEqual(['Deployment', 'NetworkPolicy', 'Service', 'ServiceAccount']);
      const [container] = renderChart(values).flatMap(({ kind, metadata, spec }) =>
        kind === 'Deployment' && metadata.name === 'bots-alerts'
          ? (spec as unknown as Workload).template.spec.containers
          : [],
      );
      expect(container?.envFrom).toEqual([{ secretRef: { name: 'aetherius-bot-alerts' } }]);
      expect(container?.env).toContainEqual({ name: 'ALERTS_PORT', value: '9095' });
      expect(container?.volumeMounts?.map(({ name }) => name)).toEqual(['config']);
    });

    it('listens on every address only where Slack or the command line must reach it', () => {
      const hosts = (values: object = {}) =>
        renderChart(values).flatMap(({ kind, metadata, spec }) =>
          kind === 'Deployment'
            ? (spec as unknown as Workload).template.spec.containers.flatMap(({ env }) =>
                env.flatMap((one) => ('name' in one && one.name === 'HOST' ? [metadata.name] : [])),
              )
            : [],
        );
      const status = { name: 'STATUS_HOST', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };

      expect(hosts()).toEqual([]);
      expect(hosts({ http: { enabled: true } })).toEqual(['bots-bot']);
      expect(hosts({ commandLine: { enabled: true } })).toEqual(['bots-bot']);
      for (const { kind, spec } of renderChart())
        if (kind === 'Deployment')
          expect((spec as unknown as Workload).template.spec.containers[0]?.env).toContainEqual(status);
    });

    it('R-L5: gives a volume of anchors to the scheduler to write and to the others to read, where one is named', () => {
      const mounts = (values: object) =>
        renderChart(values).flatMap(({ kind, spec, metadata }) => {
          if (kind !== 'Deployment') return [];
          const { volumeMounts = [] } = (spec as unknown as Workload).template.spec.containers[0] ?? {};
          const mount = volumeMounts.find(({ name }) => name === 'anchors');
          return mount === undefined ? [] : [[metadata.name.replace(/.*-/, ''), mount.readOnly]];
        });

      expect(mounts({})).toEqual([]);
      expect(Object.fromEntries(mounts({ anchors: { claim: 'anchors' } }))).toEqual({
        ...{ bot: true, worker: true, scheduler: false },
      });
    });

    it('makes a PrometheusRule only where it is switched on, with the namespaces of the values in every rule', () => {
      const made = (values: object) =>
        renderChart(values).filter(({ apiVersion }) => apiVersion === 'monitoring.coreos.com/v1');
      const rulesIn = (spec: unknown) =>
        (spec as { groups: readonly { rules: readonly { expr: string }[] }[] }).groups.flatMap(
          ({ rules }) => rules,
        );
      const shipped = parse(read('deploy/prometheus/rules.yaml')) as unknown;

      expect(made({})).toEqual([]);
      const [usual] = made({ alertRules: { enabled: true, labels: { release: 'monitoring' } } });
      expect(usual).toMatchObject({
        kind: 'PrometheusRule',
        metadata: { labels: { release: 'monitoring' } },
      });
      expect(usual?.spec).toEqual(shipped);

      const [other] = made({
        ...{ alertRules: { enabled: true }, platformNamespace: 'shop', agentNamespace: 'agents' },
      });
      const exprs = rulesIn(other?.spec)
        .map(({ expr }) => expr)
        .join('\n');
      expect(rulesIn(other?.spec)).toHaveLength(rulesIn(shipped).length);
      expect(exprs).not.toContain('"aetherius"');
      expect(exprs).not.toContain('|aetherius"');
      expect(exprs).toContain('namespace="agents", daemonset="collect-agent"');
      expect(exprs).toContain('namespace="kube-system", deployment="coredns"');
    });

    it('R-A15: refuses the one Secret for all that it took before, and says what to do', () => {
      expect(() => renderChart({ secrets: { shared: 'aetherius-bot' } })).toThrow(
        /secrets\.shared .*docs\/guides\/operate\.md/,
      );
    });

    it('gives each role its binding, and both namespaces may be one', () => {
      const both = ['health', 'diagnosis', 'restart', 'secrets'];
      const manifests = renderChart({
        features: on([...both, 'exec', 'debug']),
        agentFeatures: on(both),
        agentNamespace: 'aetherius',
      });
      const ids = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);

      expect(new Set(ids).size).toBe(ids.length);
      expect(rolesOf(manifests).length).toBeGreaterThan(8);
      for (const { metadata } of rolesOf(manifests))
        expect(ids).toContain(`RoleBinding ${metadata.namespace}/${metadata.name}`);
    });
  },
);

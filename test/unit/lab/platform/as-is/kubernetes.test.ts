import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { asIsKubernetesConfig, asIsManifests } from '../../../../../lab/platform/as-is/kubernetes.ts';
import { type AsIsForm, startedKubernetesEdits } from '../../../../../lab/platform/as-is/names.ts';

interface Container {
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly valueFrom?: { secretKeyRef?: object } }[];
  readonly livenessProbe?: object;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

interface One {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec: {
    readonly selector?: Readonly<Record<string, unknown>>;
    readonly claimRef?: { readonly name: string };
    readonly replicas?: number;
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly [Container] };
    };
  };
}

const of = (form: AsIsForm): readonly One[] =>
  Object.values(asIsManifests({ form, dataFolder: '/data' }))
    .flat()
    // The salt of Neo4j's first password is another one each time.
    .map((one) => JSON.parse(JSON.stringify(one).replace(/neo4j:SHA-256[^"]*/, 'salted')) as One);
const key = (one: One) => `${one.kind}/${one.metadata.name}`;
const find = (form: AsIsForm, name: string) => of(form).find((one) => key(one) === name);
const container = (form: AsIsForm, name: string) => find(form, name)?.spec.template?.spec.containers[0];
const variables = (form: AsIsForm, name: string) => container(form, name)?.env?.map((one) => one.name) ?? [];

describe('the manifests of the platform as it is', () => {
  it('have their own kinds, names and namespaces', () => {
    const workloads = of('verbatim').filter((one) => one.spec?.template !== undefined);

    expect(workloads.map((one) => `${one.metadata.namespace} ${key(one)} ${one.spec.replicas}`)).toEqual([
      'aetherius StatefulSet/postgres 1',
      'aetherius Deployment/redis 1',
      'aetherius StatefulSet/nats 3',
      'aetherius StatefulSet/neo4j 1',
      'aetherius Deployment/agent-manager 3',
      'aetherius Deployment/orchestrator-service 2',
      'aetherius Deployment/reasoning-service 2',
      'aetherius-agent Deployment/aetherius-agent 1',
    ]);
    expect(
      of('verbatim').flatMap((one) => (['ConfigMap', 'Secret'].includes(one.kind) ? [key(one)] : [])),
    ).toEqual([
      'ConfigMap/agent-manager-config',
      'ConfigMap/orchestrator-config',
      'ConfigMap/reasoning-config',
      'ConfigMap/agent-config',
      'ConfigMap/aetherius-agent-rules',
      'ConfigMap/prometheus-config',
      'Secret/agent-manager-secrets',
      'Secret/reasoning-secrets',
    ]);
  });

  it('start three brokers that know of no other', () => {
    const command = container('started', 'StatefulSet/nats')?.command ?? [];

    expect(command).toContain('--cluster');
    expect(command.filter((word) => /route/.test(word))).toEqual([]);
  });

  it('declare and probe a port of orchestrator-service, and call it by a Service', () => {
    expect(container('verbatim', 'Deployment/orchestrator-service')?.ports?.[0]?.containerPort).toBe(8081);
    expect(container('verbatim', 'Deployment/orchestrator-service')?.livenessProbe).toBeDefined();
    expect(find('started', 'Service/orchestrator-service')).toBeDefined();
  });

  it('have a volume for each claim, since nothing makes one', () => {
    const all = of('verbatim');
    const waiting = all.flatMap((one) => one.spec?.claimRef?.name ?? []);
    const claimed = all.flatMap((one) => [
      ...(one.kind === 'PersistentVolumeClaim' ? [one.metadata.name] : []),
      ...(one.spec?.volumeClaimTemplates ?? []).flatMap((claim) =>
        Array.from(
          { length: one.spec.replicas ?? 0 },
          (_, index) => `${claim.metadata.name}-${one.metadata.name}-${index}`,
        ),
      ),
    ]);

    expect(waiting.toSorted()).toEqual(claimed.toSorted());
  });

  it('differ between their forms in the listed edits alone', () => {
    const verbatim = new Map(of('verbatim').map((one) => [key(one), JSON.stringify(one)]));
    const changed = of('started').filter((one) => verbatim.get(key(one)) !== JSON.stringify(one));

    expect(of('started').map(key)).toEqual([...verbatim.keys()]);
    expect(changed.map(key)).toEqual([
      'ConfigMap/agent-manager-config',
      'ConfigMap/orchestrator-config',
      'ConfigMap/agent-config',
      'StatefulSet/nats',
      'Deployment/agent-manager',
      'Deployment/orchestrator-service',
    ]);
    expect(variables('started', 'Deployment/agent-manager')).toEqual([
      ...variables('verbatim', 'Deployment/agent-manager'),
      'DB_PASSWORD',
    ]);
    expect(variables('started', 'Deployment/orchestrator-service')).toEqual(
      variables('verbatim', 'Deployment/orchestrator-service'),
    );
    expect(container('started', 'Deployment/orchestrator-service')?.livenessProbe).toBeUndefined();
  });

  it('change the listed keys of files and no other', () => {
    const flat = (value: unknown, path: string): readonly string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, inner]) =>
            flat(inner, path === '' ? name : `${path}.${name}`),
          )
        : [`${path}=${String(value)}`];
    const edits = (part: string) => {
      const before = flat(parse(asIsKubernetesConfig(part, 'verbatim')), '');
      return flat(parse(asIsKubernetesConfig(part, 'started')), '').filter((line) => !before.includes(line));
    };

    expect(edits('agent-manager')).toEqual([
      'database.ssl_mode=disable',
      'logging.level=info',
      'logging.format=json',
    ]);
    expect(edits('orchestrator-service')).toEqual([
      'database.ssl_mode=disable',
      'database.password=aetherius_pass',
      'redis.password=redis_pass',
      'logging.level=info',
      'logging.format=json',
    ]);
    expect(edits('reasoning-service')).toEqual([]);
    expect(edits('collect-agent')).toEqual(['central_endpoint=nats://aetherius-nats.aetherius:4222']);
  });

  it('have the same list of edits in the guide', () => {
    const guide = readFileSync(new URL('../../../../../docs/guides/lab.md', import.meta.url), 'utf8');

    expect(startedKubernetesEdits.filter((edit) => !guide.includes(`- ${edit}\n`))).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { workflowFiles } from '../../../../lab/platform/config.ts';
import {
  composeAddresses,
  generatedProjects,
  isProgram,
  projectOf,
  settingsFolder,
  settingsName,
} from '../../../../lab/platform/generated/compose.ts';
import {
  type Installation,
  installationOf,
  partsOf,
  rowOf,
} from '../../../../lab/platform/generated/installation.ts';
import { generatedManifests, namespaceOf } from '../../../../lab/platform/generated/kubernetes.ts';
import seedFile from '../../../../lab/platform/generated/seeds.json' with { type: 'json' };
import { pathOf, settingsFile, settingsOf } from '../../../../lab/platform/generated/settings.ts';
import { type LabPart, labParts } from '../../../../lab/types.ts';
import { discover, type Sight } from '../../../../src/domain/platform/discovery.ts';
import { serviceIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ComposeContainer } from '../../../../src/domain/probe/targets/compose.ts';
import type { KubeObject } from '../../../../src/domain/probe/targets/kubernetes.ts';
import {
  type ContainerFile,
  composeWorkloads,
} from '../../../../src/platform/targets/discovery/compose-sight.ts';
import { kubernetesWorkloads } from '../../../../src/platform/targets/discovery/kubernetes-sight.ts';
import { container } from '../../../support/fake-compose.ts';

const node = '10.9.0.1';

/** Parts that our configuration has an address of. */
const addressed = (one: Installation) =>
  partsOf(one).filter((part) => part !== 'collect-agent' && rowOf(one, part).port !== 0);

function onKubernetes(one: Installation): Sight {
  const { settings, stores, services } = generatedManifests(one, {
    dataFolder: '/data',
    nodeAddress: node,
    workflows: workflowFiles(),
    certificates: {},
  });
  let next = 1;
  const ips = new Map<string, string>();
  const objects = [...settings, ...stores, ...services].map((object) => {
    const { metadata, spec } = object as { metadata: { name: string; namespace?: string }; spec?: object };
    const namespace = metadata.namespace ?? '';
    if (object.kind !== 'Service') return { ...object, metadata: { ...metadata, namespace } };
    const clusterIP = `10.96.0.${next++}`;
    ips.set(`${namespace}/${metadata.name}`, clusterIP);
    return { ...object, spec: { ...spec, clusterIP } };
  }) as unknown as readonly (KubeObject & { readonly kind: string })[];
  // The bot is told of two namespaces; what runs outside is in a third one.
  const ours = (kind: string) =>
    objects.filter(
      (object) =>
        object.kind === kind && [one.namespace, one.agentNamespace].includes(object.metadata.namespace ?? ''),
    );
  const at = (part: LabPart) => {
    const row = rowOf(one, part);
    const host = row.outside ? node : (ips.get(`${namespaceOf(one, part)}/${row.service}`) ?? '');
    return `${host}:${row.outside ? row.port : row.servicePort}`;
  };
  return {
    runtime: 'kubernetes',
    workloads: kubernetesWorkloads({
      deployments: ours('Deployment'),
      statefulsets: ours('StatefulSet'),
      daemonsets: ours('DaemonSet'),
      services: ours('Service'),
      configmaps: ours('ConfigMap'),
    }),
    configured: Object.fromEntries(addressed(one).map((part) => [part, at(part)])),
    monitor: `${at('nats').replace(/:\d+$/, '')}:${rowOf(one, 'nats').monitorPort}`,
    platform: asInGuide,
  };
}

interface Service {
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly container_name: string;
}

function onCompose(one: Installation): Sight {
  const folder = '/state';
  const project = generatedProjects(one, { configFolder: folder, publishedHost: node })[one.project] as
    | { readonly services: Readonly<Record<string, Service>> }
    | undefined;
  const parts = partsOf(one).filter((part) => projectOf(one, part) === one.project);
  const containers = Object.entries(project?.services ?? {}).map(
    ([name, service]): ComposeContainer =>
      container(name, {
        name: service.container_name,
        image: service.image,
        env: service.environment,
        hosts: [name],
        check: service.healthcheck?.test ?? [],
        published: (service.ports ?? []).map((pair) => {
          const [published, inside] = pair.split(':').map(Number);
          return { container: inside ?? 0, host: published ?? 0 };
        }),
      }),
  );
  const filesOf = ({ service }: ComposeContainer): readonly ContainerFile[] => {
    const part = parts.find((id) => rowOf(one, id).name === service);
    if (part === undefined || !isProgram(part)) return [];
    const text = settingsFile(one, settingsOf(one, part, composeAddresses(one, node)));
    const flows = Object.entries(part === 'orchestrator-service' ? workflowFiles() : {});
    return [
      ...(one.settings === 'file' ? [{ path: `${settingsFolder(one)}/${settingsName(one)}`, text }] : []),
      ...flows.map(([name, flow]) => ({ path: `${one.workflowsFolder}/${name}`, text: flow })),
    ];
  };
  const published = (part: LabPart) => `${node}:${rowOf(one, part).publishedPort}`;
  return {
    runtime: 'compose',
    workloads: composeWorkloads(containers, filesOf, [node]),
    configured: Object.fromEntries(addressed(one).map((part) => [part, published(part)])),
    monitor: `${node}:${rowOf(one, 'nats').publishedMonitorPort}`,
    platform: asInGuide,
  };
}

describe.each(seedFile.seeds)('the installation of seed %i', (seed) => {
  const one = installationOf(seed);
  /** What the bot can find: what runs outside is not in its runtime. */
  const inside = (part: LabPart) => one.parts[part] !== undefined && !rowOf(one, part).outside;
  const truth = Object.fromEntries(
    labParts.map((part) => [part, inside(part) ? [rowOf(one, part).name] : []]),
  );
  const found = (sight: Sight) =>
    Object.fromEntries(discover(sight).parts.map(({ part, candidates }) => [part, candidates]));

  it('has each part under its own name on Kubernetes, and no other', () => {
    const sight = onKubernetes(one);

    expect(found(sight)).toEqual(truth);
    const { platform, withoutHttp, unchecked } = discover(sight);
    expect(unchecked).toBeUndefined();
    // Without a port, a check and a Service; whatever has one of them is asked.
    expect(withoutHttp).toEqual(serviceIds.filter((part) => inside(part) && rowOf(one, part).port === 0));
    for (const part of labParts.filter(inside)) {
      const row = rowOf(one, part);
      const seen = platform.parts?.[part] as Readonly<Record<string, unknown>>;
      expect(seen.workload, part).toBe(`${row.kind}/${row.name}`);
      expect(seen.container, part).toBe(row.container);
      if (row.port === 0) expect(seen, part).not.toHaveProperty('port');
      else
        expect([seen.service, seen.port, seen.servicePort ?? seen.port], part).toEqual([
          ...[row.service, row.port, row.servicePort],
        ]);
      if (isProgram(part) && one.settings === 'file')
        expect([seen.configMap, seen.configFile], part).toEqual([row.configMap, one.configFile]);
    }
    expect(platform.files?.workflows).toBe(inside('orchestrator-service') ? one.workflowsFolder : undefined);
    // With NATS elsewhere its password and the token look alike, and two candidates are none.
    expect(platform.variables?.token).toBe(inside('nats') ? one.variables['agent.auth_token'] : undefined);
  });

  it('has each part under its own name on Compose, and no other', () => {
    const sight = onCompose(one);

    expect(found(sight)).toEqual(truth);
    const { platform, healthPaths, unchecked } = discover(sight);
    expect(unchecked).toBeUndefined();
    expect(platform.files?.workflows).toBe(inside('orchestrator-service') ? one.workflowsFolder : undefined);
    for (const part of labParts.filter(inside)) {
      const row = rowOf(one, part);
      const seen = platform.parts?.[part] as Readonly<Record<string, unknown>>;
      expect(seen.composeService, part).toBe(row.name);
      if (row.port !== 0) expect(seen.port, part).toBe(row.port);
      if (isProgram(part) && one.settings === 'file') expect(seen.configFile, part).toBe(one.configFile);
      if (isProgram(part) && row.port !== 0)
        expect(healthPaths[part as keyof typeof healthPaths]?.ready, part).toBe(pathOf(one, '/health/ready'));
    }
  });
});

import { describe, expect, it } from 'vitest';
import {
  type Installation,
  installationOf,
  partsOf,
  rowOf,
} from '../../../../../lab/platform/generated/installation.ts';
import {
  clusterAddresses,
  generatedManifests,
  namespaceOf,
} from '../../../../../lab/platform/generated/kubernetes.ts';

interface One {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector?: Readonly<Record<string, unknown>>;
    readonly ports?: readonly { readonly port: number; readonly targetPort: number }[];
    readonly replicas?: number;
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly [
          {
            readonly env: readonly {
              readonly name: string;
              readonly valueFrom?: {
                readonly secretKeyRef?: { readonly name: string; readonly key: string };
              };
            }[];
            readonly ports?: readonly { readonly containerPort: number }[];
          },
        ];
        readonly volumes: readonly {
          readonly configMap?: { readonly name: string };
          readonly secret?: { readonly secretName: string };
          readonly persistentVolumeClaim?: { readonly claimName: string };
        }[];
      };
    };
  };
}

const all = Array.from({ length: 30 }, (_, index) => installationOf(index + 1));
const pair = { crt: 'certificate', key: 'key' };
const manifestsOf = (one: Installation) =>
  Object.values(
    generatedManifests(one, {
      dataFolder: '/data',
      nodeAddress: '10.9.9.9',
      workflows: { 'a.yaml': 'id: a' },
      certificates: one.tls ? { postgres: pair, redis: pair, nats: pair } : {},
    }),
  ).flat() as unknown as readonly One[];
const manifests = new Map(all.map((one) => [one.seed, manifestsOf(one)]));
const of = (one: Installation) => manifests.get(one.seed) ?? [];
const key = (one: One) => `${one.metadata.namespace}/${one.kind}/${one.metadata.name}`;

describe('a generated installation on Kubernetes', () => {
  it('has one object of each name, and a workload of its kind for each part', () => {
    for (const one of all) {
      const keys = of(one).map(key);

      expect(keys.length).toBe(new Set(keys).size);
      for (const part of partsOf(one)) {
        const { kind, name } = rowOf(one, part);
        const title = { deployment: 'Deployment', statefulset: 'StatefulSet', daemonset: 'DaemonSet' }[kind];
        expect(keys).toContain(`${namespaceOf(one, part)}/${title}/${name}`);
      }
    }
  });

  it('refers to nothing that is not there', () => {
    for (const one of all) {
      const there = new Map(of(one).map((object) => [key(object), object]));
      for (const { metadata, spec } of of(one)) {
        if (spec?.template === undefined) continue;
        const { containers, volumes } = spec.template.spec;
        const wanted = volumes.flatMap((volume) => [
          ...(volume.configMap === undefined ? [] : [`ConfigMap/${volume.configMap.name}`]),
          ...(volume.secret === undefined ? [] : [`Secret/${volume.secret.secretName}`]),
          ...(volume.persistentVolumeClaim === undefined
            ? []
            : [`PersistentVolumeClaim/${volume.persistentVolumeClaim.claimName}`]),
        ]);
        expect(wanted.filter((name) => !there.has(`${metadata.namespace}/${name}`))).toEqual([]);
        for (const { valueFrom } of containers[0].env) {
          const ref = valueFrom?.secretKeyRef;
          if (ref === undefined) continue;
          const secret = there.get(`${metadata.namespace}/Secret/${ref.name}`);
          expect(Object.keys(secret?.stringData ?? {}), `${one.seed} ${ref.name}`).toContain(ref.key);
        }
      }
    }
  });

  it('has Services that select Pods and lead to a port of theirs', () => {
    for (const one of all) {
      const pods = of(one).flatMap((object) =>
        object.spec?.template === undefined
          ? []
          : [{ namespace: object.metadata.namespace, ...object.spec.template }],
      );
      for (const service of of(one).filter((object) => object.kind === 'Service')) {
        const [selected, ...more] = pods.filter(
          (pod) =>
            pod.namespace === service.metadata.namespace &&
            Object.entries(service.spec?.selector ?? {}).every(
              ([name, value]) => pod.metadata.labels[name] === value,
            ),
        );

        expect(more).toEqual([]);
        expect(selected?.spec.containers[0].ports?.map((port) => port.containerPort)).toEqual(
          service.spec?.ports?.map((port) => port.targetPort),
        );
      }
    }
  });

  it('reaches what is outside at the node, the rest by Service and namespace', () => {
    const one = all.find((some) => some.parts.nats?.outside === true && some.parts.redis?.outside === false);
    if (one === undefined) throw new Error('no seed has it');
    const at = clusterAddresses(one, '10.9.9.9');

    expect(at('nats')).toEqual({ host: '10.9.9.9', port: rowOf(one, 'nats').port });
    expect(at('redis').host).toBe(`${rowOf(one, 'redis').service}.${one.namespace}`);
  });
});

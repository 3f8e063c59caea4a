import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { own } from '../../domain/kernel/own.ts';
import { present } from '../../domain/kernel/present.ts';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { matches, ownerOf, type Parsed, Pod, parseAll, Service } from './schemas.ts';

const params = z.strictObject({});
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

export const kubernetesSelectors = defineProbe({
  id: 'kubernetes.selectors',
  doc: `Do the Services fit the Pods that they are meant for?
A Service that selects no Pod is a finding where a Pod is there that nearly fits: of its part, or with its labels under other keys.
So is a Service that leads to a port by a name that no container of its Pods has.
Where no name tells which Pod it is meant for, a Pod that takes its port and has no Service is named as one that it may be.
Without such a Pod there is nothing to compare.
Whether the Service of a known part fits is then unknown, and the answer names that Service.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['SERVICE_SELECTS_NOTHING', 'SERVICE_POD_UNCLEAR', 'SERVICE_PORT_UNKNOWN'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const [rawPods, rawServices] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('services', kubernetes.namespace, { signal }),
    ]);
    const pods = parseAll(Pod, rawPods).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const services = parseAll(Service, rawServices);
    const findings = services.flatMap((service) => misfits(service, { pods, services }, platform));
    const bare = services.find(
      (service) => partOf(service, platform) !== 'runtime' && isBare(selectorOf(service), pods),
    );
    if (findings.length === 0 && bare !== undefined)
      throw new AppError('NOT_FOUND', 'no Pod is there to compare a Service with', {
        facts: {
          reason: 'service-without-pod',
          service: bare.metadata.name,
          selector: pairs(selectorOf(bare) ?? {}),
        },
      });
    return verdict(findings, { services: services.length, pods: pods.length });
  },
});

type Labels = Readonly<Record<string, string>>;

const pairs = (labels: Labels, keys: readonly string[] = Object.keys(labels)) =>
  keys.map((key) => `${key}=${own(labels, key) ?? '–'}`).join(', ');

/** Undefined: it leads to no Pods by labels, and is not meant to. */
function selectorOf({ spec: { selector, type } }: Service): Labels | undefined {
  if (type === 'ExternalName' || selector == null || Object.keys(selector).length === 0) return undefined;
  return selector;
}

const partOf = ({ metadata }: Parsed<Service>, platform: Platform) =>
  partOfWorkload(metadata.name, platform) ?? ('runtime' as const);

const isBare = (selector: Labels | undefined, pods: readonly Parsed<Pod>[]): boolean =>
  selector !== undefined && !pods.some(({ metadata }) => matches(selector, metadata.labels));

interface There {
  readonly pods: readonly Parsed<Pod>[];
  readonly services: readonly Parsed<Service>[];
}

function misfits(
  service: Parsed<Service>,
  { pods, services }: There,
  platform: Platform,
): readonly Finding[] {
  const { ports } = service.spec;
  const { name } = service.metadata;
  const selector = selectorOf(service);
  if (selector === undefined) return [];
  const about = {
    severity: 'warning' as const,
    part: partOf(service, platform),
    subject: `service/${name}`,
  };
  const selected = pods.filter((pod) => matches(selector, pod.metadata.labels));
  if (selected.length === 0) {
    const near = nearest(selector, name, pods, platform);
    const one = near ?? (about.part === 'runtime' ? alone(service, { pods, services }) : undefined);
    if (one === undefined) return [];
    const facts = {
      service: name,
      ...present({ namespace: service.metadata.namespace }),
      selector: pairs(selector),
      pod: one.metadata.name,
    };
    if (near === undefined) return [{ code: 'SERVICE_POD_UNCLEAR', ...about, facts }];
    const labels = pairs(near.metadata.labels ?? {}, alike(selector, near.metadata.labels ?? {})) || '–';
    return [{ code: 'SERVICE_SELECTS_NOTHING', ...about, facts: { ...facts, labels } }];
  }
  const named = new Set(
    selected.flatMap(({ spec }) =>
      spec.containers.flatMap((container) => container.ports.flatMap((port) => port.name ?? [])),
    ),
  );
  return ports.flatMap(({ targetPort }): readonly Finding[] =>
    typeof targetPort !== 'string' || named.has(targetPort)
      ? []
      : [
          {
            code: 'SERVICE_PORT_UNKNOWN',
            ...about,
            facts: { service: name, port: targetPort, named: [...named].join(', ') || '–' },
          },
        ],
  );
}

/** Keys of a Pod's labels that a person would compare with the selector: the same key, or the same value elsewhere. */
function alike(selector: Labels, labels: Labels): readonly string[] {
  const values = new Set(Object.values(selector));
  return Object.keys(labels).filter(
    (key) => own(selector, key) !== undefined || values.has(labels[key] ?? ''),
  );
}

/** The Pod that the Service was probably meant for: of its part or name, or with each value of the selector somewhere. */
function nearest(
  selector: Labels,
  service: string,
  pods: readonly Parsed<Pod>[],
  platform: Platform,
): Parsed<Pod> | undefined {
  const part = partOfWorkload(service, platform);
  const isMeant = (pod: Parsed<Pod>) => {
    const owner = ownerOf(pod).name;
    return owner === service || (part !== undefined && partOfWorkload(owner, platform) === part);
  };
  const fits = ({ metadata: { labels = {} } }: Parsed<Pod>) => {
    const values = new Set(Object.values(labels));
    return Object.values(selector).every((value) => values.has(value));
  };
  return pods.find(isMeant) ?? pods.find(fits);
}

/** A Pod that takes the port of this Service and that no Service leads to; that of a StatefulSet's names does not lead. */
function alone({ spec: { ports } }: Service, { pods, services }: There): Parsed<Pod> | undefined {
  const leading = services.flatMap((one) => {
    const selector = one.spec.clusterIP === 'None' ? undefined : selectorOf(one);
    return selector === undefined ? [] : [selector];
  });
  const targets = new Set(ports.map(({ port, targetPort }) => targetPort ?? port));
  return pods.find(
    ({ metadata, spec }) =>
      !leading.some((selector) => matches(selector, metadata.labels)) &&
      spec.containers.some((container) =>
        container.ports.some(
          ({ name, containerPort }) =>
            targets.has(containerPort) || (name !== undefined && targets.has(name)),
        ),
      ),
  );
}

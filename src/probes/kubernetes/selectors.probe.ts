import { z } from 'zod';
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
Without such a Pod there is nothing to compare, and the finding is that of the missing workload.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['SERVICE_SELECTS_NOTHING', 'SERVICE_PORT_UNKNOWN'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const [rawPods, rawServices] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('services', kubernetes.namespace, { signal }),
    ]);
    const pods = parseAll(Pod, rawPods).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const services = parseAll(Service, rawServices);
    const findings = services.flatMap((service) => misfits(service, pods, platform));
    return verdict(findings, { services: services.length, pods: pods.length });
  },
});

type Labels = Readonly<Record<string, string>>;

const pairs = (labels: Labels, keys: readonly string[] = Object.keys(labels)) =>
  keys.map((key) => `${key}=${own(labels, key) ?? '–'}`).join(', ');

function misfits(
  service: Parsed<Service>,
  pods: readonly Parsed<Pod>[],
  platform: Platform,
): readonly Finding[] {
  const { selector, type, ports } = service.spec;
  const { name } = service.metadata;
  if (type === 'ExternalName' || selector == null || Object.keys(selector).length === 0) return [];
  const about = {
    severity: 'warning' as const,
    part: partOfWorkload(name, platform) ?? ('runtime' as const),
    subject: `service/${name}`,
  };
  const selected = pods.filter((pod) => matches(selector, pod.metadata.labels));
  if (selected.length === 0) {
    const near = nearest(selector, name, pods, platform);
    if (near === undefined) return [];
    const facts = {
      service: name,
      ...present({ namespace: service.metadata.namespace }),
      selector: pairs(selector),
      pod: near.metadata.name,
      labels: pairs(near.metadata.labels ?? {}, alike(selector, near.metadata.labels ?? {})) || '–',
    };
    return [{ code: 'SERVICE_SELECTS_NOTHING', ...about, facts }];
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

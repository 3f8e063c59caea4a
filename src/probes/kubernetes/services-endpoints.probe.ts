import { z } from 'zod';
import { partOfWorkload } from '../../domain/platform/part-names.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { EndpointSlice, isReady, matches, ownerOf, Pod, parseAll, Service } from './schemas.ts';

const params = z.strictObject({
  service: z
    .string()
    .exactOptional()
    .meta({ description: 'Only this Service; default: each of the namespace.' }),
});
type Deps = Pick<With<'kubernetes'>, 'kubernetes' | 'platform'>;

export const kubernetesServicesEndpoints = defineProbe({
  id: 'kubernetes.services-endpoints',
  doc: `Finds Services without a ready endpoint.
Reports whether no Pod has the labels that the Service selects, or Pods have them and all are unready.
A Service of a part without any Pod has its own finding, because its selector is not at fault.
Services without a selector are ignored: their endpoints are managed elsewhere.`,
  params,
  part: 'runtime',
  needs: ['kubernetes'],
  timeoutMs: 20_000,
  emits: ['SERVICE_WITHOUT_ENDPOINTS', 'SERVICE_WITHOUT_PODS'],
  async run({ service: wanted }: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { kubernetes, platform } = deps;
    const list = <K extends 'services' | 'endpointslices' | 'pods'>(kind: K) =>
      kubernetes.list(kind, kubernetes.namespace, { signal });
    // The longest one first.
    const [rawPods, rawServices, rawSlices] = await Promise.all([
      list('pods'),
      list('services'),
      list('endpointslices'),
    ]);
    const services = parseAll(Service, rawServices).filter(
      ({ metadata }) => wanted === undefined || metadata.name === wanted,
    );
    if (wanted !== undefined && services.length === 0) return { status: 'skipped', reason: 'not-applicable' };
    const pods = parseAll(Pod, rawPods);
    const ready = new Set<string>();
    for (const slice of parseAll(EndpointSlice, rawSlices)) {
      const service = slice.metadata.labels?.['kubernetes.io/service-name'];
      // An unknown readiness counts as ready (EndpointSlice API, "conditions").
      const usable = (slice.endpoints ?? []).some((endpoint) => endpoint.conditions.ready !== false);
      if (service !== undefined && usable) ready.add(service);
    }
    const findings = services.flatMap((service): Finding[] => {
      const { selector, type } = service.spec;
      const { name } = service.metadata;
      if (type === 'ExternalName' || selector === null || selector === undefined) return [];
      if (Object.keys(selector).length === 0 || ready.has(name)) return [];
      const selected = pods.filter((pod) => matches(selector, pod.metadata.labels));
      const part = partOfWorkload(name, platform);
      const podless =
        part !== undefined &&
        !pods.some(
          (pod) =>
            pod.metadata.deletionTimestamp === undefined &&
            partOfWorkload(ownerOf(pod).name, platform) === part,
        );
      return [
        {
          code: podless ? 'SERVICE_WITHOUT_PODS' : 'SERVICE_WITHOUT_ENDPOINTS',
          severity: 'critical',
          part: part ?? 'runtime',
          subject: `service/${name}`,
          facts: {
            service: name,
            namespace: kubernetes.namespace,
            selector: Object.entries(selector)
              .map(([key, value]) => `${key}=${value}`)
              .join(','),
            selectedPods: selected.length,
            readyPods: selected.filter(isReady).length,
            reason: selected.length === 0 ? 'no-pods-match' : 'pods-not-ready',
            ...(selected.length === 0 ? { unmatched: true } : {}),
          },
        },
      ];
    });
    return verdict(findings, { services: services.length, withEndpoints: ready.size });
  },
});

import { z } from 'zod';
import { isWithoutImage } from '../../../domain/probe/image-reasons.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { lists, type Template } from './revisions.ts';

const Status = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  /** Written by the kubelet once the container runtime has the image. */
  imageID: z.string().default(''),
  state: z.object({ waiting: z.object({ reason: z.string().default('') }).exactOptional() }).default({}),
});
const Container = z.object({ name: z.string(), image: z.string().default('') });
const Pod = z.object({
  spec: z.object({
    containers: z.array(Container).default([]),
    initContainers: z.array(Container).default([]),
  }),
  status: z
    .object({
      containerStatuses: z.array(Status).default([]),
      initContainerStatuses: z.array(Status).default([]),
    })
    .prefault({}),
});

/** What one Pod shows of the image of a container. */
export interface PodImage {
  /** As the Pod asks for it. */
  readonly image: string;
  /** It is ready with it; an init container has ended well. */
  readonly works: boolean;
  /** It waits, for the image cannot be got. */
  readonly without: boolean;
  /** That it was got, whatever became of it. */
  readonly got: boolean;
  /** `sha256:…` of what runs; undefined where the node does not say it. */
  readonly digest: string | undefined;
}

/** A container of a template, an init container as well. */
export function containerOf({ spec }: Template, name: string) {
  for (const list of lists) {
    const found = spec[list]?.find((one) => one.name === name);
    if (found !== undefined) return { list, image: found.image };
  }
  return undefined;
}

/** The same template with this image in that container. */
export function withImage(template: Template, name: string, image: string): Template {
  const spec = { ...template.spec };
  for (const list of lists) {
    const containers = spec[list];
    if (containers !== undefined)
      spec[list] = containers.map((one) => (one.name === name ? { ...one, image } : one));
  }
  return { ...template, spec };
}

/** What the Pods show of the image of that container; those that are being deleted show nothing. */
export function imagesIn(pods: readonly KubeObject[], name: string): readonly PodImage[] {
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((object) => {
      const { spec, status } = Pod.parse(object);
      const container = [...spec.containers, ...spec.initContainers].find((one) => one.name === name);
      if (container === undefined) return [];
      const state = [...status.containerStatuses, ...status.initContainerStatuses].find(
        (one) => one.name === name,
      );
      const imageId = state?.imageID ?? '';
      return {
        image: container.image,
        works: state?.ready === true && imageId !== '',
        without: isWithoutImage(state?.state.waiting?.reason ?? ''),
        got: imageId !== '',
        digest: /sha256:[0-9a-f]{64}$/.exec(imageId)?.[0],
      };
    });
}

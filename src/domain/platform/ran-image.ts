import type { PartId } from './part.ts';

/** An image with which a part was seen to run well. */
export interface RanImage {
  /** As its container named it, `repository:tag`. */
  readonly image: string;
  /** The engine's id, `sha256:…`: the tag may lead elsewhere by now. */
  readonly id: string;
  /** ISO time of the last look that saw it so. */
  readonly at: string;
}

/** What was seen of a part in an environment, newest first. */
export type RanImages = (environment: string, part: PartId) => Promise<readonly RanImage[]>;

/** Registry, path and name of an image, without tag and digest: `registry:5000/aetherius/agent-manager` of `registry:5000/aetherius/agent-manager:1.2@sha256:…`. */
export const repositoryOf = (image: string): string => /^(?:[^/]*\/)*[^:@/]*/.exec(image)?.[0] ?? image;

/**
 * The image that ran before the present one, when that one was never seen to run: undefined where the present one was
 * seen to run well, at any time, or where no other one was.
 */
export function earlierImage(imageId: string | undefined, ran: readonly RanImage[]): RanImage | undefined {
  if (imageId === undefined || ran.some(({ id }) => id === imageId)) return undefined;
  return ran[0];
}

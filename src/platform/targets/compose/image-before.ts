import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import type { Platform } from '../../../domain/platform/platform.ts';
import { earlierImage, type RanImages, repositoryOf } from '../../../domain/platform/ran-image.ts';
import { failsByItself } from '../../../domain/probe/container-life.ts';
import type { ComposeContainer, ComposeTarget } from '../../../domain/probe/targets/compose.ts';

/** The target with what the bot has kept of the project's images: an engine keeps no earlier image of a service. */
export function withRanImages(
  compose: ComposeTarget,
  environment: string,
  platform: Platform,
  ran: RanImages,
): ComposeTarget {
  const imageBefore = async ({ service, name, image, imageId }: ComposeContainer) => {
    const part = partOfWorkload(service || name, platform);
    if (part === undefined) return undefined;
    const earlier = earlierImage(imageId, await ran(environment, part))?.image;
    return earlier !== undefined && repositoryOf(earlier) === repositoryOf(image) ? earlier : undefined;
  };
  return {
    ...compose,
    ran: (part) => ran(environment, part),
    async containers(options) {
      const now = new Date();
      return Promise.all(
        (await compose.containers(options)).map(async (container) => {
          const before = failsByItself(container, now) ? await imageBefore(container) : undefined;
          return before === undefined ? container : { ...container, imageBefore: before };
        }),
      );
    },
  };
}

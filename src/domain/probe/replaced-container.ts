import { isLive } from './container-life.ts';
import type { ComposeContainer } from './targets/compose.ts';

/** Label of a container that a fix has made: which fix, and in the place of which container. */
export const madeBy = { fix: 'io.aetherius.fix', replaces: 'io.aetherius.replaces' } as const;

const short = (id: string) => id.slice(0, 8);

/** What a container is called that a fix makes in the place of another one, until it has that one's name. */
export const nameBeside = (name: string, replaced: string) => `${name}-aetherius-${short(replaced)}`;
/** What the other one is called from then on. */
export const nameBefore = (name: string, id: string) => `${name}-before-${short(id)}`;

/**
 * Those that serve: of two of which one was made in the place of the other, the one that has the name. The one beside it
 * is kept for an undo, and says nothing of the service unless somebody has started it.
 */
export function servingOf(containers: readonly ComposeContainer[]): readonly ComposeContainer[] {
  const aside = new Set<string>();
  for (const { id, name, making } of containers) {
    const replaces = making?.replaces;
    const other = containers.find((one) => one.id === replaces);
    if (replaces === undefined || other === undefined) continue;
    if (name.endsWith(`-aetherius-${short(replaces)}`)) aside.add(id);
    else if (!isLive(other)) aside.add(other.id);
  }
  return containers.filter(({ id }) => !aside.has(id));
}

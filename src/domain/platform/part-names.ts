import { type PartId, partIds } from './part.ts';
import { bareName, factsOf, type Platform } from './platform.ts';

interface Names {
  /** Names that are a part's own, and so only as a whole. */
  readonly whole: ReadonlyMap<string, PartId>;
  /** Names that may have something before them, or beside them. */
  readonly words: readonly (readonly [string, PartId])[];
  /** Asked for every Pod of a namespace: no name is put together again. */
  readonly endings: readonly (readonly [string, PartId])[];
}

const known = new WeakMap<Platform, Names>();

const plain = (name: string) => name.toLowerCase().replaceAll('_', '-');

function ownNames(platform: Platform): readonly (readonly [string, PartId])[] {
  return partIds.flatMap((id) => {
    const { workload, service, composeService } = factsOf(platform, id);
    const own = [workload === undefined ? undefined : bareName(workload), service, composeService];
    return own.flatMap((name) => (name === undefined ? [] : [[plain(name), id] as const]));
  });
}

function namesOf(platform: Platform): Names {
  const before = known.get(platform);
  if (before !== undefined) return before;
  const parts = partIds.filter((id) => id !== 'runtime');
  const words = [
    ...parts.map((id) => [id, id] as const),
    ...parts.flatMap((id) => factsOf(platform, id).aliases.map((alias) => [plain(alias), id] as const)),
  ];
  const names = {
    words,
    whole: new Map(ownNames(platform)),
    endings: words.map(([word, id]) => [`-${word}`, id] as const),
  };
  known.set(platform, names);
  return names;
}

/** Names that two parts have as their own. */
export function namesTwice(
  platform: Platform,
): readonly { readonly name: string; readonly parts: readonly [PartId, PartId] }[] {
  const seen = new Map<string, PartId>();
  return ownNames(platform).flatMap(([name, part]) => {
    const before = seen.get(name);
    seen.set(name, before ?? part);
    return before === undefined || before === part ? [] : [{ name, parts: [before, part] as const }];
  });
}

/** Part mentioned as a word in a connection name (`agent-manager-events`, `aetherius_orchestrator`), if any. */
export function partNamed(text: string, platform: Platform): PartId | undefined {
  const name = plain(text);
  const { whole, words } = namesOf(platform);
  return whole.get(name) ?? words.find(([word]) => containsWord(name, word))?.[1];
}

/**
 * Part that a workload, Service or container of this name is: its very name, or with a prefix such as the
 * project's (`aetherius-redis`). `redis-exporter` is not Redis.
 */
export function partOfWorkload(name: string, platform: Platform): PartId | undefined {
  const { whole, endings } = namesOf(platform);
  const prefixed = `-${plain(name)}`;
  return whole.get(plain(name)) ?? endings.find(([ending]) => prefixed.endsWith(ending))?.[1];
}

function containsWord(name: string, word: string): boolean {
  const at = name.indexOf(word);
  if (at < 0) return false;
  const letter = (character: string | undefined) => character !== undefined && /[a-z]/.test(character);
  return !letter(name[at - 1]) && !letter(name[at + word.length]);
}

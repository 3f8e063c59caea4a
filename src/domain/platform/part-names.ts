import { type PartId, partIds } from './part.ts';

/** Other names under which a part goes in connection names, labels and workload names. */
const aliases: readonly (readonly [string, PartId])[] = [
  ['postgresql', 'postgres'],
  ['postgresql-primary', 'postgres'],
  ['redis-master', 'redis'],
  ['redis-node', 'redis'],
  ['orchestrator', 'orchestrator-service'],
  ['reasoning', 'reasoning-service'],
  ['collectagent', 'collect-agent'],
  ['agentmanager', 'agent-manager'],
];
const names: readonly (readonly [string, PartId])[] = [
  ...partIds.filter((id) => id !== 'runtime').map((id) => [id, id] as const),
  ...aliases,
];

/** Asked for every Pod of a namespace: nothing is put together anew. */
const endings = names.map(([word, id]) => [`-${word}`, id] as const);

/** Part mentioned as a word in a connection name (`agent-manager-events`, `aetherius_orchestrator`), if any. */
export function partNamed(text: string): PartId | undefined {
  const name = text.toLowerCase().replaceAll('_', '-');
  return names.find(([word]) => containsWord(name, word))?.[1];
}

/**
 * Part that a workload, Service or container of this name is: its very name, or with a prefix such as the
 * project's (`aetherius-redis`). `redis-exporter` is not Redis.
 */
export function partOfWorkload(name: string): PartId | undefined {
  const prefixed = `-${name.toLowerCase().replaceAll('_', '-')}`;
  return endings.find(([ending]) => prefixed.endsWith(ending))?.[1];
}

function containsWord(name: string, word: string): boolean {
  const at = name.indexOf(word);
  if (at < 0) return false;
  const letter = (character: string | undefined) => character !== undefined && /[a-z]/.test(character);
  return !letter(name[at - 1]) && !letter(name[at + word.length]);
}

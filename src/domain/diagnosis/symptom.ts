import { knownLines } from '../logs/known-lines.ts';
import { type PartId, partIds } from '../platform/part.ts';
import { factsOf, type Platform } from '../platform/platform.ts';
import { type ConnectionSymptom, connectionSymptom } from './connection-symptom.ts';
import { type Diagnosis, isWay } from './diagnosis.ts';

/** What a request for a diagnosis means: some diagnoses, a choice to offer, or nothing that fits. */
export type Symptom =
  | { readonly kind: 'known'; readonly ids: readonly string[]; readonly part?: PartId }
  | { readonly kind: 'choose'; readonly ids: readonly string[]; readonly part?: PartId }
  | { readonly kind: 'unknown' };

export interface Matcher {
  match(text: string): { readonly candidates: readonly { readonly id: string }[]; readonly sure: boolean };
  /** Diagnoses that the error of a connection to a part may be, the likeliest first. */
  readonly suspects: Readonly<Record<PartId, readonly string[]>>;
}

/** What people call the parts besides their ids. Agents last: they are named with what they do not reach. */
function nicknames(platform: Platform): readonly (readonly [string, PartId])[] {
  return [...partIds.filter((part) => part !== 'collect-agent'), 'collect-agent' as const].flatMap((part) => {
    const { spoken, name } = factsOf(platform, part);
    return [...spoken, ...(name === undefined ? [] : [name.toLowerCase()])].map(
      (one) => [one, part] as const,
    );
  });
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A part that is named in the text, by itself or as a word of it. */
export function partIn(text: string, platform: Platform): PartId | undefined {
  const lower = text.toLowerCase();
  const named = partIds.find((part) => part !== 'runtime' && lower.includes(part));
  return (
    named ??
    nicknames(platform).find(([name]) => new RegExp(`(?<![\\w])${escaped(name)}(?![\\w])`).test(lower))?.[1]
  );
}

/**
 * An id (`S2`, also a cause's `S2.b`), a slug, a part, or plain words in English or Chinese.
 * A part alone asks for the way to it and for every diagnosis that is about it.
 */
export function symptomOf(
  text: string,
  diagnoses: readonly Diagnosis[],
  matcher: Matcher,
  platform: Platform,
): Symptom {
  const words = text.trim();
  const first = words.split(/\s+/)[0] ?? '';
  const part = partIn(words, platform);
  const withPart = part === undefined ? {} : { part };
  const id = /^([a-z]\d)(?:\.[a-z])?$/i.exec(first)?.[1]?.toUpperCase();
  const named = diagnoses.find((diagnosis) => diagnosis.id === id || diagnosis.slug === first.toLowerCase());
  if (named !== undefined) return { kind: 'known', ids: [named.id], ...withPart };
  const bare = words.toLowerCase();
  if (
    part !== undefined &&
    (bare === part || nicknames(platform).some(([name, id]) => name === bare && id === part))
  ) {
    const about = diagnoses.filter((diagnosis) => diagnosis.part === part && !isWay(diagnosis));
    return { kind: 'known', ids: [...diagnoses.filter(isWay), ...about].map(({ id: one }) => one), part };
  }
  const told = knownLines(platform).find(
    ({ pattern, common }) => common !== true && pattern.test(words),
  )?.ask;
  if (told !== undefined && diagnoses.some(({ id: one }) => one === told))
    return { kind: 'known', ids: [told], ...withPart };
  const { candidates, sure } = matcher.match(words);
  const connection = connectionSymptom(words, part, matcher.suspects, platform);
  if (connection !== undefined) return ofConnection(connection, diagnoses, matcher, { candidates, sure });
  const ids = candidates
    .map((candidate) => candidate.id)
    .filter((candidate) => diagnoses.some((d) => d.id === candidate));
  const [best] = ids;
  if (best === undefined) return { kind: 'unknown' };
  return sure
    ? { kind: 'known', ids: [best], ...withPart }
    : { kind: 'choose', ids: ids.slice(0, 4), ...withPart };
}

/** A diagnosis as somebody types it: the way is one to a part (`H2 redis`). */
export function asTyped(diagnosis: Pick<Diagnosis, 'id' | 'kind'>, part: PartId | undefined): string {
  return isWay(diagnosis) && part !== undefined ? `${diagnosis.id} ${part}` : diagnosis.id;
}

/**
 * The error of a connection ("connection refused", "i/o timeout") fits many symptoms, and its words stand in the
 * vocabulary of others: what it is about is asked, unless the text names a symptom beside.
 */
function ofConnection(
  { part, ids, rest }: ConnectionSymptom,
  diagnoses: readonly Diagnosis[],
  matcher: Matcher,
  whole: ReturnType<Matcher['match']>,
): Symptom {
  const withPart = part === undefined ? {} : { part };
  const [best] = whole.candidates;
  const { candidates, sure } = matcher.match(rest);
  const beside = sure ? candidates.slice(0, 1).map(({ id }) => id) : [];
  const told = [...beside, ...ids.slice(0, 1)];
  if (whole.sure && best !== undefined && told.includes(best.id))
    return { kind: 'known', ids: [best.id], ...withPart };
  const offered = [...new Set([...beside, ...ids])].filter((id) => diagnoses.some((one) => one.id === id));
  return { kind: 'choose', ids: offered.slice(0, 4), ...withPart };
}

import { type PartId, partIds } from '../domain/platform/part.ts';
import type { ProbeOutcome } from '../domain/probe/probe.ts';
import type { Words } from './words.ts';

/** What a probe could not see, in plain words, not escaped: its name, the parts it was about, and why. */
export interface Unseen {
  readonly what: string;
  /** Parts that the call names in its parameters, joined as `from → to`; absent when it names none. */
  readonly about?: string;
  readonly why: string;
}

/** Says of an outcome that is skipped or inconclusive what was looked for, and what it would take to see it. */
export function unseenOf(
  {
    key,
    probe,
    cause,
    reason,
    facts = {},
  }: Pick<ProbeOutcome, 'key' | 'probe' | 'cause' | 'reason'> & Partial<Pick<ProbeOutcome, 'facts'>>,
  words: Words,
): Unseen {
  const why =
    cause === undefined
      ? (words.lookupPlain(`skip.${reason ?? ''}`) ??
        words.lookupPlain(`cause.${facts.openWhy ?? ''}`, facts))
      : words.lookupPlain(`cause.${cause.code}`, cause.facts);
  const parts = [...key.matchAll(/=([\w-]+)/g)].map(([, value]) => value ?? '').filter(isPart);
  const about = parts.map((part) => words.lookupPlain(`part.${part}`) ?? part).join(' → ');
  return {
    what: words.lookupPlain(`probe.${probe}`) ?? probe,
    ...(about === '' ? {} : { about }),
    why: why ?? words.plain('diagnose.no-reason'),
  };
}

/** The same in one line of plain text. */
export function unseenLine(outcome: Parameters<typeof unseenOf>[0], words: Words): string {
  const { why } = unseenOf(outcome, words);
  return words.plain('diagnose.unseen-why', { what: lookWords(outcome, words), why });
}

/** What a probe looks at, with the parts that it was asked about. */
export function lookWords(outcome: Parameters<typeof unseenOf>[0], words: Words): string {
  const { what, about } = unseenOf(outcome, words);
  return about === undefined ? what : words.plain('diagnose.unseen-of', { what, about });
}

const isPart = (value: string): value is PartId => (partIds as readonly string[]).includes(value);

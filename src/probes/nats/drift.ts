import type { BusClient } from '../support/nats-clients.ts';
import { covers } from '../support/nats-subjects.ts';
import { isPattern, isTap } from './bus.ts';

/** Subjects of one kind that are published where nobody listens. */
export interface Unheard {
  /** The first of them, by name. */
  readonly published: string;
  readonly subjects: readonly string[];
  readonly messages: number;
}

/** With what a client listens to instead, and gets nothing on. */
export interface PassedBy extends Unheard {
  readonly listened: string;
  readonly listener: string;
}

const wordsOf = (subject: string) => subject.split('.').filter((token) => token !== '*' && token !== '>');
/** Names of one among many: clusters, hosts, numbers. */
const hasDigit = (word: string) => /\d/.test(word);

/** One letter put in, left out, changed, or two: a slip, where a word is long enough to be known by the rest. */
function isSlip(one: string, other: string): boolean {
  if (Math.min(one.length, other.length) < 6 || hasDigit(one) || hasDigit(other)) return false;
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  let [head, tail] = [0, 0];
  while (head < short.length && short[head] === long[head]) head += 1;
  while (tail < short.length - head && short.at(-1 - tail) === long.at(-1 - tail)) tail += 1;
  return long.length - head - tail <= 2;
}

/**
 * Whether a subject was meant for a subscription that does not take it: they have the words of one message in another
 * order, with others before, or with a slip in one. Of a pattern its last word has to be there: it says what kind of
 * message it is, `heartbeat` of `fleet.*.heartbeat`. Subjects that differ in a whole word at one place are sisters.
 */
export function isNear(listened: string, published: string): boolean {
  if (covers(listened, published)) return false;
  const [want, have] = [listened.split('.'), published.split('.')];
  const differing = want.filter((token, at) => token !== have[at]);
  if (!isPattern(listened)) {
    if (want.length === have.length && differing.length === 1) {
      const at = want.findIndex((token, index) => token !== have[index]);
      return want.length > 1 && isSlip(want[at] ?? '', have[at] ?? '');
    }
    const shared = want.filter((word) => have.includes(word)).length;
    return shared >= 2 && shared === Math.min(want.length, have.length);
  }
  const words = wordsOf(listened);
  const kind = words.at(-1);
  const shared = words.filter((word) => have.includes(word)).length;
  return kind !== undefined && have.includes(kind) && shared >= 2 && shared * 2 >= words.length;
}

export interface BusDrift {
  readonly passedBy: readonly PassedBy[];
  readonly unheard: readonly Unheard[];
}

/**
 * What is published past its listeners, and what nobody at all listens to. `heard`: subjects with the number of their
 * messages. `looks`: the clients at each look; one that listened at any of them counts, for a part may just restart.
 * `others`: what streams and other servers take. A client that listens to everything hears, and is meant by nothing.
 */
export function busDrift(
  heard: readonly (readonly [subject: string, messages: number])[],
  looks: readonly (readonly BusClient[])[],
  others: readonly string[],
): BusDrift {
  const clients = looks.at(-1) ?? [];
  const all = [...looks.flat().flatMap(({ subjects }) => subjects), ...others];
  const meant = all.filter((pattern) => !isTap(pattern));
  const takes = (patterns: readonly string[], subject: string) =>
    patterns.some((own) => covers(own, subject));
  const lost = heard.filter(([subject]) => !takes(meant, subject)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const idle = clients.flatMap(({ name, subjects }) =>
    subjects
      .filter((own) => !isTap(own) && !heard.some(([subject]) => covers(own, subject)))
      .map((listened) => ({ listened, listener: name })),
  );
  const passedBy = new Map<string, PassedBy>();
  const unheard = new Map<string, Unheard>();
  for (const [subject, messages] of lost) {
    const near = idle.find(({ listened }) => isNear(listened, subject));
    if (near !== undefined) {
      passedBy.set(near.listened, { ...near, ...added(passedBy.get(near.listened), subject, messages) });
      continue;
    }
    if (takes(all, subject)) continue;
    const tokens = subject.split('.');
    const kind = `${tokens[0]} ${tokens.length}`;
    unheard.set(kind, added(unheard.get(kind), subject, messages));
  }
  return { passedBy: [...passedBy.values()], unheard: [...unheard.values()] };
}

function added(before: Unheard | undefined, subject: string, messages: number): Unheard {
  return {
    published: before?.published ?? subject,
    subjects: [...(before?.subjects ?? []), subject],
    messages: (before?.messages ?? 0) + messages,
  };
}

/**
 * Who may have published a subject, of those that published anything: one whose name has a word of the subject, else each
 * of them. NATS counts what a client sends and does not say where to.
 */
export function sendersOf(subject: string, senders: readonly BusClient[]): readonly string[] {
  const words = subject.split('.').filter((word) => word.length >= 3);
  const named = senders.filter(({ name }) => words.some((word) => name.endsWith(word) && name !== word));
  return [...new Set((named.length > 0 ? named : senders).map(({ name }) => name))].toSorted();
}

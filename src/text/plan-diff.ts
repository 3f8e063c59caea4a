import type { PlanStep } from '../domain/fix/remediation.ts';
import type { Facts, FactValue } from '../domain/kernel/facts.ts';
import { formatValue } from './format.ts';
import type { Words } from './words.ts';

/** Values of these facts that are another thing than a number of anything. */
const formats: Readonly<Record<string, string>> = {
  maxmemory: 'bytes',
  bytes: 'bytes',
  seconds: 'seconds',
  startedAt: 'time',
};

/** What a step is about and does not change: shown without an arrow, since nothing of it goes. */
const described: ReadonlySet<string> = new Set([
  ...['application', 'user', 'client', 'startedAt'],
  ...['table', 'column', 'archive', 'before', 'from', 'state'],
]);

/**
 * `name: from → to` in the reader's words, one line a fact that changes. A fact has the name `diff.<fact>`, and values
 * that are words of ours have `diff.<fact>.<value>`.
 */
export function changedLines(
  { from, to }: Pick<PlanStep, 'from' | 'to'>,
  words: Words,
  /** What is known of the whole plan: how many Pods a restart replaces. */
  { pods }: Facts = {},
): readonly string[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => {
    const [before, after] = [own(from, name), own(to, name)];
    // That an option is not used is no change.
    if (before === after || (before === undefined && after === false)) return [];
    // That there is a mark, and on a second restart another one, tells nobody anything.
    if (name === 'restarted' && typeof pods === 'number')
      return [words.plain('diff.restarted.pods', { pods })];
    const label = labelOf(name, words);
    const show = (value: FactValue | undefined) =>
      value === undefined || value === null
        ? words.plain('card.nothing-before')
        : (words.lookupPlain(`diff.${name}.${value}`) ?? shown(name, value, words));
    const only = before === undefined || after === undefined ? (before ?? after) : undefined;
    if (only !== undefined && described.has(name)) return [words.plain('diff', { label, value: show(only) })];
    return [words.plain('diff.change', { label, from: show(before), to: show(after) })];
  });
}

const own = (facts: Facts, name: string) => (Object.hasOwn(facts, name) ? facts[name] : undefined);

/** `main image` is a fact of the container `main`. */
function labelOf(name: string, words: Words): string {
  const [, container, what] = /^(.+) (image|resources)$/.exec(name) ?? [];
  return container === undefined
    ? (words.lookupPlain(`diff.${name}`) ?? name)
    : (words.lookupPlain(`diff.container-${what}`, { container }) ?? name);
}

function shown(name: string, value: FactValue, words: Words): string {
  // A mark with the number of the object's version is no more than a mark.
  if (name === 'restarted' && typeof value === 'string') return words.plain('diff.restarted.mark');
  // PostgreSQL's number of the file that an index is in.
  if (name === 'index' && /^\d+$/.test(String(value))) return words.plain('diff.index.file');
  return formatValue(value, formats[name], words.language);
}

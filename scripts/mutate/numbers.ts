import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The part of Babel's path to a node that is needed here. */
interface NodePath {
  readonly node: {
    readonly type: string;
    readonly value?: unknown;
    readonly extra?: { readonly raw?: string };
  };
  readonly parent: { readonly type: string; readonly key?: unknown };
}
interface Mutator {
  readonly name: string;
  mutate(path: NodePath): Iterable<object>;
}

/** Decimals as they are written: 0.35 has two, 60_000 has none. */
const digitsOf = (raw: string): number => /^\d[\d_]*\.(\d+)$/.exec(raw)?.[1]?.length ?? 0;

/**
 * The numbers beside one that is written in the source: a threshold that no test meets just below, at and just above
 * is not noticed when it moves by one in its last digit. 0 and 1 are no thresholds but first, last and no element,
 * which other operators change.
 */
export function neighbours(value: number, raw: string): readonly number[] {
  if (value === 0 || value === 1 || !/^[\d_.]+$/.test(raw)) return [];
  const digits = digitsOf(raw);
  return [-1, 1].map((by) => Number((value + by / 10 ** digits).toFixed(digits)));
}

/** How long a look may take at most: no outcome depends on a millisecond of it. */
const isTimeLimit = (key: unknown): boolean =>
  (key as { readonly name?: string } | undefined)?.name === 'timeoutMs';

const numberMutator: Mutator = {
  name: 'NumericLiteral',
  *mutate({ node, parent }) {
    if (node.type !== 'NumericLiteral' || typeof node.value !== 'number') return;
    if (parent.type === 'TSLiteralType' || parent.key === node || isTimeLimit(parent.key)) return;
    for (const value of neighbours(node.value, node.extra?.raw ?? ''))
      yield { type: 'NumericLiteral', value };
  },
};

/** Adds ours to Stryker's operators, which it has no setting for: to the list that its package keeps. */
export async function addNumberOperator(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@stryker-mutator/instrumenter');
  const list = (await import(pathToFileURL(join(entry, '../mutators/mutate.js')).href)) as {
    readonly allMutators: Mutator[];
  };
  if (!list.allMutators.includes(numberMutator)) list.allMutators.push(numberMutator);
}

import { createHash } from 'node:crypto';

/** One change of the source that some test should notice. */
export interface Mutant {
  /** Of this run alone. */
  readonly id: string;
  /** From the root of the repository, with slashes. */
  readonly file: string;
  /** As editors count: the first line and the first column are 1. */
  readonly line: number;
  readonly column: number;
  readonly operator: string;
  readonly original: string;
  readonly replacement: string;
}

/**
 * Puts mutants into an order that looks random and depends on the seed, on what is changed and on the name of the
 * file alone: edits elsewhere, moved lines and moved files leave the order of the others as it was.
 */
export function shuffled(mutants: readonly Mutant[], seed: string): readonly Mutant[] {
  const seen = new Map<string, number>();
  const keyed = mutants.map((mutant) => {
    const name = mutant.file.slice(mutant.file.lastIndexOf('/') + 1);
    const change = [name, mutant.operator, mutant.original, mutant.replacement].join('\n');
    const nth = (seen.get(change) ?? 0) + 1;
    seen.set(change, nth);
    return { mutant, key: createHash('sha256').update(`${seed}\n${nth}\n${change}`).digest('hex') };
  });
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ mutant }) => mutant);
}

/** The first `size` of each folder in the order of `shuffled`; what stands below two of them is of the inner one. */
export function sample(
  mutants: readonly Mutant[],
  folders: readonly string[],
  size: number,
  seed: string,
): readonly Mutant[] {
  const order = shuffled(mutants, seed);
  return folders.flatMap((folder) =>
    order.filter(({ file }) => folderOf(file, folders) === folder).slice(0, size),
  );
}

/** The innermost of these folders that the file stands below; undefined: none of them. */
export function folderOf(file: string, folders: readonly string[]): string | undefined {
  return folders
    .filter((folder) => file === folder || file.startsWith(`${folder.replace(/\/$/, '')}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

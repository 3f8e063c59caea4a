/** The candidate with the fewest edits, if it is near enough to be what was meant. */
export function similarTo(wanted: string, candidates: Iterable<string>): { readonly similar?: string } {
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const name of new Set(candidates)) {
    const edits = distance(wanted, name);
    if (best === undefined || edits < best.edits) best = { name, edits };
  }
  const near = best !== undefined && best.edits <= Math.max(2, Math.floor(wanted.length * 0.4));
  return near && best !== undefined ? { similar: best.name } : {};
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitute));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

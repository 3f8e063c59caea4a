/** A run's id, or the last eight digits of it, as they stand under every answer; undefined for anything else. */
export function runReference(word: string): string | undefined {
  const lower = word.toLowerCase();
  return /^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{4})?[0-9a-f]{8}$/.test(lower) ? lower : undefined;
}

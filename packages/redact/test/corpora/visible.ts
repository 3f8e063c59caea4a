/** Longest piece of a secret that may be read by chance: shorter ones stand in every text. */
const piece = 6;

/**
 * True when a piece of the secret of six characters (all of it, if it is shorter) can be read in `shown`. What the
 * form itself says (`keeps`) and the stand-ins do not count.
 */
export function isVisible(secret: string, shown: string, keeps: readonly string[] = []): boolean {
  const text = shown.replace(/\[secret(?::[0-9a-f]+)?\]/g, '\u0001');
  const length = Math.min(piece, secret.length);
  for (let at = 0; at + length <= secret.length; at += 1) {
    const part = secret.slice(at, at + length);
    if (text.includes(part) && !keeps.some((kept) => kept.includes(part))) return true;
  }
  return false;
}

/** Numbers from 0 to 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

import { publicKeys } from '../../domain/platform/table.ts';

/** Words of a key, however they are put together: `log_level` and `logging.level` share `level`. */
const wordsOf = (key: string) => key.toLowerCase().split(/[._-]+/);
const packed = (key: string) => wordsOf(key).join('');
/** `log` and `logging`, `connections` and `conns`, `reconnects` and `reconnect`. */
const alike = (one: string, other: string) => {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  return long === short || (short.length >= 3 && long.startsWith(short.replace(/s$/, '')));
};

/**
 * Keys of a file that are near a documented one which the file does not have: another spelling of the same words, in the
 * same section or with the section in the name. A key that is near two is near none.
 */
export function keyHints(
  keys: readonly string[],
): readonly { readonly key: string; readonly near: string }[] {
  const missing = publicKeys.filter((key) => !keys.includes(key));
  return keys.flatMap((key) => {
    if (publicKeys.some((one) => one === key)) return [];
    const near = missing.filter((other) => isNear(key, other));
    const [only, ...more] = near;
    return only === undefined || more.length > 0 ? [] : [{ key, near: only }];
  });
}

function isNear(key: string, other: string): boolean {
  if (packed(key) === packed(other)) return true;
  const [mine, theirs] = [wordsOf(key), wordsOf(other)];
  const found = mine.filter((word) => theirs.some((one) => alike(word, one)));
  const shared = theirs.filter((word) => mine.some((one) => alike(word, one)));
  return found.length === mine.length && shared.length >= 2 && theirs.length - shared.length <= 1;
}

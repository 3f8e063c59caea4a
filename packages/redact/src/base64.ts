const sixBits = new Int8Array(128).fill(-1);
for (const [index, letter] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
].entries())
  sixBits[letter.charCodeAt(0)] = index;
sixBits[45] = 62;
sixBits[95] = 63;

/** What printable text a word is the base64 of, or '': its first 3,000 bytes. Most words fail at the second byte. */
export function decodedText(word: string): string {
  let text = '';
  let bits = 0;
  let count = 0;
  const length = Math.min(word.length, 4000);
  for (let at = 0; at < length; at += 1) {
    const six = sixBits[word.charCodeAt(at)] ?? -1;
    if (six < 0) break;
    bits = ((bits << 6) | six) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const byte = (bits >> count) & 255;
    if ((byte < 32 && byte !== 10 && byte !== 13 && byte !== 9) || byte > 126) return '';
    text += String.fromCharCode(byte);
  }
  return text;
}

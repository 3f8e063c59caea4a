/** Ways in which programs write a value down; each spelling leads back to the value. */

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * All spellings of a value of at least 8 characters: as it is; as base64 and base64url wherever its bytes stand in
 * what was encoded (three alignments, only characters that they determine alone); percent-encoded, hexadecimal, and
 * escaped for JSON (also ASCII only, and once and twice nested), YAML, XML and shells. No duplicates.
 */
export function spellingsOf(value: string): readonly string[] {
  const bytes = new TextEncoder().encode(value);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const json = JSON.stringify(value).slice(1, -1);
  const all = new Set<string>([
    value,
    ...[0, 1, 2].flatMap((shift) => {
      const encoded = aligned(bytes, shift);
      return [encoded, encoded.replaceAll('+', '-').replaceAll('/', '_')];
    }),
    ...percentOf(value),
    hex,
    hex.toUpperCase(),
    json,
    ...jsonOf(json),
    value.replaceAll("'", "''"),
    value.replaceAll("'", "'\\''"),
    value.replaceAll("'", `'"'"'`),
    value.replace(/[^\w@%+=:,./-]/g, (sign) => `\\${sign}`),
    value.replace(/["\\$`!]/g, (sign) => `\\${sign}`),
    value.replace(/["\\$`]/g, (sign) => `\\${sign}`),
    value.replace(/['\\]/g, (sign) => `\\${sign}`),
    value.replace(/"/g, '""'),
    ...xmlOf(value),
  ]);
  return [...all].filter((spelling) => spelling.length >= 8);
}

/** Characters of base64 that `bytes` alone determine when they stand `shift` bytes after a multiple of three. */
function aligned(bytes: Uint8Array, shift: number): string {
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  let text = '';
  for (let index = first; index < last; index += 1) {
    const bit = index * 6 - shift * 8;
    const byte = bit >> 3;
    const pair = ((bytes[byte] ?? 0) << 8) | (bytes[byte + 1] ?? 0);
    text += base64[(pair >> (10 - (bit & 7))) & 63];
  }
  return text;
}

function percentOf(value: string): string[] {
  const whole = value.isWellFormed() ? value : value.toWellFormed();
  const usual = encodeURIComponent(whole);
  const strict = usual.replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', whole]]).toString().slice(1);
  const some = encodeURI(whole);
  const all = [usual, strict, form, some, strict.replaceAll('~', '%7E'), usual.replaceAll('%20', '+')];
  return [
    ...all,
    ...all.map((one) => one.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())),
    usual.replaceAll('%', '%25'),
  ];
}

function jsonOf(json: string): string[] {
  const ascii = json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const html = json.replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  const quote = json
    .replaceAll("'", '\\u0027')
    .replace(/[<>&+]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  const slash = json.replaceAll('/', '\\/');
  const upper = ascii.replace(/\\u[0-9a-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`);
  const once = [json, ascii, html, slash].map((one) => JSON.stringify(one).slice(1, -1));
  const twice = once.map((one) => JSON.stringify(one).slice(1, -1));
  return [
    ascii,
    html,
    quote,
    slash,
    upper,
    quote.replace(/\\u00[0-9a-f]{2}/g, (escape) => `\\u00${escape.slice(4).toUpperCase()}`),
    ...once,
    ...twice,
  ];
}

function xmlOf(value: string): string[] {
  const amp = value.replaceAll('&', '&amp;');
  const angles = amp.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quotes = angles.replaceAll('"', '&quot;');
  return [
    amp,
    angles,
    quotes,
    quotes.replaceAll("'", '&#39;'),
    quotes.replaceAll("'", '&apos;'),
    quotes.replaceAll("'", '&#x27;'),
    angles.replaceAll('"', '&#34;').replaceAll("'", '&#39;'),
  ];
}

import { decodedText as decode } from './base64.ts';
import { isAlnumCode, isRunCode, matchAt } from './chars.ts';
import { isHarmless } from './harmless.ts';
import type { Issuer } from './issuers.ts';
import { eachLongWord, looksRandom } from './random.ts';
import type { ScanState } from './scan-state.ts';

/** A prefix of an issuer ends at `at`: hides the whole token. Returns where to go on. */
export function hideToken(state: ScanState, at: number, issuer: Issuer): number {
  const { text } = state;
  const start = at - issuer.prefix.length;
  if (start > 0 && isAlnumCode(text.charCodeAt(start - 1)) && !isEscape(text, start)) return at;
  if (!text.startsWith(issuer.prefix, start)) return at;
  // The first characters tell whether it is one: long ordinary words cost no more.
  const start64 = matchAt(issuer.accepts, text.slice(at, at + 64), 0)?.[0] ?? '';
  if (start64.length < Math.min(issuer.least, 64) || !isLikely(issuer, start64.replace(/[-_.=]+$/, '')))
    return at;
  const rest = matchAt(issuer.accepts, text, at)?.[0] ?? '';
  const body = rest.replace(/[-_.=]+$/, '');
  if (body.length < issuer.least || !isLikely(issuer, body)) return at;
  state.add(
    start,
    at + body.length + (rest.length - body.length && rest.endsWith('=') ? rest.length - body.length : 0),
    'token',
  );
  return at + body.length;
}

/** `\ntoken` in a string: the letter before belongs to the escape. */
const isEscape = (text: string, start: number): boolean =>
  text.charCodeAt(start - 2) === 92 && /[nrt]/.test(text.charAt(start - 1));

/** Words that only start like a token: `sk-learn-something`, `co-…`, `key-…`, masks. */
function isLikely(issuer: Issuer, body: string): boolean {
  if (/^[*xX.]+$/.test(body)) return false;
  if (issuer.prefix.length >= 6) return /[\dA-Z]/.test(body) || body.length >= issuer.least * 2;
  return /\d/.test(body) || (/[a-z]/.test(body) && /[A-Z]/.test(body));
}

const jwt = /[\w-]{4,65536}(?:\.[\w-]{0,65536}){1,4}/y;
const base64Json = /[\w+/=-]{8,65536}/y;

/** `eyJ` ends at `at`: a JSON web token, or JSON in base64 that holds a secret. */
export function hideWebToken(state: ScanState, at: number): number {
  const { text } = state;
  const start = at - 3;
  if (
    isRunCode(text.charCodeAt(start - 1)) &&
    text.charAt(start - 1) !== '=' &&
    !isEscape(text, start) &&
    !/[-_/]/.test(text.charAt(start - 1))
  )
    return at;
  if (!text.startsWith('eyJ', start)) return at;
  const token = matchAt(jwt, text, at);
  if (token !== null && !/^[\w-]{4,}\.(?:[a-z]{2,5}|\d+)?$/.test(token[0])) {
    const end = at + token[0].replace(/\.+$/, '').length;
    state.add(start, end, 'token');
    return end;
  }
  const encoded = matchAt(base64Json, text, at);
  if (encoded !== null) {
    state.add(start, at + encoded[0].length, 'token');
    return at + encoded[0].length;
  }
  return at;
}

const named =
  /(?:[\w.-]*(?:id|uid|digest|integrity|etag|checksum|fingerprint|hash|sha\d*|md5|commit|revision|trace|span|request|version|ksuid|ulid|guid|id-2|ray|none-match|if-match|cert|certificate|certificate-authority-data|client-certificate-data|ca-data|ca_?bundle|ca|public_?key|pubkey|publicKey|x5c|modulus|module|class|file|path|url|uri|image|etag|cursor|continue|node|cluster|host|name))["'\\]{0,4}\s{0,2}[:=]\s{0,2}["'\\]{0,4}$/i;
/** Sums and names that are known by what stands before them, whatever is in them. */
const summed =
  /(?:\bh1:|sha\d{1,3}[-:]|_INBOX[\w-]{0,24}\.|\bFB:|data:(?:image|font)\/[\w.+-]{1,20};base64,|etag[:=]?\s?(?:W\/)?["'\\]{0,4}|W\/["'\\]{1,4})$/i;
const prefixed = /(?:sha\d{1,3}[-:]|SHA256:|MD5:|node id |cluster id |id )$/i;
const encodedText = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;

/** Words that look random, unless their name says that they identify something. */
export function hideRandom(state: ScanState): void {
  const { text } = state;
  eachLongWord(text, (start, end) => {
    state.tick();
    const word = text.slice(start, Math.min(end, start + 65_536));
    if (start > 0 && text.charCodeAt(start - 1) === 37) return;
    if (hideBotOfDiscord(state, start, end)) return;
    if (isVerifier(word)) {
      state.add(start, end, 'password');
      return;
    }
    if (isPublicWord(word) || summed.test(text.slice(Math.max(0, start - 48), start))) return;
    // A path: each of its parts for itself.
    if (start > 0 && word.includes('/') && /[./:~]/.test(text.charAt(start - 1))) {
      hideParts(state, start, word);
      return;
    }
    if (!looksRandom(word) && !holdsSecret(word)) return;
    const before = text.slice(Math.max(0, start - 48), start);
    const plain = decode(word);
    if (/^AAAA[A-Z][23]N[jz]/.test(word)) return;
    if (!plain.includes('PRIVATE KEY') && (named.test(before) || prefixed.test(before))) return;
    if (/-----BEGIN (?:CERTIFICATE|PUBLIC KEY)/.test(plain) || inCertificate(text, start)) return;
    state.add(start, end, 'random');
  });
}

/** `md5…` as PostgreSQL keeps a password, and the seed of a key of NATS, whatever wrote it. */
const isVerifier = (word: string): boolean => /^(?:md5[0-9a-f]{32}|S[UANCOX][A-Z2-7]{52,58})$/.test(word);

/** The boundary of a form, and a sum of npm. */
const isPublicWord = (word: string): boolean => /^(?:-{4,}|sha(?:1|224|256|384|512)-)/.test(word);

function hideParts(state: ScanState, start: number, word: string): void {
  let at = start;
  for (const part of word.split('/')) {
    if (part.length >= 20 && looksRandom(part)) state.add(at, at + part.length, 'random');
    at += part.length + 1;
  }
}

const azure = /[\w~.]{3}\dQ~[\w~.-]{31,34}/y;

/** A client secret of Azure, which has `Q~` in its fifth place; `at` is behind it. */
export function hideAzureSecret(state: ScanState, at: number): number {
  const found = at >= 6 ? matchAt(azure, state.text, at - 6) : null;
  if (found === null) return at;
  state.add(at - 6, at - 6 + found[0].length, 'token');
  return at - 6 + found[0].length;
}

const mailchimp = /[0-9a-f]{32}-us\d{1,2}\b/y;

/** A key of Mailchimp, which names its data centre at the end; `at` is behind `-us`. */
export function hideMailchimpKey(state: ScanState, at: number): number {
  const found = at >= 35 ? matchAt(mailchimp, state.text, at - 35) : null;
  if (found === null) return at;
  state.add(at - 35, at - 35 + found[0].length, 'token');
  return at - 35 + found[0].length;
}

const airtable = /pat[A-Za-z0-9]{14}\.[0-9a-f]{64}/y;

/** A personal token of Airtable; `at` is behind `pat`. */
export function hideAirtableToken(state: ScanState, at: number): number {
  const found = matchAt(airtable, state.text, at - 3);
  if (found === null) return at;
  state.add(at - 3, at - 3 + found[0].length, 'token');
  return at - 3 + found[0].length;
}

/** Lines of a public certificate. */
function inCertificate(text: string, start: number): boolean {
  // A line of a certificate is 64 characters or more, so few words come here.
  if (text.charCodeAt(start - 1) !== 10 && text.charAt(start - 1) !== 'n') return false;
  const before = text.slice(Math.max(0, start - 8192), start);
  const begin =
    /.*-----BEGIN ((?:TRUSTED )?CERTIFICATE(?: REQUEST)?|(?:RSA )?PUBLIC KEY|DH PARAMETERS|X509 CRL)-----/s.exec(
      before,
    );
  return begin !== null && !before.includes(`-----END ${begin[1] ?? ''}-----`, begin[0].length - 8);
}

/** True when a word is the base64 of text that names a secret: `cGFzc3dvcmQ9…`. */
function holdsSecret(word: string): boolean {
  const text = decode(word);
  return (
    text !== '' &&
    encodedText.test(word) &&
    /pass(?:word|wd)?["']?\s*[:=]|secret["']?\s*[:=]|token["']?\s*[:=]|PRIVATE KEY|:\/\/[^\s/]*:[^\s/]*@/i.test(
      text,
    ) &&
    !isHarmless(text)
  );
}

const hashes =
  /\$(?:apr1|2[abxy]?|5|6|7|y|gy|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?|sha1|md5)\$(?:[^\s"'\\,;)}]|,(?=[a-z]=)){8,512}/y;

/** Hashes of passwords as crypt(3) and its kin write them; `at` is behind the first `$`. */
export function hideHash(state: ScanState, at: number): number {
  const found = matchAt(hashes, state.text, at - 1);
  if (found === null) return at;
  const end = at - 1 + (found[0].split(':', 1)[0] ?? '').length;
  state.add(at - 1, end, 'password');
  return end;
}

const scram = /SCRAM-SHA-\d{1,3}\$\d{1,9}:[^\s"'\\]{8,512}/y;
const django = /(?:pbkdf2_sha\d+|bcrypt(?:_sha256)?|argon2|scrypt)\$[^\s"'\\]{8,512}/y;

/** `SCRAM-SHA-256$4096:…` and the hashes of frameworks; `start` is that of the word. */
export function hideNamedHash(state: ScanState, start: number): number | undefined {
  const found = matchAt(scram, state.text, start) ?? matchAt(django, state.text, start);
  if (found === null) return undefined;
  const mark = found[0].indexOf('$') + 1;
  state.add(start + mark, start + found[0].length, 'password');
  return start + found[0].length;
}

const telegram = /\d{8,10}:[\w-]{30,50}/y;

/** The token of a bot of Telegram, `123456789:AA…`; `at` is behind `:AA`. */
export function hideBotToken(state: ScanState, at: number): number {
  const { text } = state;
  let start = at - 3;
  while (start > 0 && at - start < 16 && /\d/.test(text.charAt(start - 1))) start -= 1;
  const found = matchAt(telegram, text, start);
  if (found === null) return at;
  state.add(start, start + found[0].length, 'token');
  return start + found[0].length;
}

const discord = /[MNO][A-Za-z\d_-]{16,27}\.[\w-]{6,7}\.[\w-]{20,45}/y;

/** A token of a bot of Discord, three parts of fixed lengths, that starts with this word or ends in it. */
function hideBotOfDiscord(state: ScanState, start: number, end: number): boolean {
  const { text } = state;
  if (text.charCodeAt(end) !== 46 && text.charCodeAt(start - 1) !== 46) return false;
  let from = start;
  while (
    from > 0 &&
    start - from < 40 &&
    (isRunCode(text.charCodeAt(from - 1)) || text.charCodeAt(from - 1) === 46)
  )
    from -= 1;
  const found = matchAt(discord, text, from);
  if (found !== null) state.add(from, from + found[0].length, 'token');
  return found !== null;
}

import { sentenceWords, statusWords, verdictWords } from './status-words.ts';

const placeholderWords =
  /pass|secret|token|redact|hidden|mask|sensitive|your|none|nil|unset|value|removed|omitted|filter|key|empty|cred|auth|user|changed?|insert|set to|not set|nothing|scrubbed|private|string|bytes|null|undefined|missing/i;

/**
 * True when what stands where a secret would is no secret: empty values, switches, masks, placeholders, references, what
 * is said about a secret. `quoted` values may hold blanks anyway.
 */
export function isHarmless(value: string): boolean {
  if (value.length > 240) return false;
  const bare = value.trim();
  return (
    bare === '' ||
    (bare.length <= 4 && !/[\p{L}\d]/u.test(bare)) ||
    isMask(bare) ||
    isPlaceholder(bare) ||
    isStatus(bare) ||
    isReference(bare)
  );
}

/** `***`, `xxxxx`, `•••`, `...`, `[secret:3f2a]`, `SecretStr('****')` */
export function isMask(value: string): boolean {
  return (
    /^(?:[*•●×.…_-]|\\u2022|\\u002[aA]|%2[aA])+$/.test(value) ||
    /^[xX*•.-]{3,}$/.test(value) ||
    /^\[(?:secret|unreadable)(?::[0-9a-f]+)?\]$/.test(value) ||
    /^\w{0,20}\(["']?\*+["']?\)$/.test(value)
  );
}

/** `<redacted>`, `[FILTERED]`, `(hidden)`, `{{ .Values.x }}`, `${X}`, `$(cat x)`, `$X`, `%PASSWORD%`, `%s`, `:name`, `?` */
function isPlaceholder(value: string): boolean {
  const first = value.charCodeAt(0);
  // Most values start with a letter or a digit.
  if ((first >= 97 && first <= 122) || (first >= 48 && first <= 57)) return false;
  const inside = /^(?:<([^<>]{0,80})>|\[([^[\]]{0,80})\]|\(([^()]{0,80})\)|\{([^{}]{0,80})\})$/.exec(value);
  const text = inside?.[1] ?? inside?.[2] ?? inside?.[3] ?? inside?.[4];
  if (
    text !== undefined &&
    /^[\p{L} _.'":-]*$/u.test(text) &&
    (text.trim() === '' || placeholderWords.test(text) || /^\p{Script=Han}+$/u.test(text))
  )
    return true;
  return (
    (/^\{[A-Za-z_][\w.-]{0,60}\}$/.test(value) && !/\d/.test(value)) ||
    (/^[A-Z]+(?:_[A-Z]+)+$/.test(value) && placeholderWords.test(value)) ||
    (/^\$\{[^{}]{0,120}\}$/.test(value) && !hasDefault(value)) ||
    /^\$\([^()]{0,120}\)?$/.test(value) ||
    /^\$\{\{[^{}]{0,120}\}\}$/.test(value) ||
    /^\{\{[^{}]{0,120}\}\}$/.test(value) ||
    /^\$(?:env:)?[A-Z_][A-Z0-9_]*$/.test(value) ||
    /^\$\{[^{}]{0,120}$/.test(value) ||
    /^%[A-Z_]{2,60}%$/.test(value) ||
    /^(?:%[sdvqxr]|%\([a-z_]{1,40}\)s|%\+v|\?|\$\d{1,2}|:[a-z_]{1,40}|~|-|\{\}|\[\]|\(\)|@[a-z_]{1,40})$/.test(
      value,
    )
  );
}

/** `${X:-value}` holds the value where nothing is set; in Spring `${X:value}`. */
function hasDefault(value: string): boolean {
  const [, sign, held = ''] = /^\$\{[A-Za-z_][\w.-]*?(:[-=]|:(?![?+]))([^{}]+)\}$/.exec(value) ?? [];
  if (sign === undefined || isHarmless(held)) return false;
  return sign === ':' ? looksSecret(held) && !held.includes('/') : true;
}

/** `expired`, `n/a`, `must be at least 8 characters long`, `signature is invalid` */
function isStatus(value: string): boolean {
  const plain = value.replace(/[.!?,;:)]+$/, '').toLowerCase();
  if (statusWords.has(plain) || (plain.length > 1 && sentenceWords.has(plain))) return true;
  if (!plain.includes(' ')) return isWordsJoined(plain);
  const words = plain.split(/\s+/, 8);
  const [first = ''] = words;
  if (!/^[\p{L}'/-]+[:,]?$/u.test(first)) return false;
  const bare = first.replace(/[:,]$/, '');
  // One word of state and then a remark, or a sentence.
  if (statusWords.has(bare) || sentenceWords.has(bare)) return words.slice(0, 3).every(isPlainWord);
  // `called just before attempting to parse`
  const joints = words.slice(1).filter((word) => sentenceWords.has(word)).length;
  if (words.length >= 4 && joints >= 3 && words.every(isPlainWord)) return true;
  return (
    words.length >= 2 &&
    words.every(isPlainWord) &&
    words.some((word) => verdictWords.has(word.replace(/[:,]$/, '')))
  );
}

const isPlainWord = (word: string): boolean => /^["'(]?[\p{L}'/-]*\d{0,3}[\p{L}]?[)"'.,:;%]?$/u.test(word);

/** `not_found`, `not-set`, `AUTH_FAILED`, `signature-invalid`: states as code writes them. */
function isWordsJoined(value: string): boolean {
  if (!/^[a-z]+(?:[_-][a-z]+)+$/.test(value)) return false;
  const words = value.split(/[_-]/);
  return (
    words.some((word) => verdictWords.has(word) || statusWords.has(word)) &&
    words.length <= 4 &&
    words.every((word) => statusWords.has(word) || sentenceWords.has(word) || verdictWords.has(word))
  );
}

/** Paths of files, addresses, and names of things in other stores: where a secret is kept is no secret. */
function isReference(value: string): boolean {
  return (
    /^(?:file:\/\/)?[~.]{0,2}\/(?:run|etc|var|home|opt|usr|tmp|secrets|mnt|app|root|vault|srv|data|config|keys|certs|Users|dev|proc)(?:\/[\w.@+-]{1,80}){0,12}\/?$/.test(
      value,
    ) ||
    /^[~.]{1,2}\/[\w.@+/-]{1,160}$/.test(value) ||
    /^\/(?:[\w@+-]{1,60}\/){0,8}[\w@+-]{1,60}\.(?:pem|key|crt|cer|p12|pfx|jks|txt|ya?ml|json|env|conf|cfg|ini|token|pub)$/.test(
      value,
    ) ||
    /^[\w-]{1,60}\.(?:pem|key|crt|cer|p12|pfx|jks|txt|ya?ml|json|env|keytab)$/.test(value) ||
    /^[A-Za-z]:\\[\w\\. -]{1,120}$/.test(value) ||
    /^[a-z][a-z0-9+.-]{1,30}:\/\//i.test(value) ||
    /^(?:arn:aws:|new [A-Z]|op:\/\/|ref\+|projects\/[\w-]+\/secrets\/)/.test(value) ||
    // Code, not data: `config.getPassword()`, `process.env.X`, `os.Getenv("X")`, `self.password`, `args.token,`
    /^[a-z_]\w{0,60}\(\)[;,]?$/i.test(value) ||
    /^[A-Za-z_$][\w$]{0,40}(?:\.[A-Za-z_$][\w$]{0,40}){0,6}\(\{?$/.test(value) ||
    (/^[A-Za-z_]\w{0,40}(?:(?:\.|->|::)[A-Za-z_]\w{0,60}){1,6}(?:\(.{0,80}\)?)?[;,]?$/.test(value) &&
      isCode(value))
  );
}

/** Names that code joins by dots: each is a word of letters, and one of them is a usual one. */
function isCode(value: string): boolean {
  return (
    /(?:^|[.>:])(?:self|this|config|cfg|conf|settings|process|env|environ|os|req|request|args|opts|options|params|props|ctx|context|System|Environment|secrets|vault|user|data|body|form|event|state|credentials?|input|Values|var|local|module|get\w*|Get\w*)(?:[.(\->:;,)]|$)/.test(
      value,
    ) && !/[.:>]\w*\d\w*[A-Za-z]\w*$/.test(value.replace(/\(.*$/, ''))
  );
}

/** True when a word has what words of a language lack: digits among letters, or signs. At least 5 characters. */
export function looksSecret(value: string): boolean {
  if (value.length < 5 || value.length > 4096) return false;
  const letters = /\p{L}/u.test(value);
  if (/^[\p{L}\d]+$/u.test(value)) return letters && /\d/.test(value) && !isCountedWord(value);
  if (/^[\d.,:/-]+$/.test(value)) return false;
  if (/^[\p{L}]+(?:[-_'./][\p{L}]+)*$/u.test(value)) return false;
  return letters && (/[!@#$%^&*+=~|?]/.test(value) || /\d/.test(value)) && !isCountedWord(value);
}

/** `Thunder_cYGWJn`: capitals within a word, where a sentence already said that it is a password. */
export const looksMixed = (value: string): boolean =>
  /[a-z]/.test(value) &&
  /[A-Z]/.test(value) &&
  (/[_-]/.test(value) || (value.match(/[a-z][A-Z]/g) ?? []).length > 2);

/** `v1`, `HS256`, `sha256`, `10ms`, `3m20s`, `8080/tcp`, `1.2.3-rc1`, `utf-8`, times, uids, versions, `x=1` */
function isCountedWord(value: string): boolean {
  return (
    /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w|y|k|kb|mb|gb|tb|ki|mi|gi|b|%|x|st|nd|rd|th)?)+$/i.test(
      value,
    ) ||
    /^(?:v\d[\w.-]*|[a-z]{1,4}-?\d{1,3}|[hrpe]s\d{3}|ed25519|x25519|sha-?\d{1,3}|md5|oauth2?|base64|http\/[\d.]+|ipv[46]|utf-?8|x509|pkcs\d+|saml2)$/i.test(
      value,
    ) ||
    /^\d+(?:\.\d+)+[\w.+-]*$/.test(value) ||
    /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?$/.test(value) ||
    /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) ||
    /^\d+\/\w+$/.test(value) ||
    /^\(?[a-z_]+=\d+\)?$/i.test(value)
  );
}

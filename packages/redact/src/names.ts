/**
 * What the name of a key says about its value.
 * - `secret`: gone, unless the value shows that it is no secret;
 * - `likely`: gone if it looks like a secret (mixed kinds of characters), kept if it is a word;
 * - `random`: gone only if it looks random;
 * - `header`, `cookie`: several words belong to the value.
 */
export type NameMeaning = 'secret' | 'likely' | 'random' | 'header' | 'cookie' | 'none';

const meanings = new Map<string, NameMeaning>();

/** True when a setting, column or variable of this name holds a secret: `PGPASSWORD`, `authToken`, `api-key`. */
export function isSecretName(name: string): boolean {
  const meaning = meaningOf(name);
  return meaning === 'secret' || meaning === 'header' || meaning === 'cookie';
}

/** The same names come again and again, so what was found is kept, up to a bound. */
export function meaningOf(name: string): NameMeaning {
  const known = meanings.get(name);
  if (known !== undefined) return known;
  const meaning = judge(name);
  if (meanings.size >= 4096) meanings.clear();
  meanings.set(name, meaning);
  return meaning;
}

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

const ofSecrets =
  /(?:passwords?|passwd|passwrd|pass?word|passphrases?|passcode|passw|pwd|pswd|psw|secrets?|secrete|tokens?|credentials?|creds?|api_?keys?|accesskeys?|secretkeys?|privatekeys?|authkeys?|authtok|sessid|jsessionid|phpsessid|mnemonic|passwort|kennwort|contraseña|contrasena|senha|wachtwoord|motdepasse|пароль|密码|密碼|口令|密钥|令牌|凭证|凭据|私钥|私鑰|密鑰|金鑰|憑證|權杖|通行码|通行碼|授权码|授權碼|パスワード|비밀번호)$/;

/** `DB_PASS`, `dbpass`, `requirepass`: a pass that is none of the words that merely end so. */
const ofPass =
  /^(?:db|my|user|usr|smtp|mail|root|admin|auth|key|store|ssh|ldap|bind|wifi|ftp|sql|pg|redis|mongo|neo4j|require|login|app|web|http|proxy|master|default|rpc|basic)?pass$/;

/** The word before `key` that makes it a secret one. */
const secretKeys = set(`
  api access private secret signing sign encryption encrypt decryption account auth hmac shared sharedaccess master audit
  jwt jws jwe session cookie crypto cipher aes des rsa ssh gpg pgp license licence app application service client consumer
  deploy ingest ingestion write admin root storage webhook subscription integration sendgrid stripe mailgun twilio
  aws gcp azure google github gitlab datadog dd newrelic sentry algolia mapbox wireguard psk preshared bearer
  passport oauth management instrumentation functions fernet vault unseal recovery sas user x server s3 minio r2 hash
  registration activation product security csrf cloudflare tls ssl enc dek kek data db database django flask rails laravel
  certificate cert kibana elastic grafana influx rabbitmq redis nats neo4j postgres mysql mongo slack telegram discord bot payment`);

/** The word before `key` that makes it a plain one. */
const plainKeys = set(`
  primary foreign partition sort cache routing public pub object group map index unique row idempotency config message
  lookup search join dedup natural bucket schema sequence idx hot binding translation i18n label sharding shard topic
  hash range composite candidate surrogate alternate dictionary json yaml query header metric field state
  missing unknown invalid no any each this that same wrong duplicate reduce batch ordering event param property setting
  arrow enter return escape tab`);

/** Words after the one that matters that leave it what it is: `PASSWORD_1`, `API_TOKEN_V2`, `SECRET_KEY_BASE`. */
const qualifiers = set(`
  old new prod production dev development test testing stage staging qa primary secondary backup prev previous current
  next value values val plain plaintext cleartext raw text string str enc encrypted b64 base64 base hash hashed digest md5
  sha1 sha256 hex bytes data confirm confirmation confirmed again repeat retype default live sandbox a b main read write
  ro rw admin root app salt header env secure super real final temp tmp local global shared internal external master
  slave replica web api db do not commit x v`);

/** Words after it that make it a property of a secret, which is no secret. */
const properties = set(`
  name names file files filename path paths dir url urls uri endpoint endpoints type types kind length len size count
  counts id ids ref refs reference version expiry expires expired expiration ttl age at on time timestamp date created
  updated changed rotated last policy policies format field fields column columns label title placeholder hint prompt
  required enabled disabled set valid invalid validity status state error errors failed failure failures attempts retry
  retries limit limits max min budget usage used left remaining rate total per s source sources provider store manager
  service server host port issuer audience scope scopes claims algorithm alg method mode level strength encryption
  authentication reset resets change changes rotation generator generation filter handler controller reviewer review
  request requests response cache bucket index prefix suffix pattern regex var variable parser validator validation
  check checker exchange binding projection template class helper util config settings options params reader writer
  client info metadata meta description desc comment note help doc docs link page form view element selector style ok
  mismatch match exists missing present history similarity lifetime period interval window days hours minutes seconds ms
  mount mounts volume volumes engine backend namespace region arn stdin stdout in out auth authenticator mapping
  supplied provided sent given needed checked cost rounds iterations storage vault ring rings pair pairs board code
  word words press up down alias box frame stone hole space spaces store_type tab bytes_len bits bit length_min`);

/** A first word that says that the name only refers to a secret, or that it is a public one. */
const referring = set('existing public pub checksum no has is missing automount');

function judge(name: string): NameMeaning {
  const words = wordsOf(name);
  while (words.length > 1 && isQualifier(words.at(-1) ?? '', words)) words.pop();
  const last = words.at(-1) ?? '';
  const before = words.at(-2) ?? '';
  if (referring.has(words[0] ?? '') && words.length > 1) return 'none';
  if (last.endsWith('authorization')) return 'header';
  if (/^(?:set)?cookies?$/.test(last)) return 'cookie';
  if (ofSecrets.test(last) || (last === 'sid' && before === 'connect')) return 'secret';
  if (/^(?:root|db|user|admin|my|bind|ldap|mail|smtp|login)?pw$/.test(last) || last === 'psk')
    return 'secret';
  // A personal access token: `GITHUB_PAT`.
  if (last === 'pat' && words.length > 1) return 'likely';
  if (ofPass.test(last)) return words.length > 1 || last !== 'pass' ? 'secret' : 'likely';
  if (last === 'key' || last === 'keys') return keyMeaning(words);
  const joined = /^(.*?)keys?$/.exec(last)?.[1];
  if (joined !== undefined && joined !== '') return secretKeys.has(joined) ? 'secret' : 'none';
  if (
    last === 'masterauth' ||
    (last === 'auth' && /^(?:rediscli|redis|registry|proxy|smtp|npm|neo4j|docker)$/.test(before))
  )
    return 'secret';
  if (last === 'auth' && before === 'o') return 'none';
  if (last === 'auth' || last === 'otp' || last === 'totp') return words.length > 1 ? 'likely' : 'random';
  if (/^(?:signature|sig|hmac)$/.test(last) || name === 'code') return 'random';
  if (isSession(name)) return 'random';
  if (/^saml(?:request|response)$/i.test(name)) return 'secret';
  // The secret half of an AppRole of Vault, and of a token of Consul.
  if (/^secret_?id$/i.test(name)) return 'secret';
  if (name.toLowerCase() === 'pin') return 'random';
  return isProperty(last) ? 'none' : insideName(words);
}

/** `sessionid`, `ASP.NET_SessionId`, `laravel_session`, `sid`: what a browser is known by. */
export const isSession = (name: string): boolean =>
  /(?:^|[._-])(?:session[_-]?id|[a-z]{2,20}_session|sid)$/i.test(name);

function keyMeaning(words: readonly string[]): NameMeaning {
  const before = words.at(-2);
  if (before === undefined) return 'random';
  // Services of that kind end so: their keys are for an API, too.
  if (secretKeys.has(before) || (before.endsWith('ai') && before.length > 2)) return 'secret';
  if (ofSecrets.test(before)) return 'secret';
  if (plainKeys.has(before)) return 'none';
  return 'random';
}

/** `my_password_super_secure`, `mySecretString`: a secret with words after it that no list can foresee. */
function insideName(words: readonly string[]): NameMeaning {
  const index = words.findIndex((word) => ofSecrets.test(word));
  if (index < 0) return 'none';
  return words.slice(index + 1).some(isProperty) ? 'none' : 'likely';
}

const isProperty = (word: string): boolean => properties.has(word) || properties.has(word.replace(/s$/, ''));

function isQualifier(word: string, words: readonly string[]): boolean {
  if (/^v?\d+$/.test(word) || /^\d*$/.test(word)) return true;
  // `test_pass_api` ends in a qualifier, `api` alone is no qualifier.
  return (
    qualifiers.has(word) && words.slice(0, -1).some((other) => ofSecrets.test(other) || isKeyLike(other))
  );
}

const isKeyLike = (word: string): boolean =>
  ofPass.test(word) || word === 'key' || word === 'pw' || word === 'cookie';

/** `AWS_SECRET_ACCESS_KEY` → aws secret access key; `authToken2` → auth token 2 */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\u00e0-\u00ff\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/pass ?word/gi, 'password')
    .replace(/(\p{L})(\d+)(?=$|[^\p{L}\d])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter((word) => word !== '');
}

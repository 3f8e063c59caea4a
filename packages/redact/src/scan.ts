import { isNameCode, isSpaceCode } from './chars.ts';
import {
  hideCurl,
  hideLiteral,
  hidePassArgument,
  hidePositional,
  hideShortFlag,
  hideUserAndPassword,
} from './commands.ts';
import { hanNames, hideHan } from './han.ts';
import { hideParameters, hideScheme } from './headers.ts';
import { issuers } from './issuers.ts';
import { hideEscapedObjects, hideSecretObjects } from './kubernetes.ts';
import { buildAutomaton } from './literals.ts';
import {
  hideCommunity,
  hideImapLogin,
  hideNetUse,
  hidePassCommand,
  hideRelay,
  hideSecureString,
  hideSessionId,
  hideStatsAuth,
} from './logins.ts';
import { hideFormField } from './multipart.ts';
import { hideNamed } from './pairs.ts';
import { hideKeyTail, hidePrivateKey, hidePuttyKey } from './pem.ts';
import type { ScanState } from './scan-state.ts';
import {
  hideAclUser,
  hideAuth,
  hideCalled,
  hideDetail,
  hideIdentified,
  hideInserted,
  hidePassLine,
} from './statements.ts';
import {
  hideAirtableToken,
  hideAzureSecret,
  hideBotToken,
  hideHash,
  hideMailchimpKey,
  hideNamedHash,
  hideRandom,
  hideToken,
  hideWebToken,
} from './tokens.ts';
import { hideBeforeSign, hideHook, hideUserinfo } from './urls.ts';

/** What is done where a literal ends; returns where to go on. */
type Handler = (state: ScanState, end: number, length: number) => number;

const handlers: (readonly [readonly string[], Handler])[] = [
  [
    `pass pwd psw pw secret token key cred auth cookie sessid sessionid session_id session-id _session= .sid sid= sid: kennwort contrase
     senha wachtwoord motdepasse пароль パスワード 비밀번호 mnemonic psk signature sig= sig" hmac otp code= pin= pin: samlresponse`.split(
      /\s+/,
    ),
    namedOrCommand,
  ],
  [hanNames, (state, end, length) => hideHan(state, end, length) ?? Math.max(end, hideNamed(state, end))],
  [['form-data'], (state, end) => hideFormField(state, end)],
  [['stats auth '], (state, end) => hideStatsAuth(state, end)],
  [['login '], (state, end) => hideImapLogin(state, end)],
  [['session id'], (state, end) => hideSessionId(state, end)],
  [['pass '], (state, end) => hidePassCommand(state, end)],
  [['community '], (state, end) => hideCommunity(state, end)],
  [['net use'], (state, end) => hideNetUse(state, end)],
  [['securestring'], (state, end) => hideSecureString(state, end)],
  [[']:'], (state, end) => hideRelay(state, end)],
  [['://'], (state, end) => Math.max(hideHook(state, end), hideUserinfo(state, end))],
  [['@'], (state, end) => hideBeforeSign(state, end)],
  [['-----begin'], (state, end, length) => hidePrivateKey(state, end - length)],
  [['-----end'], (state, end, length) => hideKeyTail(state, end - length)],
  [['private-lines'], (state, end) => hidePuttyKey(state, end)],
  [
    ['bearer', 'basic'],
    (state, end, length) => (isWord(state.text, end - length, end) ? hideScheme(state, end) : end),
  ],
  [['digest', 'aws4-hmac-sha256', 'hawk', 'oauth', 'signature'], (state, end) => hideParameters(state, end)],
  [['-p', '-u', '-a', '-w', '-b', '-x'], (state, end) => hideShortFlag(state, end)],
  [
    ['--user', '--proxy-user'],
    (state, end) => (isNameCode(state.text.charCodeAt(end)) ? end : hideUserAndPassword(state, end)),
  ],
  [['curl'], (state, end) => hideCurl(state, end)],
  [['--from-literal'], (state, end) => hideLiteral(state, end)],
  [['pass:'], (state, end) => hidePassArgument(state, end)],
  [['identified'], (state, end) => hideIdentified(state, end)],
  [['insert'], (state, end) => hideInserted(state, end)],
  [
    '__construct( mysqli_connect( createuser( create_user( adduser( networkcredential( credentials( passwordauthentication( authenticationtoken( auth( auth=( auth =( auth= ( login( changeuserpassword( crypt( encrypt( decrypt( authenticate('.split(
      ' ',
    ),
    (state, end) => hideCalled(state, end),
  ],
  [['add_user'], (state, end, length) => hidePositional(state, end - length) ?? end],
  [[' >', ' <', ' #', '">', "'>"], (state, end) => hideAclUser(state, end)],
  [['eyj'], (state, end) => hideWebToken(state, end)],
  [['$2', '$5', '$6', '$7', '$y', '$a', '$s', '$m', '$g', '$p'], (state, end) => hideHash(state, end - 1)],
  [
    ['scram-sha', 'pbkdf2_sha', 'bcrypt', 'argon2', 'scrypt'],
    (state, end, length) => hideNamedHash(state, end - length) ?? end,
  ],
  [['-us'], (state, end) => hideMailchimpKey(state, end)],
  [['pat'], (state, end) => Math.max(hideAirtableToken(state, end), hideAccessToken(state, end))],
  [['key ('], (state, end) => hideDetail(state, end)],
  [['q~'], (state, end) => hideAzureSecret(state, end)],
  [[':aa'], (state, end) => hideBotToken(state, end)],
  [[':5432:', ':5433:', ':6432:', ':*:'], (state, end, length) => passLine(state, end, length)],
  ...issuers.map((issuer): readonly [readonly string[], Handler] => [
    [issuer.prefix],
    (state, end) => hideToken(state, end, issuer),
  ]),
];

const literals = handlers.flatMap(([words, handle]) => words.map((word) => ({ word, handle })));
const automaton = buildAutomaton(literals.map(({ word }) => word));

/** Finds every secret whose form is known in the text of `state`. */
export function scan(state: ScanState): void {
  const { text } = state;
  const { classes, next, shift, accepts, ends } = automaton;
  const length = text.length;
  let automatonState = 0;
  for (let at = 0; at < length; ) {
    automatonState = next[(automatonState << shift) | (classes[text.charCodeAt(at)] ?? 0)] ?? 0;
    at += 1;
    if (accepts[automatonState] === 0) continue;
    state.tick();
    let resume = at;
    for (const index of ends[automatonState] ?? []) {
      const literal = literals[index];
      if (literal !== undefined) resume = Math.max(resume, literal.handle(state, at, literal.word.length));
    }
    if (resume > at) {
      at = resume;
      automatonState = 0;
    }
  }
  hideRandom(state);
  if (text.includes('ecret')) {
    hideSecretObjects(state);
    hideEscapedObjects(state);
  }
}

/** `GITHUB_PAT=x`; `path` and `pattern` are no tokens. */
function hideAccessToken(state: ScanState, end: number): number {
  const { text } = state;
  const ends = !isNameCode(text.charCodeAt(end)) && /[_-]/.test(text.charAt(end - 4));
  return ends ? Math.max(end, hideNamed(state, end)) : end;
}

function isWord(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const escaped = text.charCodeAt(start - 2) === 92 && /[nrt]/.test(text.charAt(start - 1));
  return (!isNameCode(before) || escaped || before === 45) && !isNameCode(text.charCodeAt(end));
}

/** A name, or the command of Redis that is one. */
function namedOrCommand(state: ScanState, end: number): number {
  const { text } = state;
  if (
    text.startsWith('AUTH', end - 4) &&
    !isNameCode(text.charCodeAt(end)) &&
    (!isNameCode(text.charCodeAt(end - 5)) || /\\[nr]/.test(text.slice(end - 6, end - 4)))
  ) {
    const next = hideAuth(state, end - 4, end);
    if (next !== undefined) return next;
  }
  return Math.max(end, hideNamed(state, /[=":]/.test(text.charAt(end - 1)) ? end - 1 : end));
}

function passLine(state: ScanState, end: number, length: number): number {
  const { text } = state;
  let start = end - length;
  while (start > 0 && end - start < 300 && !isSpaceCode(text.charCodeAt(start - 1))) start -= 1;
  return hidePassLine(state, start) ?? end;
}

import { lineEnd, matchAt } from './chars.ts';
import { isHarmless, looksMixed, looksSecret } from './harmless.ts';
import { kindOf } from './key.ts';
import type { ScanState } from './scan-state.ts';

/** Chinese names of secrets, of both scripts, in which words stand without blanks between them. */
export const hanNames = (
  '密码 密碼 口令 密钥 密鑰 金鑰 令牌 權杖 凭证 凭据 憑證 私钥 私鑰 通行码 通行碼 授权码 授權碼 ' +
  '验证码 驗證碼 提取码 提取碼'
).split(' ');

/**
 * What stands between such a name and its value: marks that close the name, a remark in brackets, and then a sign
 * (`：`), a verb (`为`, `已修改为`), a bracket (`[`, `】`), or a blank.
 */
const gap =
  /(?:[」』》”"'`*]{0,4})(?:[（(][^（()）\n\r]{1,24}[)）])?[」』》”"'`*]{0,4}[ \t\u3000]{0,8}(?:(?:已?被?(?:修改|重置|更新|设置|設置|变更|變更|更换|改|设)?(?:为|為|成|是)?)?[ \t]{0,4}([:：=＝]{1,2}|->|→|=>)|(已?被?(?:修改|重置|更新|设置|設置|变更|變更|更换|改|设)?(?:为|為|成|是))|([[【])|([】])|([ \t\u3000]))[ \t\u3000]{0,20}[“"'「`【[]{0,2}/y;
const value = /[!#$%&()*+\-./0-9:;<=>?@A-Z\\^_a-z{|}~]{2,512}/y;
/** `围栏令牌`, `剩余令牌`: what is counted. */
const counted = /(?:围栏|剩余|可用|最大|最小|总|栅栏|序列)$/;
const oneTime = /(?:验证码|驗證碼|提取码|提取碼)$/;

/** A Chinese name of a secret ends at `at`: hides its value. Undefined when nothing behind it is one. */
export function hideHan(state: ScanState, at: number, length: number): number | undefined {
  const { text } = state;
  const name = text.slice(at - length, at);
  const found = matchAt(gap, text, at);
  if (found === null) return hideBelow(state, at, length);
  const [all, sign, verb, open, close, blank] = found;
  const from = at + all.length;
  const word = matchAt(value, text, from)?.[0] ?? '';
  const held = word.replace(/[.,;:!?)}\]>"'`]+$/, '');
  if (held === '' || isHarmless(word) || isHarmless(held)) return undefined;
  // `密码：invalid username-password pair`: a sentence about it.
  if (isHarmless(text.slice(from, lineEnd(text, from, 200)).split(/[，。；]/, 1)[0] ?? '')) return undefined;
  // A count: nothing else looks at it either.
  if (/^\d{1,9}$/.test(held) && counted.test(text.slice(Math.max(0, at - length - 2), at - length)))
    return at;
  if (/^\d{1,3}$/.test(held) && !isPassword(name)) return at;
  // `账号和密码：admin / x`: the rules of pairs take the whole line.
  if (sign !== undefined && text.startsWith(' / ', from + held.length)) return undefined;
  const sure =
    sign !== undefined || close !== undefined
      ? held.length >= 3
      : open !== undefined
        ? held.length >= 6
        : verb !== undefined || blank !== undefined
          ? held.length >= 6 && (looksSecret(held) || looksMixed(held))
          : false;
  const code = oneTime.test(name) ? /^[A-Za-z0-9]{4,8}$/.test(held) : sure;
  if (!code || isReferring(held)) return undefined;
  state.add(from, from + held.length, kindOf(name));
  return from + held.length;
}

const below = /[:：]?[ \t]{0,8}\r?\n[ \t]{0,20}([!-~]{6,128})[ \t]{0,8}(?=[\r\n]|$)/y;

/** The name alone on its line, and the value on the next one. */
function hideBelow(state: ScanState, at: number, length: number): number | undefined {
  const { text } = state;
  const found = matchAt(below, text, at);
  const held = found?.[1];
  if (found === null || held === undefined || !looksSecret(held) || isHarmless(held)) return undefined;
  if (at > length && !/[\s:：]/.test(text.charAt(at - length - 1))) return undefined;
  const end = at + found[0].trimEnd().length;
  state.add(end - held.length, end, kindOf(text.slice(at - length, at)));
  return end;
}

const isPassword = (name: string): boolean => /^(?:密码|密碼|口令|通行|验证|驗證|提取|授)/.test(name);
/** `密钥=sha256:…`, `令牌类型=Bearer`: the name of a way, or where it is kept. */
const isReferring = (held: string): boolean =>
  /^(?:bearer|basic|jwt|rsa|ecdsa|ed25519|aes(?:-\d+)?(?:-\w+)?|[hrpe]s\d{3}|sm[234]|token|password)$/i.test(
    held,
  );

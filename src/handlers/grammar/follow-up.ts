/** What a few words inside a thread ask about the last answer there. */
export type FollowUp =
  | { readonly kind: 'why' }
  /** `text`: what was not named as the cause. */
  | { readonly kind: 'why-not'; readonly text: string }
  | { readonly kind: 'again' }
  | { readonly kind: 'elsewhere'; readonly environment: string }
  | { readonly kind: 'since' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'fix-it' };

/** Said before and after a question, and no part of it. */
const polite =
  /^(?:(?:and|but|so|ok|okay|hey|please|那么?|请|麻烦)[\s,，]+|请|那)+|[\s,，]+(?:please|then|now|though)$/gi;

const why =
  /^(?:why(?: is (?:that|it|this)(?: so)?| so)?|how come|为什么(?:会这样|呢)?|为啥|怎么回事|(?:是)?什么原因|原因(?:是什么)?)$/i;
const whyNot = /^(?:why (?:not|is it not|isn['’]?t it)|为什么不是|怎么不是)[\s:：]*(.+)$/i;
const again =
  /^(?:(?:(?:check|look|run(?: it)?|try|do(?: it)?|ask)(?: it)? )?(?:again|once more)|re-?(?:run|check|try|do)(?: it)?|再(?:来|查|看|试|检查|诊断|运行)(?:一次|一遍|一下)?|重试|重新(?:检查|诊断|运行|来))$/i;
const since =
  /^(?:since when(?: is (?:that|it|this) so)?|when did (?:it|this|that) (?:start|begin|happen)|how long(?: (?:is|has) (?:it|this|that)(?: been)?(?: so| like (?:that|this))?)?|(?:是)?(?:从)?什么时候(?:开始|起)?的?(?:呢)?|多久了|从何时开始)$/i;
const changed =
  /^(?:what(?:['’]s| is| has)? (?:changed|new|different)|what changed(?: before| recently| since)?|any(?:thing)? (?:changes|changed|new)|(?:最近|之前)?(?:改了|变了|动了|改过|有)(?:什么|哪些)(?:变化|变更|改动)?|有(?:没有)?(?:什么)?(?:变化|变更|改动)(?:吗)?|发生了什么变化)$/i;
const fixIt =
  /^(?:(?:please )?(?:fix|mend|repair) (?:it|that|this)|apply (?:it|that|this|the fix)|(?:修复|修好|修|解决)(?:它|这个|一下|吧)|把它修好|应用(?:它|修复)|执行修复)$/i;
const elsewhere =
  /^(?:what about|how about|same (?:in|on|for)|and|in|on)?\s*(?:in |on |for )?(\S+?)(?:\s*环境)?\s*(呢)?$/i;

/** Returns undefined when the text asks nothing about an answer. It is then read as a request. */
export function followUpIn(text: string, environments: readonly string[]): FollowUp | undefined {
  const bare = text.replace(/[\s.!?。！？…]+$/u, '').trim();
  const words = bare.replace(polite, '').trim();
  if (words === '' || words.includes('\n')) return undefined;
  if (why.test(words)) return { kind: 'why' };
  if (again.test(words)) return { kind: 'again' };
  if (since.test(words)) return { kind: 'since' };
  if (changed.test(words)) return { kind: 'changed' };
  if (fixIt.test(words)) return { kind: 'fix-it' };
  const denied = whyNot.exec(words)?.[1];
  if (denied !== undefined) return { kind: 'why-not', text: denied };
  const [, name = '', ni] = elsewhere.exec(words) ?? [];
  const environment = environments.find((one) => one.toLowerCase() === name.toLowerCase());
  // A name alone may be anything; with a question mark, or a word before it, it is a question.
  const asked = ni !== undefined || /[?？]\s*$/.test(text) || bare.toLowerCase() !== name.toLowerCase();
  return environment === undefined || !asked ? undefined : { kind: 'elsewhere', environment };
}

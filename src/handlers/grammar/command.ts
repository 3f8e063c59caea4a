import type { CommandFault } from '../../bot/views/command-fault.ts';
import { present } from '../../domain/kernel/present.ts';
import { similarTo } from '../../domain/kernel/similar.ts';
import { straightQuotes } from '../../domain/kernel/text.ts';
import { readWish } from '../../domain/logs/query.ts';
import { runReference } from '../../domain/run/reference.ts';

/**
 * The grammar of `/aetherius …` and of `@aetherius …` (which is the only form inside a thread). Pure:
 * text and the names of the environments in, a command, or the reason why it is not a command, out.
 */
export type Command =
  | { readonly kind: 'help'; readonly verb?: Verb }
  /** What can be diagnosed. */
  | { readonly kind: 'symptoms' }
  | { readonly kind: 'whoami' }
  | { readonly kind: 'health'; readonly environment?: string }
  | { readonly kind: 'diagnose'; readonly symptom: string; readonly environment?: string }
  | {
      readonly kind: 'logs';
      readonly part: string;
      /** `since`, `until`, `level`, `grep`, `trace`, `container`, as they were typed. */
      readonly options: Readonly<Record<string, string>>;
      readonly environment?: string;
    }
  /** `since` as it was typed. */
  | { readonly kind: 'collect'; readonly since?: string; readonly environment?: string }
  | { readonly kind: 'report'; readonly run?: string; readonly environment?: string }
  | {
      readonly kind: 'fix';
      readonly remediation: string;
      readonly args: Readonly<Record<string, string>>;
      readonly environment?: string;
    }
  | { readonly kind: 'break-glass'; readonly id: string; readonly reason: string }
  | { readonly kind: 'approvals' }
  | { readonly kind: 'approve'; readonly id: string; readonly planHash?: string; readonly reason?: string }
  | { readonly kind: 'reject'; readonly id: string; readonly reason: string }
  | {
      readonly kind: 'resolve';
      readonly id: string;
      readonly outcome: 'worked' | 'failed';
      readonly reason: string;
    }
  | { readonly kind: 'fixes'; readonly change: SwitchChange }
  | { readonly kind: 'mute'; readonly change: MuteChange; readonly environment?: string }
  | { readonly kind: 'history'; readonly environment?: string }
  /** In a thread: of its incident. */
  | { readonly kind: 'timeline'; readonly environment?: string }
  | { readonly kind: 'token'; readonly change: TokenChange }
  | { readonly kind: 'digest'; readonly change: DigestChange; readonly environment?: string };

export type DigestChange =
  | { readonly what: 'show' }
  | { readonly what: 'now' }
  | { readonly what: 'on' }
  | { readonly what: 'off' }
  | { readonly what: 'at'; readonly at: string };

/** `mute` and `known` keep a finding from being told by itself; `part` and `cause` as they were typed. */
export type MuteChange =
  | { readonly what: 'show' }
  | { readonly what: 'export' }
  | { readonly what: 'lift'; readonly part: string; readonly cause: string }
  | {
      readonly what: 'mute' | 'known';
      readonly part: string;
      readonly cause: string;
      readonly reason: string;
      readonly forMs?: number;
    };

/** Of one's own tokens for the command line. */
export type TokenChange =
  | { readonly what: 'issue' }
  | { readonly what: 'list' }
  | { readonly what: 'revoke'; readonly id: string };

/** `fixes off` stops all fixes, or those of one remediation; `fixes on` lets them go on; `fixes confirm` takes an older record as it is; `fixes stop` ends one that runs. */
export type SwitchChange =
  | { readonly what: 'show' }
  | { readonly what: 'confirm'; readonly reason: string }
  /** Ends the follow-up of a fix that ran by break-glass. */
  | { readonly what: 'close'; readonly id: string; readonly reason: string }
  /** As the button of its card: it ends after the current step or batch. */
  | { readonly what: 'stop'; readonly id: string; readonly reason?: string }
  | {
      readonly what: 'off' | 'on';
      /** `*`, or the id of a remediation. */
      readonly scope: string;
      readonly reason: string;
      readonly forMs?: number;
    };

export type ParsedCommand =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly fault: CommandFault };

export const verbs = [
  'health',
  'diagnose',
  'logs',
  'collect',
  'report',
  'fix',
  'approvals',
  'approve',
  'reject',
  'resolve',
  'fixes',
  'mute',
  'symptoms',
  'history',
  'timeline',
  'digest',
  'token',
  'whoami',
  'help',
] as const;

export type Verb = (typeof verbs)[number];

/** What people type at 3 a.m. instead of the word in the table, in both languages. */
const synonyms: Readonly<Record<string, Verb>> = {
  check: 'health',
  status: 'health',
  健康: 'health',
  检查: 'health',
  状态: 'health',
  diag: 'diagnose',
  diagnosis: 'diagnose',
  诊断: 'diagnose',
  排查: 'diagnose',
  log: 'logs',
  日志: 'logs',
  bundle: 'collect',
  收集: 'collect',
  报告: 'report',
  apply: 'fix',
  repair: 'fix',
  修复: 'fix',
  pending: 'approvals',
  审批: 'approvals',
  待审批: 'approvals',
  修复列表: 'fixes',
  所有修复: 'fixes',
  silence: 'mute',
  静音: 'mute',
  静默: 'mute',
  symptom: 'symptoms',
  症状: 'symptoms',
  症状列表: 'symptoms',
  ok: 'approve',
  批准: 'approve',
  同意: 'approve',
  deny: 'reject',
  decline: 'reject',
  拒绝: 'reject',
  驳回: 'reject',
  解决: 'resolve',
  runs: 'history',
  历史: 'history',
  时间线: 'timeline',
  日报: 'digest',
  摘要: 'digest',
  tokens: 'token',
  令牌: 'token',
  我是谁: 'whoami',
  帮助: 'help',
  '?': 'help',
};

/** After `fix`, instead of the id of a remediation (R-A9). */
const glassWords: ReadonlySet<string> = new Set(['break-glass', '紧急']);

/** @param environments names as configured; the last word of a command may be one of them. */
export function parseCommand(text: string, environments: readonly string[]): ParsedCommand {
  const words = tokenize(text);
  const first = words.shift();
  if (first === undefined) return accept({ kind: 'help' });
  const verb = verbOf(first);
  if (verb === undefined)
    return refuse({ reason: 'unknown-verb', facts: { word: first, known: verbs.join(', ') } });
  if (verb === 'diagnose')
    return pasted(text, environments) ?? asSaid(text, parsed(verb, words, environments));
  return parsed(verb, words, environments);
}

function parsed(verb: Verb, words: readonly string[], environments: readonly string[]): ParsedCommand {
  return parsers[verb](takeEnvironment(words, environments), environments);
}

/** Several lines behind `diagnose`: the first may name the environment, and the others stay as they were pasted. */
function pasted(text: string, environments: readonly string[]): ParsedCommand | undefined {
  const [first = '', ...more] = plainText(text).trim().split(/\r?\n/);
  const lines = more.filter((line) => !/^\s*(?:```\s*)?$/.test(line));
  if (lines.length === 0) return undefined;
  const rest = takeEnvironment(tokenize(first).slice(1), environments);
  const wrong = wrongEnvironment(rest, environments);
  if (wrong) return wrong;
  const symptom = [...(rest.words.length === 0 ? [] : [rest.words.join(' ')]), ...lines].join('\n');
  return accept({ kind: 'diagnose', symptom: symptom.replaceAll('```', ''), ...environmentOf(rest) });
}

/**
 * The words behind `diagnose` as they were typed, without the environment: the quotes in an error are part of it, and are
 * taken away only where they hold all of it.
 */
function asSaid(text: string, read: ParsedCommand): ParsedCommand {
  if (!read.ok || read.command.kind !== 'diagnose') return read;
  const { symptom, environment } = read.command;
  const named = /(?<!\S)(?:--)?env(?:ironment)?=\S+|(?<!\S)--env(?:ironment)?\s+\S+/giu;
  const all = straight(text)
    .trim()
    .replace(/^\S+\s*/u, '');
  const rest = all.replace(named, ' ').trim();
  const bare = environment !== undefined && rest === all.trim();
  const said = (bare ? rest.replace(/\S+$/u, '') : rest).replaceAll('`', ' ').replace(/\s+/gu, ' ').trim();
  const [, held] = /^"([^"]*)"$/.exec(said) ?? [];
  return accept({ ...read.command, symptom: (held ?? said) || symptom });
}

export function verbOf(word: string): Verb | undefined {
  const lower = word.toLowerCase();
  return (
    verbs.find((verb) => verb === lower) ?? (Object.hasOwn(synonyms, lower) ? synonyms[lower] : undefined)
  );
}

/** The environment that a text names, if it does. */
export function environmentIn(text: string, environments: readonly string[]): string | undefined {
  return takeEnvironment(tokenize(text), environments).environment;
}

interface Rest {
  readonly words: readonly string[];
  readonly environment?: string;
  /** Given as `env=…` or `--env …`, but no such environment exists. */
  readonly wrong?: string;
  /** The environment was the last word, which may belong to a text. */
  readonly bare?: true;
}

/** `env=prod`, `--env prod`, `--env=prod` anywhere, or a bare name as the last word. */
function takeEnvironment(words: readonly string[], environments: readonly string[]): Rest {
  const known = (name: string): string | undefined =>
    environments.find((environment) => environment.toLowerCase() === name.toLowerCase());
  const rest: string[] = [];
  let named: string | undefined;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    const inline = /^(?:--)?env(?:ironment)?=(.+)$/i.exec(word)?.[1];
    if (inline !== undefined) named = inline;
    else if (/^--env(?:ironment)?$/i.test(word)) {
      i += 1;
      named = words[i] ?? '';
    } else rest.push(word);
  }
  if (named !== undefined) {
    const environment = known(named);
    return environment === undefined ? { words: rest, wrong: named } : { words: rest, environment };
  }
  const last = rest.at(-1);
  const environment = last === undefined ? undefined : known(last);
  return environment === undefined ? { words: rest } : { words: rest.slice(0, -1), environment, bare: true };
}

const outcomeWords: Readonly<Record<string, 'worked' | 'failed' | undefined>> = {
  worked: 'worked',
  done: 'worked',
  成功: 'worked',
  failed: 'failed',
  失败: 'failed',
};

/** Options of logs, as they are typed before a `=`. */
export const logOptions: ReadonlySet<string> = new Set([
  'since',
  'until',
  'level',
  'grep',
  'trace',
  'container',
]);

type Parser = (rest: Rest, environments: readonly string[]) => ParsedCommand;

const parsers: Readonly<Record<Verb, Parser>> = {
  help: ({ words: [word] }) => accept({ kind: 'help', ...present({ verb: verbOf(word ?? '') }) }),
  symptoms: (rest) => {
    const word = rest.words[0];
    if (word !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'symptoms', word } });
    return accept({ kind: 'symptoms' });
  },
  whoami: () => accept({ kind: 'whoami' }),
  approvals: () => accept({ kind: 'approvals' }),
  health: bare('health'),
  history: bare('history'),
  timeline: bare('timeline'),
  diagnose: (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    // "diagnose prod" where prod is an environment: the symptom is what is missing.
    if (rest.words.length === 0) return missing('diagnose', 'symptom');
    return accept({ kind: 'diagnose', symptom: rest.words.join(' '), ...environmentOf(rest) });
  },
  fix: (rest, environments) => {
    const [glass, id, ...why] = everyWord(rest);
    if (glass !== undefined && glassWords.has(glass.toLowerCase())) {
      if (id === undefined) return missing('fix', 'id');
      if (why.length === 0) return missing('fix', 'reason');
      return accept({ kind: 'break-glass', id: handleOf(id), reason: why.join(' ') });
    }
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    const { named, plain } = splitNamed(rest.words);
    const remediation = plain[0];
    if (remediation === undefined) return missing('fix', 'id');
    const surplus = plain[1];
    if (surplus !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'fix', word: surplus } });
    return accept({ kind: 'fix', remediation, args: named, ...environmentOf(rest) });
  },
  logs: (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    const { named, plain } = splitNamed(rest.words);
    const surplus = Object.keys(named).find((name) => !logOptions.has(name));
    if (surplus !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'logs', word: surplus } });
    if (plain.length === 0 && named.trace === undefined) return missing('logs', 'part');
    for (const name of ['since', 'until', 'level', 'trace'] as const) {
      // Each for itself: how they stand to each other depends on the time at which they are read.
      const wish = readWish(present({ [name]: named[name] }), Date.UTC(2100, 0));
      if (!wish.ok) return refuse({ reason: `bad-${wish.fault}`, facts: { word: wish.value } });
    }
    return accept({
      kind: 'logs',
      // A trace goes through the parts, so a request that names one need not say "all".
      part: plain.length === 0 ? 'all' : plain.join(' '),
      options: named,
      ...environmentOf(rest),
    });
  },
  collect: (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    const { named, plain } = splitNamed(rest.words);
    const surplus = Object.keys(named).find((name) => name !== 'since');
    if (surplus !== undefined)
      return refuse({ reason: 'surplus', facts: { verb: 'collect', word: surplus } });
    // A word that is left over can only be a misspelt environment.
    if (plain[0] !== undefined) return unknownEnvironment(plain[0], environments);
    const wish = readWish(present({ since: named.since }), Date.UTC(2100, 0));
    if (!wish.ok) return refuse({ reason: `bad-${wish.fault}`, facts: { word: wish.value } });
    return accept({ kind: 'collect', ...present({ since: named.since }), ...environmentOf(rest) });
  },
  report: (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    // People copy the last words of an answer: "run f426b46d".
    const [word, surplus] = rest.words.filter((one) => !/^(?:run|运行编号)$/i.test(one));
    if (surplus !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'report', word: surplus } });
    if (word === undefined) return accept({ kind: 'report', ...environmentOf(rest) });
    const run = runReference(word);
    if (run === undefined) return refuse({ reason: 'bad-run', facts: { word } });
    return accept({ kind: 'report', run, ...environmentOf(rest) });
  },
  approve: (rest) => {
    const [id, ...more] = everyWord(rest);
    if (id === undefined) return missing('approve', 'id');
    const hash = more.find((word) => /^(?:hash=)?[0-9a-f]{8,64}$/i.test(word));
    const reason = more.filter((word) => word !== hash).join(' ');
    return accept({
      kind: 'approve',
      id: handleOf(id),
      ...present({ planHash: hash?.replace(/^hash=/i, '').toLowerCase() }),
      ...(reason === '' ? {} : { reason }),
    });
  },
  reject: (rest) => {
    const [id, ...more] = everyWord(rest);
    if (id === undefined) return missing('reject', 'id');
    if (more.length === 0) return missing('reject', 'reason');
    return accept({ kind: 'reject', id: handleOf(id), reason: more.join(' ') });
  },
  resolve: (rest) => {
    const [id, word, ...more] = everyWord(rest);
    if (id === undefined) return missing('resolve', 'id');
    const outcome = word === undefined ? undefined : outcomeWords[word.toLowerCase()];
    if (outcome === undefined) return missing('resolve', 'outcome');
    if (more.length === 0) return missing('resolve', 'reason');
    return accept({ kind: 'resolve', id: handleOf(id), outcome, reason: more.join(' ') });
  },
  fixes: (rest) => {
    const [word, ...more] = everyWord(rest);
    if (word === undefined) return accept({ kind: 'fixes', change: { what: 'show' } });
    const what = word.toLowerCase();
    if (what === 'confirm')
      return more.length === 0
        ? missing('fixes', 'reason')
        : accept({ kind: 'fixes', change: { what, reason: more.join(' ') } });
    if (what === 'close') {
      const [id, ...note] = more;
      if (id === undefined) return missing('fixes', 'id');
      return note.length === 0
        ? missing('fixes', 'reason')
        : accept({ kind: 'fixes', change: { what, id: handleOf(id), reason: note.join(' ') } });
    }
    if (what === 'stop') {
      const [id, ...why] = more;
      if (id === undefined) return missing('fixes', 'id');
      const given = why.length === 0 ? undefined : why.join(' ');
      return accept({ kind: 'fixes', change: { what, id: handleOf(id), ...present({ reason: given }) } });
    }
    if (what !== 'on' && what !== 'off') return refuse({ reason: 'surplus', facts: { verb: 'fixes', word } });
    // `for=2h` is ours; any other `name=value` belongs to the reason.
    const time = more.find((one) => /^(?:--)?for=/i.test(one));
    const plain = more.filter((one) => one !== time);
    const [first] = plain;
    const named = first !== undefined && /^[a-z]+\.[a-z-]+$/.test(first);
    const reason = (named ? plain.slice(1) : plain).join(' ');
    const forMs = time === undefined ? undefined : durationMs(time.slice(time.indexOf('=') + 1));
    if (time !== undefined && forMs === undefined)
      return refuse({ reason: 'bad-duration', facts: { word: time } });
    if (reason === '') return missing('fixes', 'reason');
    const scope = named ? first : '*';
    return accept({ kind: 'fixes', change: { what, scope, reason, ...present({ forMs }) } });
  },
  mute: (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    const [first] = rest.words;
    const word = first?.toLowerCase();
    if (word === undefined) return accept({ kind: 'mute', change: { what: 'show' }, ...environmentOf(rest) });
    if (word === 'export' && rest.words.length === 1)
      return accept({ kind: 'mute', change: { what: word }, ...environmentOf(rest) });
    const what = word === 'lift' || word === 'known' ? word : 'mute';
    const [part, cause, ...more] = what === 'mute' ? rest.words : rest.words.slice(1);
    if (part === undefined) return missing('mute', 'part');
    if (cause === undefined) return missing('mute', 'cause');
    if (what === 'lift') {
      const [surplus] = more;
      if (surplus !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'mute', word: surplus } });
      return accept({ kind: 'mute', change: { what, part, cause }, ...environmentOf(rest) });
    }
    // `for=2h` is ours; any other `name=value` belongs to the reason.
    const time = more.find((one) => /^(?:--)?for=/i.test(one));
    const forMs = time === undefined ? undefined : durationMs(time.slice(time.indexOf('=') + 1));
    if (time !== undefined && (forMs === undefined || what === 'known'))
      return refuse({ reason: 'bad-duration', facts: { word: time } });
    // The last word of a reason may be the name of an environment; which one is meant is said by `env=`.
    const plain = more.filter((one) => one !== time);
    const reason = (rest.bare === true && plain.length > 0 ? [...plain, rest.environment] : plain).join(' ');
    if (reason === '') return missing('mute', 'reason');
    const meant = rest.bare === true && plain.length > 0 ? {} : environmentOf(rest);
    return accept({
      ...{ kind: 'mute', change: { what, part, cause, reason, ...present({ forMs }) } },
      ...meant,
    });
  },
  token: (rest) => {
    const [word, id, surplus] = everyWord(rest);
    if (word === undefined) return accept({ kind: 'token', change: { what: 'issue' } });
    const what = word.toLowerCase();
    const left = what === 'revoke' ? surplus : id;
    if (what !== 'list' && what !== 'revoke')
      return refuse({ reason: 'surplus', facts: { verb: 'token', word } });
    if (left !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'token', word: left } });
    if (what === 'list') return accept({ kind: 'token', change: { what } });
    return id === undefined
      ? missing('token', 'id')
      : accept({ kind: 'token', change: { what, id: id.toLowerCase() } });
  },
  digest: (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    const [what, at, surplus] = rest.words;
    if (what === undefined)
      return accept({ kind: 'digest', change: { what: 'show' }, ...environmentOf(rest) });
    const word = what.toLowerCase();
    if (word === 'now' || word === 'on' || word === 'off') {
      if (at !== undefined) return refuse({ reason: 'surplus', facts: { verb: 'digest', word: at } });
      return accept({ kind: 'digest', change: { what: word }, ...environmentOf(rest) });
    }
    const time = word === 'at' ? at : what;
    if (time === undefined) return missing('digest', 'time');
    if (word === 'at' && surplus !== undefined)
      return refuse({ reason: 'surplus', facts: { verb: 'digest', word: surplus } });
    const normal = timeOfDay(time);
    if (normal === undefined) return refuse({ reason: 'bad-time', facts: { word: time } });
    return accept({ kind: 'digest', change: { what: 'at', at: normal }, ...environmentOf(rest) });
  },
};

function bare(kind: 'health' | 'history' | 'timeline'): Parser {
  return (rest, environments) => {
    const wrong = wrongEnvironment(rest, environments);
    if (wrong) return wrong;
    const word = rest.words[0];
    // A word that is left over can only be a misspelt environment.
    if (word !== undefined) return unknownEnvironment(word, environments);
    return accept({ kind, ...environmentOf(rest) });
  };
}

/** Free text may end in a word that happens to be an environment: it belongs to the text. */
function everyWord(rest: Rest): readonly string[] {
  return rest.environment === undefined ? rest.words : [...rest.words, rest.environment];
}

function environmentOf(rest: Rest): { readonly environment?: string } {
  return rest.environment === undefined ? {} : { environment: rest.environment };
}

function wrongEnvironment(rest: Rest, environments: readonly string[]): ParsedCommand | undefined {
  return rest.wrong === undefined ? undefined : unknownEnvironment(rest.wrong, environments);
}

function unknownEnvironment(word: string, environments: readonly string[]): ParsedCommand {
  const { similar: near } = similarTo(word.toLowerCase(), environments);
  const known = environments.join(', ');
  return refuse({ reason: 'unknown-environment', facts: { word, known, ...present({ near }) } });
}

function accept(command: Command): ParsedCommand {
  return { ok: true, command };
}

function refuse(fault: CommandFault): ParsedCommand {
  return { ok: false, fault };
}

function missing(verb: Verb, what: string): ParsedCommand {
  return refuse({ reason: 'missing', facts: { verb, what } });
}

/** `#R-7K2F`, `R-7K2F` and a UUID all name a remediation; handles are stored in lower case. */
function handleOf(word: string): string {
  return word.replace(/^#/, '').toLowerCase();
}

function splitNamed(words: readonly string[]): {
  readonly named: Readonly<Record<string, string>>;
  readonly plain: readonly string[];
} {
  const named: Record<string, string> = {};
  const plain: string[] = [];
  for (const word of words) {
    const match = /^(?:--)?([A-Za-z][\w.-]*)=(.*)$/s.exec(word);
    if (match?.[1] === undefined) plain.push(word);
    else named[match[1]] = match[2] ?? '';
  }
  return { named, plain };
}

/** `30m`, `2h`, `1d` in milliseconds; at most 30 days. */
export function durationMs(word: string): number | undefined {
  const [, count, unit] = /^(\d{1,4})(m|h|d)$/i.exec(word) ?? [];
  const each = { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit?.toLowerCase() ?? ''];
  const total = each === undefined ? 0 : Number(count) * each;
  return total > 0 && total <= 30 * 86_400_000 ? total : undefined;
}

/** `9:00`, `09:00`, `9：00` → `09:00`. */
function timeOfDay(word: string): string | undefined {
  const match = /^(\d{1,2})[:：](\d{2})$/.exec(word);
  if (!match) return undefined;
  const hour = Number(match[1]);
  const minute = Number(match[2]);
  if (hour > 23 || minute > 59) return undefined;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/**
 * Words as typed: quotes keep blanks together, links and mentions that Slack made out of plain words are
 * undone (`<http://agent-manager|agent-manager>`), `&amp;` and friends are decoded, and quotes that phones
 * curl are straightened.
 */
export function tokenize(text: string): string[] {
  const plain = straight(text).trim();
  const words: string[] = [];
  for (const match of plain.matchAll(/((?:[^\s"`]+=)?)(?:"([^"]*)"|`([^`]*)`)|(\S+)/g)) {
    const word = match[4] ?? `${match[1] ?? ''}${match[2] ?? match[3] ?? ''}`;
    if (word !== '') words.push(word);
  }
  return words;
}

function straight(text: string): string {
  return straightQuotes(plainText(text))
    .replace(/\u2014(?=env)/gi, '--')
    .replace(/[\u00A0\u3000]/g, ' ');
}

/** A text as it was written: without Slack's links and escapes. */
export function plainText(text: string): string {
  return text
    .replace(/<(?:https?:\/\/|mailto:)[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^|>]*)>/g, '$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

/** The text of a mention without the mention itself, wherever it stands; lines stay lines. */
export function withoutMention(text: string, botUserId: string): string {
  return text
    .split(`<@${botUserId}>`)
    .join(' ')
    .replace(/[^\S\n]+/g, ' ')
    .trim();
}

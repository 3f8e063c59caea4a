import type { Choice, CommandFault } from '../../bot/views/command-fault.ts';
import { speller } from '../../domain/diagnosis/spelling.ts';
import type { OtherCommand } from '../../domain/diagnosis/symptom.ts';
import type { ValueFault } from '../../domain/fix/values.ts';
import { present } from '../../domain/kernel/present.ts';
import { similarTo } from '../../domain/kernel/similar.ts';
import type { PartId } from '../../domain/platform/part.ts';
import {
  type Command,
  logOptions,
  type ParsedCommand,
  parseCommand,
  tokenize,
  type Verb,
  verbOf,
  verbs,
} from './command.ts';

/**
 * What plain words ask for: the cause of a symptom, one of several symptoms, another command, or nothing that is known.
 */
export type Understand = (
  text: string,
  environment: string | undefined,
) => 'symptom' | 'choice' | OtherCommand | undefined;

/** What there is to ask for, so that what is not there is told before anything starts. */
export interface Known {
  readonly understand: Understand;
  /** The symptoms that words fit which are a `choice`, the likeliest first. */
  readonly choices: (text: string, environment: string | undefined) => readonly Choice[];
  /** What words mean that name a cause, a symptom or a part; undefined for what they do not. */
  readonly means: (
    text: string,
    environment: string | undefined,
  ) => { readonly ids: readonly string[]; readonly part?: PartId } | undefined;
  /** Whether a part is called so; `all` is one. */
  readonly part: (name: string, environment: string | undefined) => boolean;
  /** Names of all parts. */
  readonly parts: readonly string[];
  /** Ids of all fixes. */
  readonly fixes: readonly string[];
  /** What is wrong with the values that were typed for a fix; undefined also for one that there is not. */
  readonly values: (fix: string, args: Readonly<Record<string, string>>) => ValueFault | undefined;
}

const corrected = speller(verbs);
/** A request that begins with one of these may go on with words; after any other verb a surplus word is a mistake. */
const maySpeak: ReadonlySet<Verb> = new Set([
  ...(['health', 'history', 'report', 'collect', 'digest', 'logs', 'fix', 'symptoms'] as const),
]);
/** `health moon` is a misspelt environment. */
const SENTENCE_WORDS = 3;

/**
 * A command as typed, or plain words that ask for one. A misspelt verb is asked about and never guessed; words that fit no
 * symptom keep the fault of the grammar, so that nothing starts.
 */
export function commandOf(text: string, environments: readonly string[], known: Known): ParsedCommand {
  const parsed = parseCommand(text, environments);
  const checked = parsed.ok ? check(parsed.command, known) : parsed;
  if (checked.ok) return checked;
  const words = tokenize(text);
  if (checked.fault.reason === 'unknown-verb') {
    const [word = '', ...rest] = words;
    const near = corrected(word.toLowerCase());
    if (near !== word.toLowerCase() && parseCommand([near, ...rest].join(' '), environments).ok)
      return { ok: false, fault: { reason: 'near-verb', facts: { word, near: [near, ...rest].join(' ') } } };
  }
  if (!isSentence(checked.fault, words)) return checked;
  const asked = parseCommand(`diagnose ${text}`, environments);
  if (!asked.ok || asked.command.kind !== 'diagnose') return checked;
  const { symptom, environment } = asked.command;
  const meant = known.understand(withoutOptions(symptom), environment);
  if (meant === undefined || (meant === 'choice' && isOneWord(text))) return checked;
  if (meant === 'symptom') return asked;
  if (meant === 'choice') return { ok: false, fault: severalSymptoms(symptom, environment, known) };
  if (meant !== 'health') return { ok: false, fault: { reason: 'other-command', facts: { command: meant } } };
  return { ok: true, command: { kind: 'health', ...present({ environment }) } };
}

/** `since=30m` behind a word is the argument of a command, and no word. A line of a log begins with such. */
function withoutOptions(text: string): string {
  const [first = '', ...rest] = text.split(' ');
  if (first.includes('=')) return text;
  return [first, ...rest.filter((word) => !logOptions.has(/^(\w+)=/.exec(word)?.[1] ?? ''))].join(' ');
}

/** A single word that may be anything is a slip. Chinese has no blanks: three characters may be a sentence. */
const isOneWord = (text: string): boolean =>
  tokenize(text).length === 1 && (text.match(/\p{Script=Han}/gu) ?? []).length < 3;

function isSentence(fault: CommandFault, words: readonly string[]): boolean {
  if (fault.reason === 'unknown-verb') return true;
  if (words.length < SENTENCE_WORDS || words.some((word) => word.includes('='))) return false;
  const verb = verbOf(words[0] ?? '');
  // The id of a fix is no word of a sentence.
  if (verb === 'fix' && words[1]?.includes('.') === true) return false;
  return verb !== undefined && maySpeak.has(verb) && leftOver.has(fault.reason);
}

/** Faults of words behind a verb that it has no use for. */
const leftOver: ReadonlySet<CommandFault['reason']> = new Set([
  ...(['surplus', 'unknown-environment', 'bad-time', 'bad-run', 'unknown-part', 'unknown-fix'] as const),
]);

/** The command, or what it names that is not there: a run that can only fail is no command. */
function check(command: Command, known: Known): ParsedCommand {
  if (command.kind === 'diagnose' && known.understand(command.symptom, command.environment) === 'health')
    return { ok: true, command: { kind: 'health', ...present({ environment: command.environment }) } };
  const fault = faultOf(command, known);
  return fault === undefined ? { ok: true, command } : { ok: false, fault };
}

function faultOf(command: Command, known: Known): CommandFault | undefined {
  if (command.kind === 'diagnose') {
    const meant = known.understand(command.symptom, command.environment);
    if (meant === 'symptom') return undefined;
    if (meant === 'choice') return severalSymptoms(command.symptom, command.environment, known);
    return meant === undefined
      ? { reason: 'unknown-symptom', facts: { text: command.symptom } }
      : { reason: 'other-command', facts: { command: meant } };
  }
  if (command.kind === 'logs')
    return known.part(command.part, command.environment) ? undefined : unknownPart(command.part, known);
  if (command.kind === 'mute' && 'part' in command.change)
    return known.part(command.change.part, command.environment)
      ? undefined
      : unknownPart(command.change.part, known);
  return command.kind === 'fix' ? fixFault(command, known) : undefined;
}

function unknownPart(word: string, { parts }: Known): CommandFault {
  const { similar: near } = similarTo(word.toLowerCase(), parts);
  return { reason: 'unknown-part', facts: { word, ...present({ near }) } };
}

const severalSymptoms = (
  text: string,
  environment: string | undefined,
  { choices }: Known,
): CommandFault => ({ reason: 'several-symptoms', facts: { text }, choices: choices(text, environment) });

function fixFault(
  { remediation: fix, args }: Extract<Command, { kind: 'fix' }>,
  { fixes, values }: Known,
): CommandFault | undefined {
  if (!fixes.includes(fix)) {
    const { similar } = similarTo(fix.toLowerCase(), fixes);
    return similar === undefined
      ? { reason: 'unknown-fix', facts: { word: fix } }
      : { reason: 'near-fix', facts: { word: fix, near: similar } };
  }
  const fault = values(fix, args);
  if (fault === undefined) return undefined;
  const { name, takes } = fault;
  if (takes === '') return { reason: 'fix-takes-none', facts: { fix, name } };
  if (fault.wrong === 'value')
    return { reason: 'fix-value', facts: { fix, name, takes, value: fault.value } };
  if (fault.wrong === 'missing') return { reason: 'fix-missing', facts: { fix, name, takes } };
  return fault.similar === undefined
    ? { reason: 'fix-surplus', facts: { fix, name, takes } }
    : { reason: 'fix-surplus-near', facts: { fix, name, takes, value: fault.similar } };
}

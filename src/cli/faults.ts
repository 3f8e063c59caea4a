import { AppError, type ErrorCode, TargetError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import { redactText } from '../domain/kernel/redact.ts';
import { similarTo } from '../domain/kernel/similar.ts';
import type { TextKey, Words } from '../text/words.ts';
import { type ExitCode, exitCodes } from './context.ts';
import { ErrorOutput } from './output-schemas.ts';

/** A fault of the call itself; `key` is its sentence in the catalogue. */
export class UsageFault extends Error {
  readonly key: TextKey;
  readonly facts: Readonly<Record<string, string>>;
  readonly exit: ExitCode;
  /** What a shell at a terminal may ask its person for, and send along the next time. */
  readonly asks: 'plan' | undefined;

  constructor(
    key: TextKey,
    facts: Readonly<Record<string, string>> = {},
    exit: ExitCode = exitCodes.usage,
    asks?: 'plan',
  ) {
    super(key);
    this.name = 'UsageFault';
    this.key = key;
    this.facts = facts;
    this.exit = exit;
    this.asks = asks;
  }
}

/** A name that there is not, with what was probably meant. */
export function unknownOf(
  what: 'environment' | 'remediation',
  name: string,
  known: readonly string[],
): UsageFault {
  const { similar: near } = similarTo(name.toLowerCase(), known);
  return new UsageFault(`cli.fault.${what}-unknown`, {
    ...{ [what]: name, known: known.join(', ') },
    ...present({ near }),
  });
}

const exitOf: Readonly<Record<ErrorCode, ExitCode>> = {
  INVALID_INPUT: exitCodes.usage,
  NOT_ALLOWED: exitCodes.findings,
  NOT_FOUND: exitCodes.findings,
  CONFLICT: exitCodes.findings,
  DEPENDENCY_UNAVAILABLE: exitCodes.couldNotLook,
  TIMED_OUT: exitCodes.couldNotLook,
  BUG: exitCodes.couldNotLook,
};

/** What went wrong: in words for the terminal, in codes for programs, and what to tell the shell. */
export interface Fault {
  readonly text: string;
  readonly exit: ExitCode;
  readonly code: string;
  readonly reason?: string;
  /** What is wrong with a configuration, each with its place. */
  readonly faults?: ErrorOutput['error']['faults'];
}

/** Secrets in messages are hidden. */
export function explainFault(error: unknown, words: Words): Fault {
  if (error instanceof UsageFault) {
    const code = error.key.replace(/^cli\.fault\./, '');
    // What was probably meant is said, and changes nothing for programs.
    const near =
      error.facts.near === undefined ? undefined : words.lookupPlain(`${error.key}.near`, error.facts);
    return { text: near ?? words.lookupPlain(error.key, error.facts) ?? error.key, exit: error.exit, code };
  }
  if (!(error instanceof AppError)) {
    const reason = redactText(error instanceof Error ? error.message : String(error));
    return { text: words.plain('cli.fault.BUG', { reason }), exit: exitCodes.couldNotLook, code: 'BUG' };
  }
  const given = error.facts.reason;
  const told = { code: error.code, ...present({ reason: typeof given === 'string' ? given : undefined }) };
  // A configuration's faults are the message, cleaned already: they name the file, the line and the setting.
  if (given === 'configuration')
    return { ...told, text: error.message, exit: exitCodes.usage, ...present({ faults: faultsIn(error) }) };
  if (error instanceof TargetError) return { ...told, ...targetFault(error, words) };
  const known = typeof given === 'string' ? reasonWords(given, error, words) : undefined;
  const reason = redactText(known ?? error.message);
  return { ...told, text: words.plain(`cli.fault.${error.code}`, { reason }), exit: exitOf[error.code] };
}

/** A system that was asked: where it is, what it said, and who can repair it, if known. */
function targetFault(
  { stage, facts, message }: TargetError,
  words: Words,
): Pick<Fault, 'text' | 'exit' | 'reason'> {
  const { verb, resource, host, port } = facts;
  const exit = exitCodes.couldNotLook;
  if (stage === 'forbidden' && typeof verb === 'string' && typeof resource === 'string') {
    const text = words.lookupPlain('cli.fault.forbidden', facts) ?? redactText(message);
    return { text, exit, reason: stage };
  }
  const why = words.lookupPlain(`cause.${stage}`, facts);
  if (why === undefined || typeof host !== 'string')
    return {
      text: words.plain('cli.fault.DEPENDENCY_UNAVAILABLE', { reason: redactText(message) }),
      exit,
      reason: stage,
    };
  const at = port === undefined ? host : `${host}:${String(port)}`;
  return { text: words.plain('cli.fault.target', { at, why: redactText(why) }), exit, reason: stage };
}

function faultsIn(error: AppError): Fault['faults'] {
  const parsed = ErrorOutput.shape.error.shape.faults.safeParse(Reflect.get(error, 'faults'));
  return parsed.success ? parsed.data : undefined;
}

/** The same for a caller that asked for JSON. */
export function faultJson({ code, reason, text, exit, faults }: Fault): string {
  const output: ErrorOutput = { error: { code, text, exit, ...present({ reason, faults }) } };
  return JSON.stringify(output, null, 2);
}

function reasonWords(reason: string, error: AppError, words: Words): string | undefined {
  for (const group of ['denied', 'refused', 'offer.refused', 'decision', 'audit.refused']) {
    const text = words.lookupPlain(`${group}.${reason}`, { ...error.facts, ask: ask(error, words) });
    if (text !== undefined) return text.replace(/[.。]$/, '');
  }
  return undefined;
}

/** Whom a refusal names: ids, since a terminal has no mentions. */
function ask({ facts }: AppError, words: Words): string {
  const named = [facts.askUsers, facts.askGroups].filter((ids) => typeof ids === 'string' && ids !== '');
  return named.length === 0 ? words.plain('access.ask-operator') : named.join(', ');
}

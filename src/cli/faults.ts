import { AppError, type ErrorCode } from '../domain/kernel/errors.ts';
import { redactText } from '../domain/kernel/redact.ts';
import type { TextKey, Words } from '../text/words.ts';
import { type ExitCode, exitCodes } from './context.ts';

/** A fault of the call itself; `key` is its sentence in the catalogue. */
export class UsageFault extends Error {
  readonly key: TextKey;
  readonly facts: Readonly<Record<string, string>>;
  readonly exit: ExitCode;

  constructor(key: TextKey, facts: Readonly<Record<string, string>> = {}, exit: ExitCode = exitCodes.usage) {
    super(key);
    this.name = 'UsageFault';
    this.key = key;
    this.facts = facts;
    this.exit = exit;
  }
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

/** What went wrong, in words for the terminal, and what to tell the shell. Secrets in messages are hidden. */
export function explainFault(
  error: unknown,
  words: Words,
): { readonly text: string; readonly exit: ExitCode } {
  if (error instanceof UsageFault) {
    return { text: words.lookupPlain(error.key, error.facts) ?? error.key, exit: error.exit };
  }
  if (!(error instanceof AppError)) {
    const reason = redactText(error instanceof Error ? error.message : String(error));
    return { text: words.plain('cli.fault.BUG', { reason }), exit: exitCodes.couldNotLook };
  }
  const given = error.facts['reason'];
  // A configuration's faults are the message, cleaned already: they name the file, the line and the setting.
  if (given === 'configuration') return { text: error.message, exit: exitCodes.usage };
  const known = typeof given === 'string' ? reasonWords(given, error, words) : undefined;
  const reason = redactText(known ?? error.message);
  return { text: words.plain(`cli.fault.${error.code}`, { reason }), exit: exitOf[error.code] };
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
  const named = [facts['askUsers'], facts['askGroups']].filter(
    (ids) => typeof ids === 'string' && ids !== '',
  );
  return named.length === 0 ? words.plain('access.ask-operator') : named.join(', ');
}

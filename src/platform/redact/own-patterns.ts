import { RE2JS, RE2JSException } from 're2js';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Finder } from '../../domain/kernel/redact/redactor.ts';

/** A pattern of an operator's own: what it matches is a secret, or its group `secret` if it has one. */
export interface OwnPattern {
  /** What callers count by; letters, digits and dashes. */
  readonly kind: string;
  /** RE2 syntax: no look-around, no back-references; time grows with the text, whatever the pattern. */
  readonly pattern: string;
}

/**
 * Patterns from the configuration, run by an engine without backtracking. Throws AppError INVALID_INPUT, with the
 * kind and the fault, for one that is no RE2 pattern or matches nothing at all.
 */
export function ownPatterns(patterns: readonly OwnPattern[]): Finder {
  const compiled = patterns.map(({ kind, pattern }) => ({ kind, regex: compile(kind, pattern) }));
  return function* find(text) {
    for (const { kind, regex } of compiled) {
      const matcher = regex.matcher(text);
      const grouped = 'secret' in regex.namedGroups();
      while (matcher.find()) {
        const start = grouped ? matcher.start('secret') : matcher.start();
        const end = grouped ? matcher.end('secret') : matcher.end();
        if (start >= 0 && end > start) yield { start, end, kind };
      }
    }
  };
}

function compile(kind: string, pattern: string): RE2JS {
  if (!/^[\w-]{1,40}$/.test(kind)) throw new AppError('INVALID_INPUT', `"${kind}" is no kind of secret`);
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern, RE2JS.MULTILINE);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new AppError('INVALID_INPUT', `pattern ${kind}: ${error.message}`, { cause: error });
  }
  if (regex.matcher('').matches()) throw new AppError('INVALID_INPUT', `pattern ${kind} matches empty text`);
  return regex;
}

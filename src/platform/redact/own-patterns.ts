import type { Finder } from '@aetherius/redact';
import { RE2JS, RE2JSException } from 're2js';
import { AppError } from '../../domain/kernel/errors.ts';

/** A pattern of an operator's own: what it matches is a secret, or its group `secret` if it has one. */
export interface OwnPattern {
  /** What callers count by; letters, digits and dashes. */
  readonly name: string;
  /** RE2 syntax: no look-around, no back-references; time grows with the text, whatever the pattern. */
  readonly pattern: string;
}

/**
 * Patterns from the configuration, run by an engine without backtracking. Throws AppError INVALID_INPUT, with the
 * name and the fault, for one that is no RE2 pattern or matches nothing at all.
 */
export function ownPatterns(patterns: readonly OwnPattern[]): Finder {
  const compiled = patterns.map(({ name, pattern }) => ({ kind: name, regex: compile(name, pattern) }));
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

/** What is wrong with a pattern, in words for its author; undefined when it can be used. */
export function patternFault(pattern: string): string | undefined {
  try {
    const regex = RE2JS.compile(pattern, RE2JS.MULTILINE);
    return regex.matcher('').matches() ? 'matches empty text' : undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `is no RE2 pattern (${error.message})`;
  }
}

function compile(name: string, pattern: string): RE2JS {
  if (!/^[\w-]{1,40}$/.test(name)) throw new AppError('INVALID_INPUT', `"${name}" is no kind of secret`);
  const fault = patternFault(pattern);
  if (fault !== undefined) throw new AppError('INVALID_INPUT', `pattern ${name}: ${fault}`);
  return RE2JS.compile(pattern, RE2JS.MULTILINE);
}

import { createRedactor, type Redactor, withheld } from '@aetherius/redact';
import type { Words } from '../text/words.ts';
import type { Output } from './context.ts';
import type { Shell } from './shell.ts';

/** The gate of the command line: whatever it prints or writes passes it (ADR 0015). */
export interface Guard {
  /** The shell as everything behind the gate has it. */
  readonly shell: Shell;
  /** From now on with the secrets that this process knows. */
  use(redactor: Redactor): void;
  /** A result: one JSON document stays one. */
  answer(text: string, output: Output): string;
  text(text: string): string;
}

export function createGuard(shell: Shell, words: Words): Guard {
  let redactor = createRedactor();
  const said = (text: string): string => text.replaceAll(withheld, words.plain('redact.withheld'));
  const text = (given: string): string => said(redactor.text(given));
  return {
    // Every method of the shell that is passed on is guarded.
    shell: { ...shell, out: (given) => shell.out(text(given)), err: (given) => shell.err(text(given)) },
    use(known) {
      redactor = known;
    },
    answer(given, output) {
      const document = output === 'json' ? documentIn(given) : undefined;
      if (document === undefined) return text(given);
      return said(JSON.stringify(redactor.leaves(document), null, 2));
    },
    text,
  };
}

function documentIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

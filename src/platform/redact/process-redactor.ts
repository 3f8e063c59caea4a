import { createHmac, randomBytes } from 'node:crypto';
import { createRedactor, KnownSecrets, type Redactor } from '@aetherius/redact';
import { maintainedRules } from '@aetherius/redact/secretlint';
import { Secret } from '../../domain/kernel/secret.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import type { RedactionConfig } from '../../domain/settings/redaction.ts';
import { ownPatterns } from './own-patterns.ts';

/** The secrets of the process environment; more are learned as they are read. */
export function secretsOf(env: ProcessEnv, known = new KnownSecrets()): KnownSecrets {
  for (const [name, value] of Object.entries(env)) {
    if (!(value instanceof Secret)) continue;
    // `id=key` separated by commas: only the keys are secret.
    if (name === 'AUDIT_OLD_KEYS' || name === 'TOKEN_OLD_KEYS')
      for (const entry of value.reveal().split(',')) known.learn(entry.slice(entry.indexOf('=') + 1).trim());
    else known.learn(value.reveal());
  }
  return known;
}

/** What stands in all exits of a process. */
export interface ProcessRedaction {
  readonly redactor: Redactor;
  readonly redactorOf: RedactorOf;
  /** Told each secret as soon as it is read. */
  readonly learn: (secret: string) => void;
  /** How many secrets were replaced in this process, by kind; `withheld` counts whole texts. */
  counts(): Readonly<Record<string, number>>;
}

export function createProcessRedaction(options: {
  readonly env: Pick<ProcessEnv, 'AUDIT_KEY'>;
  readonly known: KnownSecrets;
  readonly settings: RedactionConfig;
}): ProcessRedaction {
  const { env, known, settings } = options;
  const { emails, addresses, patterns } = settings;
  const counts = new Map<string, number>();
  const redactor = createRedactor({
    onReplaced: (kind) => void counts.set(kind, (counts.get(kind) ?? 0) + 1),
    known,
    emails,
    addresses,
    finders: patterns.length === 0 ? [] : [ownPatterns(patterns)],
    ruleSets: [maintainedRules()],
  });
  return {
    redactor,
    redactorOf: answerRedactors(redactor, env),
    learn: (secret) => known.learn(secret),
    counts: () => Object.fromEntries(counts),
  };
}

/** By the id of an answer, so that the same secret has the same stand-in in all parts of it; without one, all look alike. */
export type RedactorOf = (answer?: string) => Redactor;

/** So many answers that go on at once share their stand-ins. */
const most = 64;

/**
 * Stand-ins are keyed with the audit key, which every role of the product has: bot and worker write the same ones for
 * the same answer, and no reader without the key can try out which secret one stands for.
 */
function answerRedactors(redactor: Redactor, env: Pick<ProcessEnv, 'AUDIT_KEY'>): RedactorOf {
  const root = env.AUDIT_KEY === undefined ? randomBytes(32) : mac(env.AUDIT_KEY.reveal(), 'stand-ins');
  const kept = new Map<string, Redactor>();
  return (answer) => {
    if (answer === undefined) return redactor;
    const known = kept.get(answer) ?? redactor.keyed(mac(root, answer));
    kept.delete(answer);
    kept.set(answer, known);
    const oldest = kept.keys().next().value;
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    return known;
  };
}

function mac(key: string | Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

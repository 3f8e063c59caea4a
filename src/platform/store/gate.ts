import { createRedactor, type Kept, type Redactor, withheld } from '@aetherius/redact';
import { AppError } from '../../domain/kernel/errors.ts';
import { wholeJsonText } from '../../domain/kernel/text.ts';
import { keptInSlack } from '../../domain/message/slack-fields.ts';
import { parameters } from './query.ts';

/** The redactor of one answer, by the id of its run; without one that of the process. */
export type RedactorOf = (answer: string | undefined) => Redactor;

const plain = createRedactor();
/** For a process that knows no secrets. */
export const plainRedactor: RedactorOf = () => plain;

/** A parameter that a machine compares or checks: an id, a state, a hash, a token. It is stored as it is. */
class AsIs {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Data for a `jsonb` column; node-postgres would write an array as a PostgreSQL array. */
class JsonValue {
  readonly value: unknown;
  readonly kept: Kept | undefined;
  readonly answer: string | undefined;

  constructor(value: unknown, kept?: Kept, answer?: string) {
    this.value = value;
    this.kept = kept;
    this.answer = answer;
  }
}

const isNothing = (value: unknown): boolean => value === undefined || value === null;

/** Each name of this that is used stands in ADR 0015 with its reason. */
export function asIs(value: unknown): AsIs | null {
  return isNothing(value) ? null : new AsIs(value);
}

/** The same for several, in their order. */
export function ids(...values: readonly unknown[]): readonly (AsIs | null)[] {
  return values.map(asIs);
}

/** Data; `answer` is the run that it belongs to. */
export function json(value: unknown, answer?: string): JsonValue | null {
  return isNothing(value) ? null : new JsonValue(value, undefined, answer);
}

/** What Slack has sent or will be sent: fields that a machine reads stay. */
export function slackJson(value: unknown, answer?: string): JsonValue | null {
  return isNothing(value) ? null : new JsonValue(value, keptInSlack, answer);
}

/** The same as the text that will stand in the column, for the process that signs it: the gate passes it as it is. */
export function storedSlackJson(
  value: unknown,
  redactor: Redactor,
): { readonly text: string; readonly parameter: AsIs } {
  const text = written(new JsonValue(value, keptInSlack), redactor);
  return { text, parameter: new AsIs(text) };
}

/** Data of ids and states alone, or whose hash is stored beside it. */
export function jsonAsIs(value: unknown): AsIs | null {
  return isNothing(value) ? null : new AsIs(wholeJsonText(value));
}

/**
 * The gate of our own database: every parameter of every statement passes here. Text loses its secrets unless its place
 * says that a machine needs it as it is.
 */
export function gated(values: readonly unknown[], redactorOf: RedactorOf): unknown[] {
  const pass = (value: unknown): unknown => {
    if (value instanceof AsIs) return value.value;
    if (value instanceof JsonValue) return written(value, redactorOf(value.answer));
    if (typeof value === 'string') return redactorOf(undefined).text(value);
    return Array.isArray(value) ? value.map(pass) : value;
  };
  return parameters(values.map(pass));
}

function written({ value, kept }: JsonValue, redactor: Redactor): string {
  const clean = redactor.leaves(value, kept);
  if (clean === withheld && typeof value !== 'string')
    throw new AppError('BUG', 'a value cannot be checked for secrets, so it is not stored');
  return wholeJsonText(clean);
}

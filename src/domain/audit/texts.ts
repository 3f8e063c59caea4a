import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AuditFinding, type AuditKeys, auditDomain } from './audit.ts';
import type { AuditEntry, AuditRow } from './rows.ts';

/**
 * R-L7: what a person has typed, beside the log. The row has a keyed digest of it in its place, so that the text can go
 * and the chain still holds; keyed, because a reason is short and can be guessed.
 */
export interface AuditText {
  readonly seq: number;
  /** `reason`, or a fact: `facts.name`. */
  readonly field: string;
  /** 32 hexadecimal digits; goes with the text. */
  readonly salt: string;
  readonly text: string;
}

/** The row that says up to which row (`facts.through`) texts are removed; it stands before they go. */
export const textsRemovedAction = 'audit.texts-removed';

/** Which facts a person has typed, by action; a reason is typed in each. */
const typedFacts: Readonly<Record<string, readonly string[]>> = { 'token.issued': ['name'] };

const reference = /^text:[0-9a-f]{64}$/;

/** @param secret the key of the audit that signs the row; from it comes one for texts alone. */
export function textReference(
  secret: string | Uint8Array,
  { salt, text }: Pick<AuditText, 'salt' | 'text'>,
): string {
  const key = createHmac('sha256', secret).update(`${auditDomain}-text`).digest();
  return `text:${createHmac('sha256', key).update(`${salt}\n${text}`).digest('hex')}`;
}

type Typed = Pick<AuditEntry, 'action' | 'reason' | 'facts'>;

function typedIn({ action, reason, facts = {} }: Typed): readonly { field: string; value: string }[] {
  const named = (typedFacts[action] ?? []).map((name) => ({ field: `facts.${name}`, value: facts[name] }));
  return [{ field: 'reason', value: reason }, ...named].flatMap(({ field, value }) =>
    typeof value === 'string' ? [{ field, value }] : [],
  );
}

/** The entry as the log has it, and what stands beside it; `salt` is asked once for each text. */
export function setAside<E extends Typed>(
  entry: E,
  secret: string | Uint8Array,
  salt: () => string,
): { readonly entry: E; readonly texts: readonly Omit<AuditText, 'seq'>[] } {
  const texts = typedIn(entry).map(({ field, value }) => ({ field, salt: salt(), text: value }));
  const kept = { ...entry, ...(entry.facts === undefined ? {} : { facts: { ...entry.facts } }) };
  for (const text of texts) {
    const digest = textReference(secret, text);
    if (text.field === 'reason') Object.assign(kept, { reason: digest });
    else Object.assign(kept.facts ?? {}, { [text.field.replace('facts.', '')]: digest });
  }
  return { entry: kept, texts };
}

/**
 * Whether the texts beside a row whose hash and MAC have been checked are those that it names. A row of before texts
 * were set aside has what was typed in itself, and names no text.
 *
 * @param through the row up to which texts were removed, 0 when no text was removed.
 */
export function checkTexts(
  row: AuditRow,
  texts: readonly AuditText[],
  { keys, through }: { readonly keys: AuditKeys; readonly through: number },
): AuditFinding | undefined {
  const fault = (verdict: AuditFinding['verdict'], detail: string) => ({ verdict, seq: row.seq, detail });
  const named = typedIn(row).filter(({ value }) => reference.test(value));
  const key = keys.get(row.keyId);
  for (const { field, salt, text } of texts) {
    const digest = named.find((one) => one.field === field)?.value;
    if (digest === undefined || (key !== undefined && !same(textReference(key, { salt, text }), digest)))
      return fault('text-altered', `what stands beside row ${row.seq} as ${field} is not what it names`);
  }
  const gone = named.find(({ field }) => !texts.some((text) => text.field === field));
  if (gone === undefined || row.seq <= through) return undefined;
  return fault('text-missing', `the text of row ${row.seq} (${gone.field}) is gone, and no row says so`);
}

/** Those of a page of rows, by row. */
export function textsBySeq(texts: readonly AuditText[]): ReadonlyMap<number, readonly AuditText[]> {
  const found = new Map<number, AuditText[]>();
  for (const text of texts) found.set(text.seq, [...(found.get(text.seq) ?? []), text]);
  return found;
}

/** The reason of a row as it was typed; undefined where it was removed, or was never given. */
export const typedReason = (
  { seq, reason }: Pick<AuditRow, 'seq' | 'reason'>,
  texts: readonly AuditText[],
): string | undefined =>
  reason === undefined || !reference.test(reason)
    ? reason
    : texts.find((text) => text.seq === seq && text.field === 'reason')?.text;

/** What a row says of how far texts were removed. */
export const removedThrough = ({ facts }: Pick<AuditRow, 'facts'>): number => {
  const through = facts?.through;
  return typeof through === 'number' && Number.isSafeInteger(through) ? through : 0;
};

const same = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));

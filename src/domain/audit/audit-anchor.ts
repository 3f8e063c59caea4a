import { z } from 'zod';

/** Kinds of places outside of the bot's own PostgreSQL; an installation has at most one of each. */
export const anchorPlaces = ['file', 'postgres', 'slack', 's3'] as const;
export type AnchorPlaceName = (typeof anchorPlaces)[number];

/** A head that was written down outside of the log (R-L5). */
export interface AuditAnchor {
  readonly seq: number;
  readonly hash: string;
  readonly mac: string;
  readonly keyId: string;
  readonly place: AnchorPlaceName;
  /** When it was written, by the clock of the bot's database; a part of what is signed. */
  readonly at: Date;
}

/** An anchor as it stands in a place: one line of JSON, the same in each. */
const Written = z.object({
  aetherius: z.literal('audit-anchor'),
  seq: z.int().min(0),
  hash: z.string(),
  keyId: z.string(),
  mac: z.string(),
  at: z.iso.datetime({ precision: 3 }),
});

/** One line without its end; keys in this order. */
export function anchorText({ seq, hash, keyId, mac, at }: Omit<AuditAnchor, 'place'>): string {
  return JSON.stringify({ aetherius: 'audit-anchor', seq, hash, keyId, mac, at: at.toISOString() });
}

/** The first anchor within a text that has words around it. */
export function anchorIn(text: string, place: AnchorPlaceName): AuditAnchor | undefined {
  const line = /\{"aetherius":"audit-anchor"[^{}]*\}/.exec(text)?.[0];
  return line === undefined ? undefined : readAnchor(line, place);
}

/** Undefined for what is no anchor, such as a line that a crash cut off. */
export function readAnchor(text: string, place: AnchorPlaceName): AuditAnchor | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = Written.safeParse(value);
  if (!parsed.success) return undefined;
  const { seq, hash, keyId, mac, at } = parsed.data;
  return { seq, hash, keyId, mac, place, at: new Date(at) };
}

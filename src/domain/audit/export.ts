import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { remediationStates } from '../fix/approval.ts';
import { canonicalJson } from '../kernel/canonical.ts';
import { present } from '../kernel/present.ts';
import type { Signer } from '../kernel/signing.ts';
import { type AuditFinding, type AuditKeys, auditDomain } from './audit.ts';
import { anchorPlaces } from './audit-anchor.ts';
import type { AuditRow } from './rows.ts';
import type { AuditText } from './texts.ts';

/** JSON lines, a row a line, as `row_to_json` of the table gives it; or CSV after RFC 4180 with the same columns. */
export const exportFormats = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The columns of `audit_log`, by which an export names them, and what people typed in the row (R-L7). */
const Row = z.strictObject({
  seq: z.int(),
  prev_hash: z.string(),
  hash: z.string(),
  mac: z.string(),
  key_id: z.string(),
  ts: z.iso.datetime({ offset: true }),
  actor: z.string(),
  actor_team: z.string(),
  action: z.string(),
  remediation_id: z.string().nullable(),
  plan_hash: z.string().nullable(),
  from_state: z.enum(remediationStates).nullable(),
  to_state: z.enum(remediationStates).nullable(),
  policy_version: z.string().nullable(),
  reason: z.string().nullable(),
  request_ids: z.array(z.string()),
  payload_digest: z.string().nullable(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  signature: z.string().nullable(),
  signed_by: z.string().nullable(),
  /** By field, where it is there. Files of before have no such column: what was typed stands in the row itself. */
  texts: z.record(z.string(), z.strictObject({ salt: z.string(), text: z.string() })).nullish(),
});
type Row = z.output<typeof Row>;

const columns = Row.keyof().options;
const columnsBefore = columns.filter((name) => name !== 'texts');

/** A row as it was exported, with what people typed in it. */
export interface ExportedRow {
  readonly row: AuditRow;
  readonly texts: readonly AuditText[];
}

function recordOf(row: AuditRow, texts: readonly AuditText[]): Row {
  return {
    ...{ seq: row.seq, prev_hash: row.prevHash, hash: row.hash, mac: row.mac, key_id: row.keyId },
    ...{ ts: row.ts.toISOString(), actor: row.actor, actor_team: row.actorTeam, action: row.action },
    remediation_id: row.remediationId ?? null,
    plan_hash: row.planHash ?? null,
    from_state: row.from ?? null,
    to_state: row.to ?? null,
    policy_version: row.policyVersion ?? null,
    reason: row.reason ?? null,
    request_ids: [...(row.requestIds ?? [])],
    payload_digest: row.payloadDigest ?? null,
    facts: { ...row.facts },
    signature: row.signature ?? null,
    signed_by: row.signedBy ?? null,
    texts:
      texts.length === 0
        ? null
        : Object.fromEntries(texts.map(({ field, salt, text }) => [field, { salt, text }])),
  };
}

/** Undefined for what is no row. */
function rowIn(value: unknown): ExportedRow | undefined {
  const parsed = Row.safeParse(value);
  if (!parsed.success) return undefined;
  const { data: of } = parsed;
  const optional = (text: string | null) => text ?? undefined;
  const row: AuditRow = {
    ...{ seq: of.seq, prevHash: of.prev_hash, hash: of.hash, mac: of.mac, keyId: of.key_id },
    ...{ ts: new Date(of.ts), actor: of.actor, actorTeam: of.actor_team, action: of.action },
    ...{ requestIds: of.request_ids, facts: of.facts },
    ...present({
      remediationId: optional(of.remediation_id),
      planHash: optional(of.plan_hash),
      from: of.from_state ?? undefined,
      to: of.to_state ?? undefined,
      policyVersion: optional(of.policy_version),
      reason: optional(of.reason),
      payloadDigest: optional(of.payload_digest),
      signature: optional(of.signature),
      signedBy: optional(of.signed_by),
    }),
  };
  const texts = Object.entries(of.texts ?? {}).map(([field, text]) => ({ seq: of.seq, field, ...text }));
  return { row, texts };
}

/** What a spreadsheet would take for a formula (OWASP, "CSV Injection"), and our own mark, so that it can be taken off. */
const formula = /^[=+\-@\t\r']/;

/** Nothing between the commas is null, `""` is an empty text. */
function cell(value: Row[keyof Row]): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return `"${(formula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

/** What stands before the first row. */
export const exportHead = (format: ExportFormat): string =>
  format === 'csv' ? `${columns.map((name) => `"${name}"`).join(',')}\r\n` : '';

/** One row with the end of its line. */
export function exportLine(row: AuditRow, texts: readonly AuditText[], format: ExportFormat): string {
  const record = recordOf(row, texts);
  if (format === 'jsonl') return `${JSON.stringify(record)}\n`;
  return `${columns.map((name) => cell(record[name])).join(',')}\r\n`;
}

/** The rows of a text; undefined for what is no row, and then nothing more. Memory does not grow with the text. */
export async function* exportedRows(
  text: AsyncIterable<string>,
  format: ExportFormat,
): AsyncGenerator<ExportedRow | undefined, void> {
  for await (const value of format === 'csv' ? fromCsv(text) : fromLines(text)) {
    yield rowIn(value);
  }
}

async function* fromLines(text: AsyncIterable<string>): AsyncGenerator<unknown, void> {
  let rest = '';
  for await (const part of text) {
    const lines = (rest + part).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield json(line);
  }
  if (rest !== '') yield json(rest);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Columns that are no text. */
const parsedColumns: ReadonlySet<string> = new Set(['seq', 'request_ids', 'facts', 'texts']);

async function* fromCsv(text: AsyncIterable<string>): AsyncGenerator<unknown, void> {
  let names: readonly string[] | undefined;
  for await (const cells of csvRecords(text)) {
    if (names === undefined) {
      names = [columns, columnsBefore].find((known) => known.join() === cells.join());
      if (names === undefined) yield undefined;
      continue;
    }
    const known = cells.length === names.length;
    yield known ? Object.fromEntries(names.map((name, at) => [name, valueOf(name, cells[at])])) : undefined;
  }
}

function valueOf(name: string, given: string | null | undefined): unknown {
  if (given === null || given === undefined) return null;
  const text = given.startsWith("'") ? given.slice(1) : given;
  return parsedColumns.has(name) ? json(text) : text;
}

/** The record in the middle of which a text ends; a cell that was not quoted is null where it is empty. */
interface Reading {
  cells: (string | null)[];
  cell: string;
  quoted: boolean;
  /** Within quotes; `ended`: after a quote that ends them or begins a doubled one. */
  at: 'outside' | 'within' | 'ended';
}

/** A sign that means something, or what stands between two of them. */
const pieces = /[",\r\n]|[^",\r\n]+/g;

async function* csvRecords(text: AsyncIterable<string>): AsyncGenerator<readonly (string | null)[], void> {
  const now: Reading = { cells: [], cell: '', quoted: false, at: 'outside' };
  for await (const part of text)
    for (const [piece] of part.matchAll(pieces)) {
      if (!take(now, piece)) continue;
      yield now.cells;
      now.cells = [];
    }
  if (now.cells.length === 0 && now.cell === '' && !now.quoted) return;
  endCell(now);
  yield now.cells;
}

function endCell(now: Reading): void {
  now.cells.push(now.quoted || now.cell !== '' ? now.cell : null);
  Object.assign(now, { cell: '', quoted: false, at: 'outside' });
}

/** Whether a record ends here. */
function take(now: Reading, piece: string): boolean {
  if (now.at === 'within') {
    if (piece === '"') now.at = 'ended';
    else now.cell += piece;
    return false;
  }
  if (piece === '"') {
    if (now.at === 'ended') now.cell += piece;
    Object.assign(now, { quoted: true, at: 'within' });
    return false;
  }
  if (piece === ',' || piece === '\n') {
    endCell(now);
    return piece === '\n';
  }
  if (piece !== '\r') now.cell += piece;
  return false;
}

const Anchor = z.object({
  seq: z.int(),
  hash: z.string(),
  keyId: z.string(),
  mac: z.string(),
  at: z.iso.datetime({ precision: 3 }),
});

/** What stands beside an exported file, in a file of its own. */
const Manifest = z.object({
  aetherius: z.literal('audit-export'),
  version: z.literal(1),
  format: z.enum(exportFormats),
  /** First and last row, and how many there are. */
  from: z.int().min(1),
  to: z.int().min(1),
  rows: z.int().min(1),
  /** Hash of the row before the first one, and that of the last one. */
  before: z.string(),
  head: z.string(),
  /** Of the bytes of the file, lower-case hexadecimal. */
  sha256: z.string(),
  bytes: z.int(),
  /** Last row of the log when it was exported. */
  last: z.int(),
  exportedAt: z.iso.datetime({ precision: 3 }),
  exportedBy: z.string(),
  /** The last row as an anchor: the holder of this manifest can check the log against it. */
  anchor: Anchor.extend({ aetherius: z.literal('audit-anchor') }),
  /** The newest anchor of each place outside, as it was seen. */
  seen: z.array(Anchor.extend({ place: z.enum(anchorPlaces) })),
  /** From where on rows are signed (R-L9); absent without signing. */
  signing: z
    .object({ seq: z.int(), hash: z.string(), signedBy: z.string(), signature: z.string() })
    .optional(),
  /** R-L7: the row up to which texts were removed; absent when no text was removed. */
  textsRemoved: z.int().optional(),
  keyId: z.string(),
  /** HMAC-SHA-256 under the key of the audit over everything above. */
  mac: z.string(),
  /** Ed25519 of the bot over the same; absent without signing. */
  signedBy: z.string().optional(),
  signature: z.string().optional(),
});
/** Its shape, for documents about the output of commands. */
export const ExportManifestOutput = Manifest;
export type ExportManifest = z.output<typeof Manifest>;
export type UnsealedManifest = Omit<ExportManifest, 'mac' | 'signedBy' | 'signature'>;

/** What is under the MAC and the signature: also what a later version adds. */
function sealedText(manifest: Readonly<Record<string, unknown>>): string {
  const { mac: _mac, signedBy: _signedBy, signature: _signature, ...sealed } = manifest;
  return `${auditDomain}-export\n${canonicalJson(sealed)}`;
}

const manifestMac = (key: string | Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('hex');

/** @param key that of `manifest.keyId`. */
export function sealManifest(
  manifest: UnsealedManifest,
  key: string | Uint8Array,
  signer: Signer | undefined,
): ExportManifest {
  const text = sealedText(manifest);
  const sealed = { ...manifest, mac: manifestMac(key, text) };
  return signer === undefined
    ? sealed
    : { ...sealed, signedBy: signer.keyId, signature: signer.sign(`${signer.keyId}\n${text}`) };
}

/** A manifest that one of our keys has sealed, and the text that its signature is over; else what is wrong with it. */
export function readManifest(
  value: unknown,
  keys: AuditKeys,
): { readonly manifest: ExportManifest; readonly signedText: string } | AuditFinding {
  const parsed = Manifest.safeParse(value);
  if (!parsed.success)
    return { verdict: 'manifest-forged', seq: 0, detail: 'this is no manifest of an export' };
  const { data: manifest } = parsed;
  const fault = (verdict: AuditFinding['verdict'], detail: string) => ({ verdict, seq: manifest.to, detail });
  const key = keys.get(manifest.keyId);
  if (key === undefined) return fault('key-unknown', `the manifest is signed with key ${manifest.keyId}`);
  const text = sealedText(value as Readonly<Record<string, unknown>>);
  const [own, given] = [Buffer.from(manifestMac(key, text)), Buffer.from(manifest.mac)];
  if (own.length !== given.length || !timingSafeEqual(own, given))
    return fault('manifest-forged', `the manifest was not signed with key ${manifest.keyId}`);
  return { manifest, signedText: `${manifest.signedBy ?? ''}\n${text}` };
}

import { createHash } from 'node:crypto';
import {
  type AuditFault,
  type AuditKeys,
  type AuditPosition,
  auditGenesis,
  auditHash,
  walkAuditRow,
} from '../../domain/audit/audit.ts';
import { type ExportManifest, exportedRows, readManifest } from '../../domain/audit/export.ts';
import { checkSignature, startHolds } from '../../domain/audit/signature.ts';
import { checkTexts } from '../../domain/audit/texts.ts';
import type { Trust } from '../../domain/kernel/signing.ts';
import type { ExportVerdict } from './contract.ts';
import { createFaults, type Faults, type RecordFault } from './faults.ts';

/**
 * Checks an exported file against its manifest, and both by themselves: nothing of the database is asked. Without a manifest
 * of ours nothing of the file can be told; else it goes on after each fault, and the verdict is the worst of all. Memory
 * does not grow with the file.
 */
export async function verifyExport(given: {
  readonly manifest: unknown;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly keys: AuditKeys;
  readonly trust?: Trust | undefined;
}): Promise<ExportVerdict> {
  const { keys, trust, bytes } = given;
  const faults = createFaults();
  const read = readManifest(given.manifest, keys);
  if ('verdict' in read) return { ...read, faults: [read] };
  const { manifest, signedText } = read;
  const unsigned = trust === undefined ? undefined : manifestFault(manifest, signedText, trust);
  if (unsigned !== undefined) return { ...unsigned, faults: [unsigned] };
  const digest = createHash('sha256');
  const exported = exportedRows(decoded(bytes, digest), manifest.format);
  const { at, rows, signed } = await walk(manifest, exported, { keys, trust, faults });
  const sha256 = digest.digest('hex');
  if (
    at.seq !== manifest.to ||
    at.hash !== manifest.head ||
    rows !== manifest.rows ||
    sha256 !== manifest.sha256
  )
    faults.add(altered(at.seq, 'the file is not the one that its manifest describes'));
  const { from, to, head } = manifest;
  return (
    faults.verdict() ?? {
      ...{ verdict: 'intact', rows, from, to, head, sha256 },
      ...(trust === undefined ? {} : { signed }),
    }
  );
}

const altered = (seq: number, detail: string): RecordFault => ({ verdict: 'export-altered', seq, detail });

/** R-L9: only the bot exports, and it signs what it exports. */
function manifestFault(manifest: ExportManifest, text: string, trust: Trust): RecordFault | undefined {
  const fault = (verdict: AuditFault, detail: string): RecordFault => ({ verdict, seq: manifest.to, detail });
  if (manifest.signature === undefined || manifest.signedBy === undefined)
    return fault('signature-missing', 'no bot has signed the manifest');
  if (trust.kindsOf(manifest.signedBy).length === 0)
    return fault(
      'signer-unknown',
      `the manifest is signed with key ${manifest.signedBy}, which is not listed`,
    );
  if (trust.signedBy('bot', text, manifest)) return undefined;
  return fault('manifest-forged', `the manifest was not signed with key ${manifest.signedBy} of a bot`);
}

async function* decoded(
  bytes: AsyncIterable<Uint8Array>,
  digest: { update(part: Uint8Array): unknown },
): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const part of bytes) {
    digest.update(part);
    yield decoder.decode(part, { stream: true });
  }
  yield decoder.decode();
}

async function walk(
  manifest: ExportManifest,
  rows: ReturnType<typeof exportedRows>,
  {
    keys,
    trust,
    faults,
  }: { readonly keys: AuditKeys; readonly trust: Trust | undefined; readonly faults: Faults },
): Promise<{ readonly at: AuditPosition; readonly rows: number; readonly signed: number }> {
  const { signing, from, before } = manifest;
  let at: AuditPosition = { seq: from - 1, hash: from === 1 ? auditGenesis : before };
  let count = 0;
  let signed = 0;
  const seen = new Map(manifest.seen.map((anchor) => [anchor.seq, anchor]));
  if (trust !== undefined && signing !== undefined && !startHolds(signing, trust))
    faults.add({
      verdict: 'signature-invalid',
      seq: signing.seq,
      detail: 'no bot has signed where signing began',
    });
  for await (const exported of rows) {
    if (exported === undefined) {
      faults.add(altered(at.seq + 1, `after row ${at.seq} comes something that is no row`));
      continue;
    }
    const { row, texts } = exported;
    const walked = walkAuditRow(at, row, keys);
    faults.add(...walked.faults);
    at = walked.at;
    count += 1;
    const isAltered = walked.faults.some(({ verdict }) => verdict === 'row-altered');
    if (trust !== undefined && !isAltered) faults.add(checkSignature(row, trust, signing));
    if (signing === undefined || row.seq > signing.seq) signed += 1;
    if (at.seq === signing?.seq && at.hash !== signing.hash)
      faults.add({ verdict: 'signature-invalid', seq: at.seq, detail: 'signing began after another row' });
    if (!isAltered) faults.add(checkTexts(row, texts, { keys, through: manifest.textsRemoved ?? 0 }));
    const anchor = seen.get(at.seq);
    if (anchor !== undefined && anchor.hash !== auditHash(row, row.prevHash))
      faults.add({
        ...{ verdict: 'anchor-mismatch', seq: at.seq, place: anchor.place },
        detail: `${anchor.place} remembered another row ${at.seq}`,
      });
  }
  const beyond = manifest.seen.find(({ seq }) => seq > manifest.last);
  if (beyond !== undefined) {
    const { seq, place } = beyond;
    const detail = `${place} remembered row ${seq} when this was exported, and the log ended at row ${manifest.last}`;
    faults.add({ verdict: 'older-state', seq, detail, last: manifest.last, place });
  }
  return { at, rows: count, signed };
}

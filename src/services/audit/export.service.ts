import { createHash } from 'node:crypto';
import { anchorMac, auditGenesis } from '../../domain/audit/audit.ts';
import { type ExportManifest, exportHead, exportLine, sealManifest } from '../../domain/audit/export.ts';
import type { PlaceState, RecordGuard } from '../../domain/audit/record.ts';
import { textsBySeq } from '../../domain/audit/texts.ts';
import { personId } from '../../domain/fix/approval.ts';
import { type AllowList, type Directory, mayDecide } from '../../domain/fix/eligibility.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { proofOf } from '../../domain/kernel/person.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Signer } from '../../domain/kernel/signing.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { ExportPart, ExportQuery, ExportService } from './contract.ts';

export interface ExportDeps {
  readonly store: StoreOf<'audit'>;
  readonly key: { readonly id: string; readonly secret: string | Uint8Array };
  readonly signer?: Signer | undefined;
  readonly record: Pick<RecordGuard, 'check'>;
  /** Who may read the whole record, and who people are. */
  readonly lists: readonly AllowList[];
  readonly directory: Directory;
}

const page = 500;

/**
 * Writes the record out for an auditor, row by row, and seals what was written. Who asked is in the record before the
 * first row goes out, and what they got after the last one; an export that was broken off has no second row.
 */
export function createExportService(deps: ExportDeps): ExportService {
  return {
    async open(query) {
      const actor = await allowed(deps, query);
      const range = await rangeOf(deps, query);
      if (range === undefined)
        throw new AppError('NOT_FOUND', 'no such rows', { facts: { reason: 'export-empty' } });
      const begun = await append(deps, query, actor, 'audit.export-begun', range);
      // What was asked for without an end goes up to the row that says so.
      const to = query.to === undefined ? begun : range.to;
      return parts(deps, query, actor, { from: range.from, to, last: begun });
    },
  };
}

type Range = { readonly from: number; readonly to: number };

async function allowed(deps: ExportDeps, query: ExportQuery): Promise<string> {
  const standing = await mayDecide(query.by, deps.lists, deps.directory);
  if (standing.ok) return standing.personId;
  await append(deps, query, personId(query.by), 'audit.export-refused', { refused: standing.why });
  throw new AppError('NOT_ALLOWED', `refused: ${standing.why}`, {
    facts: { detail: standing.detail, reason: standing.why },
  });
}

/** The rows that are asked for and are there; undefined: there are none. */
async function rangeOf({ store }: ExportDeps, { from, to }: ExportQuery): Promise<Range | undefined> {
  return store.tx(async (tx) => {
    const head = (await tx.audit.head()).seq;
    const first = from instanceof Date ? await tx.audit.firstSince(from) : (from ?? 1);
    const last = to instanceof Date ? await tx.audit.lastBefore(to) : (to ?? head);
    if (first === undefined || last === undefined || first > Math.min(last, head)) return undefined;
    return { from: Math.max(1, first), to: Math.min(last, head) };
  });
}

async function append(
  { store }: ExportDeps,
  { by, format, requestId }: ExportQuery,
  actor: string,
  action: string,
  facts: Readonly<Record<string, string | number>>,
): Promise<number> {
  const row = await store.tx((tx) =>
    tx.audit.append({
      ...{ actor, actorTeam: by.teamId, action, requestIds: [requestId] },
      facts: { format, ...facts, ...proofOf(by) },
    }),
  );
  return row.seq;
}

async function* parts(
  deps: ExportDeps,
  query: ExportQuery,
  actor: string,
  { from, to, last }: Range & { readonly last: number },
): AsyncGenerator<ExportPart, void> {
  const { store, key } = deps;
  const { format } = query;
  const digest = createHash('sha256');
  let bytes = 0;
  let rows = 0;
  let before = auditGenesis;
  let head = auditGenesis;
  const told = (text: string): ExportPart => {
    const given = Buffer.from(text, 'utf8');
    digest.update(given);
    bytes += given.byteLength;
    return { text };
  };
  yield told(exportHead(format));
  for (let at = from; at <= to; at += page) {
    const end = Math.min(to, at + page - 1);
    const { found, texts } = await store.tx(async (tx) => ({
      found: await tx.audit.rows(at, end - at + 1),
      texts: textsBySeq(await tx.audit.texts(at, end)),
    }));
    const within = found.filter(({ seq }) => seq <= to);
    if (rows === 0) before = within[0]?.prevHash ?? auditGenesis;
    rows += within.length;
    head = within.at(-1)?.hash ?? head;
    yield told(within.map((row) => exportLine(row, texts.get(row.seq) ?? [], format)).join(''));
  }
  const { places } = await deps.record.check();
  // After the last text was read: what is removed is said before it goes.
  const { now, signing, through } = await store.tx(async (tx) => ({
    now: await tx.now(),
    through: await tx.audit.textsRemovedThrough(),
    signing: await tx.audit.signingStart(),
  }));
  const sha256 = digest.digest('hex');
  await append(deps, query, actor, 'audit.exported', { from, to, rows, sha256 });
  const anchor = { seq: to, hash: head, keyId: key.id, at: now };
  yield {
    manifest: sealManifest(
      {
        ...{ aetherius: 'audit-export', version: 1, format },
        ...{ from, to, rows, before, head, sha256, bytes, last },
        ...{ exportedAt: now.toISOString(), exportedBy: actor },
        anchor: {
          aetherius: 'audit-anchor',
          ...{ ...anchor, at: now.toISOString(), mac: anchorMac(key.secret, anchor) },
        },
        seen: places.flatMap(seenIn),
        ...(through === 0 ? {} : { textsRemoved: through }),
        ...present({ signing }),
        keyId: key.id,
      },
      key.secret,
      deps.signer,
    ),
  };
}

function seenIn({ anchor }: PlaceState): ExportManifest['seen'] {
  if (anchor === undefined) return [];
  const { place, seq, hash, keyId, mac, at } = anchor;
  return [{ place, seq, hash, keyId, mac, at: at.toISOString() }];
}

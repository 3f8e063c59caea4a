import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import { type AuditAnchor, anchorText } from '../../domain/audit/audit-anchor.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';

export interface S3AnchorsOptions {
  /** Root of the store, such as https://s3.eu-central-1.amazonaws.com; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  /** For so long an anchor cannot be deleted. */
  readonly retentionDays: number;
  readonly mode: 'compliance' | 'governance';
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
}

const enough = 50;
const recentPages = 10;
/** Names count down, so that a listing begins with the newest. */
const lastMs = 9_999_999_999_999;
const dayMs = 24 * 3_600_000;
const name = /(\d{13})-(\d{16})-([0-9a-f]{64})-([0-9a-f]{64})-([^/]+)\.json$/;

/**
 * Objects under a lock in an object store. All of an anchor stands in the object's name, so that one listing reads a
 * hundred of them; versions are listed, so that one which was deleted or written over is still there
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html).
 */
export function s3Anchors(options: S3AnchorsOptions): AnchorPlace {
  const { bucket, prefix, region } = options;
  const root = `${options.endpoint.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}`;
  const signer = () =>
    new AwsClient({
      accessKeyId: options.accessKeyId.reveal(),
      secretAccessKey: options.secretAccessKey.reveal(),
      ...{ service: 's3', region, retries: 0 },
    });

  const call = async (url: string, init: RequestInit, signal: AbortSignal): Promise<Response> => {
    try {
      return await fetch(await signer().sign(url, init), { signal, redirect: 'error' });
    } catch (cause) {
      throw unavailable('unreachable', cause);
    }
  };

  const pages = async function* (signal: AbortSignal): AsyncGenerator<readonly AuditAnchor[]> {
    let from: Readonly<Record<string, string>> = {};
    for (;;) {
      const query = new URLSearchParams({ versions: '', 'max-keys': '100', prefix, ...from });
      const answer = await call(`${root}?${query.toString()}`, { method: 'GET' }, signal);
      const text = await textOf(answer);
      if (!answer.ok) throw unavailable(faultIn(text, answer.status));
      if (!text.includes('ListVersionsResult')) throw unavailable('no-listing');
      yield anchorsIn(text);
      const key = element(text, 'NextKeyMarker');
      if (element(text, 'IsTruncated') !== 'true' || key === undefined) return;
      const version = element(text, 'NextVersionIdMarker');
      from = {
        'key-marker': key,
        ...(version === undefined || version === '' ? {} : { 'version-id-marker': version }),
      };
    }
  };

  return {
    name: 's3',
    async recent(signal) {
      const found: AuditAnchor[] = [];
      let read = 0;
      for await (const page of pages(signal)) {
        found.push(...page);
        read += 1;
        if (found.length >= enough) break;
        // A writer of that place has put other things before our anchors.
        if (read === recentPages) throw unavailable('crowded');
      }
      return inOrder(found);
    },
    async *all(signal) {
      const found: AuditAnchor[] = [];
      for await (const page of pages(signal)) found.push(...page);
      yield* inOrder(found);
    },
    async write(anchor, signal) {
      const body = `${anchorText(anchor)}\n`;
      // One that was missed while the store was away is written late; no store takes a lock that is over.
      const from = Math.max(anchor.at.getTime(), Date.now());
      const until = new Date(from + options.retentionDays * dayMs);
      const answer = await call(
        `${root}/${prefix.split('/').map(encodeURIComponent).join('/')}${encodeURIComponent(nameOf(anchor))}`,
        {
          method: 'PUT',
          body,
          headers: {
            'content-type': 'application/json',
            'content-md5': createHash('md5').update(body).digest('base64'),
            'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
            'x-amz-object-lock-mode': options.mode.toUpperCase(),
            'x-amz-object-lock-retain-until-date': until.toISOString(),
            'if-none-match': '*',
          },
        },
        signal,
      );
      const text = await textOf(answer);
      // 412: it is there already.
      if (!answer.ok && answer.status !== 412) throw unavailable(faultIn(text, answer.status));
    },
    close: () => Promise.resolve(),
  };
}

/** The name says all that the object says. */
function nameOf({ seq, hash, mac, keyId, at }: AuditAnchor): string {
  const down = String(lastMs - at.getTime()).padStart(13, '0');
  return `${down}-${String(seq).padStart(16, '0')}-${hash}-${mac}-${encodeURIComponent(keyId)}.json`;
}

function anchorsIn(listing: string): readonly AuditAnchor[] {
  const versions = listing.match(/<Version>.*?<\/Version>/gs) ?? [];
  return versions.flatMap((version) => {
    const [, down, seq, hash, mac, keyId] = name.exec(element(version, 'Key') ?? '') ?? [];
    if (hash === undefined || mac === undefined || keyId === undefined) return [];
    const at = new Date(lastMs - Number(down));
    return [{ seq: Number(seq), hash, mac, keyId: decoded(keyId), place: 's3' as const, at }];
  });
}

/** Oldest first, and each once: an object that was written over has two versions under one name. */
function inOrder(anchors: readonly AuditAnchor[]): readonly AuditAnchor[] {
  const each = new Map(anchors.map((anchor) => [nameOf(anchor), anchor]));
  return [...each.values()].toSorted((a, b) => a.at.getTime() - b.at.getTime() || a.seq - b.seq);
}

function element(xml: string, tag: string): string | undefined {
  const text = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1];
  return text
    ?.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(quot|apos|lt|gt|amp);/g, (_all, entity: string) => entities[entity] ?? '');
}

const entities: Readonly<Record<string, string>> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' };

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function textOf(answer: Response): Promise<string> {
  try {
    return await answer.text();
  } catch (cause) {
    throw unavailable('unreachable', cause);
  }
}

/** The store's own word for it, such as AccessDenied. */
function faultIn(text: string, status: number): string {
  return element(text, 'Code') ?? String(status);
}

function unavailable(code: string, cause?: unknown): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'the anchors in the S3 store cannot be used', {
    ...(cause === undefined ? {} : { cause }),
    facts: { place: 's3', code },
  });
}

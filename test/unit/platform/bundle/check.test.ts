import { createHash, randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { manifestPath } from '../../../../src/domain/bundle/manifest.ts';
import { bundleFlaw } from '../../../../src/platform/bundle/check.ts';
import { writeBundlePieces } from '../../../../src/platform/bundle/write.ts';

const now = () => new Date('2026-11-28T09:00:00Z');
const { signal } = new AbortController();
const runId = '0190a7b0-0000-7000-8000-000000000001';
const secret = 'Zeppelin-Orchard';
const { holdsKnown } = knowing();
function knowing() {
  const redactor = createRedactor({ known: [secret, 'short'] });
  return { holdsKnown: (text: string) => redactor.holdsKnown(text) };
}

/** A bundle of these files, in the pieces in which it goes. */
async function bundle(files: Readonly<Record<string, string | Uint8Array>>, id = runId) {
  const pieces: Uint8Array[] = [];
  const writer = writeBundlePieces('root', now, async (piece) => {
    await setImmediate();
    pieces.push(piece);
  });
  const at = now().toISOString();
  const entries = [];
  let most = 0;
  for (const [path, content] of Object.entries(files)) {
    entries.push({ path, startedAt: at, endedAt: at, ...(await writer.add(path, content)) });
    most = Math.max(most, writer.bytesAtMost?.() ?? 0);
  }
  const manifest = {
    ...{ format: 'aetherius-bundle', version: 1, id, environment: 'prod', bot: '0' },
    ...{ startedAt: at, endedAt: at, since: at, redacted: {}, entries },
  };
  await writer.add(manifestPath, JSON.stringify(manifest));
  const atMost = writer.bytesAtMost?.() ?? 0;
  const whole = await writer.end();
  return { bytes: Buffer.concat(pieces), pieces, whole, atMost };
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a bundle in pieces', () => {
  it('says beforehand about how large a text will be in it', async () => {
    const text = Array.from({ length: 20_000 }, (_, n) => `line ${n} of a log that repeats itself`).join(
      '\n',
    );
    const writer = writeBundlePieces('root', now, () => Promise.resolve());
    const said = (await writer.packed?.(text)) ?? 0;
    await writer.add('a.log', text);
    const { bytes } = await writer.end();

    expect(said).toBeGreaterThan(bytes * 0.9);
    expect(said).toBeLessThan(bytes * 1.1 + 4096);
  });

  it('is the same archive, in pieces of half a MiB, and never more than was said', async () => {
    const { bytes, pieces, whole, atMost } = await bundle({
      'a.log': randomBytes(1_500_000).toString('latin1'),
      'b.log': randomBytes(300_000),
    });

    expect(whole).toEqual({ bytes: bytes.length, sha256: digest(bytes) });
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.slice(0, -1).every(({ length }) => length >= 512 * 1024 && length < 600 * 1024)).toBe(true);
    expect(atMost).toBeGreaterThanOrEqual(whole.bytes);
  });

  it('ends with the error of whoever takes the pieces', async () => {
    const writer = writeBundlePieces('root', now, () => Promise.reject(new Error('PostgreSQL is away')));
    const filling = (async () => {
      for (;;) await writer.add(`${Math.random()}.log`, randomBytes(200_000));
    })();

    await expect(filling).rejects.toThrow('PostgreSQL is away');
    await writer.drop();
  });
});

describe('a bundle on its way to Slack', () => {
  const files = { 'health.json': '{}', 'logs/redis/a.log': 'ready\n' };

  it('passes when it is as it was made', async () => {
    const { bytes, whole } = await bundle(files);

    expect(await bundleFlaw(bytes, { runId, ...whole }, holdsKnown, signal)).toBeUndefined();
  });

  it.each([
    ['its bytes are others', async () => ({ ...(await bundle(files)), sha: '0'.repeat(64) })],
    ['it is of another run', () => bundle(files, '0190a7b0-0000-7000-8000-000000000002')],
    ['it is cut', async () => ({ ...(await bundle(files)), cut: 40 })],
    ['it is no bundle', () => Promise.resolve({ bytes: Buffer.from('PK\u0003\u0004 something else') })],
  ])('is refused when %s', async (_what, make) => {
    const { bytes: all, sha, cut } = (await make()) as { bytes: Buffer; sha?: string; cut?: number };
    const bytes = all.subarray(0, all.length - (cut ?? 0));

    expect(await bundleFlaw(bytes, { runId, sha256: sha ?? digest(bytes) }, holdsKnown, signal)).toBe(
      'altered',
    );
  });

  it.each([
    ['in a line', `one ${secret} two`],
    ['written in base64', Buffer.from(`x:${secret}:y`).toString('base64')],
    // zlib gives 16 KiB at a time.
    ...[-8, -1, 3].map((shift) => [
      `across slices, at ${shift}`,
      `${'x'.repeat(16 * 1024 - 1024 + shift)}${secret}${'y'.repeat(40_000)}`,
    ]),
  ])('is refused when a secret that is known stands in it %s', async (_where, text) => {
    const { bytes, whole } = await bundle({ ...files, 'logs/a/b.log': text ?? '' });

    expect(await bundleFlaw(bytes, { runId, ...whole }, holdsKnown, signal)).toBe('secret');
  });

  it('passes with a short word that is a secret elsewhere', async () => {
    const { bytes, whole } = await bundle({ ...files, 'a.json': '{"name": "short"}' });

    expect(await bundleFlaw(bytes, { runId, ...whole }, holdsKnown, signal)).toBeUndefined();
  });
});

/** A real object store with locks for a test file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll } from 'vitest';
import { type S3Server, startS3 } from '../../lab/components/s3.ts';
import { Secret } from '../../src/domain/kernel/secret.ts';
import type { AnchorPlace } from '../../src/domain/ports/anchor-place.ts';
import { s3Anchors } from '../../src/platform/anchors/s3.ts';

export interface TestS3 {
  readonly server: S3Server;
  /** A new bucket that was made with object lock, or without. */
  bucket(locked?: boolean): Promise<string>;
  /** As the bucket's owner: path and query within the bucket. */
  call(bucket: string, path: string, init?: RequestInit): Promise<Response>;
  place(bucket: string): AnchorPlace;
  stop(): Promise<void>;
  /** On the same port, with what it held. */
  start(): Promise<void>;
}

/** Starts the server before the file's tests and ends it after them. */
export function useS3(): TestS3 {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-s3-'));
  let server: S3Server | undefined;
  let buckets = 0;
  const running = () => {
    if (server === undefined) throw new Error('the S3 store is started before the first test');
    return server;
  };
  beforeAll(async () => {
    server = await startS3({ dir });
  }, 600_000);
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const call = (path: string, init: RequestInit = {}) => {
    const { endpoint, accessKeyId, secretAccessKey } = running();
    const client = new AwsClient({
      ...{ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1', retries: 0 },
    });
    return client.fetch(`${endpoint}/${path}`, init);
  };
  return {
    get server() {
      return running();
    },
    async bucket(locked = true) {
      const name = `anchors-${(buckets += 1)}`;
      const headers = locked ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
      const answer = await call(name, { method: 'PUT', headers });
      if (!answer.ok) throw new Error(`no bucket: ${answer.status} ${await answer.text()}`);
      return name;
    },
    call: (bucket, path, init) => call(`${bucket}${path.startsWith('?') ? '' : '/'}${path}`, init),
    place(bucket) {
      const { endpoint, accessKeyId, secretAccessKey } = running();
      return s3Anchors({
        ...{ endpoint, bucket, prefix: 'prod/anchors/', region: 'us-east-1' },
        ...{ retentionDays: 1, mode: 'compliance' },
        ...{ accessKeyId: new Secret(accessKeyId), secretAccessKey: new Secret(secretAccessKey) },
      });
    },
    stop: () => running().stop(),
    async start() {
      server = await startS3({ dir, port: running().port });
    },
  };
}

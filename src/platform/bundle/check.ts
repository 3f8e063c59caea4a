import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { verifyBundleInto } from './read.ts';

/** What a bundle must be, by what stands of it elsewhere. */
export interface ExpectedBundle {
  /** Its id. */
  readonly runId: string;
  /** Lower-case hex, of the whole file. */
  readonly sha256: string;
}

/** `altered`: it is not the one that was made, or not whole; `secret`: a text in it has a secret that `knows` knows. */
export type BundleFlaw = 'altered' | 'secret';

/** Bytes of what went before that are looked at again: a secret may stand across two slices. */
const OVERLAP = 8 * 1024;
/** Bytes that are digested before others get their turn. */
const DIGESTED = 4 * 2 ** 20;

/**
 * Looks through a bundle before it leaves the process: that its bytes are those whose digest is known, that each file is
 * as its manifest says and the manifest is of that run, and that no known secret is in a file. Slice by slice, so that
 * others get their turn; nothing is unpacked to the disk. Undefined: nothing is wrong with it.
 */
export async function bundleFlaw(
  bytes: Uint8Array,
  expected: ExpectedBundle,
  knows: (text: string) => boolean,
  signal: AbortSignal,
): Promise<BundleFlaw | undefined> {
  if ((await digestOf(bytes, signal)) !== expected.sha256) return 'altered';
  let told = false;
  const { manifest, findings } = await verifyBundleInto(bytes, { signal }, () => {
    let before = new Uint8Array();
    return new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        const bytes = Buffer.concat([before, chunk]);
        // A character that is cut in two is no part of what stands whole in this slice or in the next.
        told ||= knows(bytes.toString('utf8'));
        before = bytes.subarray(Math.max(0, bytes.length - OVERLAP));
        done();
      },
    });
  });
  if (findings.length > 0 || manifest?.id !== expected.runId) return 'altered';
  return told ? 'secret' : undefined;
}

async function digestOf(bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += DIGESTED) {
    hash.update(bytes.subarray(at, at + DIGESTED));
    await setImmediate(undefined, { signal });
  }
  return hash.digest('hex');
}

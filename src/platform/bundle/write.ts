import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzip as gzipAll } from 'node:zlib';
import { pack as createPack } from 'tar-stream';
import type { BundleWriter, Written } from '../../domain/bundle/writer.ts';

/**
 * Writes a `.tar.gz` as its files come, below one folder. Only its maker can read it at first, and under its own name it
 * stands when it is whole. Errors are those of the file system.
 */
export async function writeBundle(path: string, folder: string, now: () => Date): Promise<BundleWriter> {
  const part = `${path}.part`;
  const file = createWriteStream(part, { mode: 0o600, flags: 'w' });
  await once(file, 'open');
  const archive = createArchive(folder, now);
  const written = pipeline(archive.stream, file);
  // Told by `add` and `end`; until then the rejection has no handler.
  written.catch(() => undefined);
  const broken = written.then(() => new Promise<never>(() => undefined));
  broken.catch(() => undefined);
  return {
    add: (name, content) => Promise.race([archive.add(name, content), broken]),
    async end() {
      const whole = await Promise.race([archive.end(), broken]);
      await written;
      await rename(part, path);
      return whole;
    },
    async drop() {
      archive.stream.destroy();
      await written.catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}

const packed = promisify<string | Uint8Array, Buffer>(gzipAll);

/** Bytes of a piece of a bundle on its way. */
const PIECE_BYTES = 512 * 1024;
/**
 * The compressor goes on by itself until it has made so many bytes; with the usual 16 KiB it waits for the main thread
 * after each 200 KB of a log.
 */
const CHUNK_BYTES = 256 * 1024;
/** What the compressor may still hold of what it has taken: its own, and pieces on their way out. */
const HELD_BYTES = 4 * CHUNK_BYTES;
/** What a file costs in the archive besides its bytes: a header for its name, one for itself, and padding. */
const FILE_BYTES = 2048;

/**
 * The same archive in pieces, each given to `take` once the one before it was taken; whatever `take` throws is thrown by
 * `add` and `end`. What is left of a bundle that is dropped is left to the receiver of the pieces.
 */
export function writeBundlePieces(
  folder: string,
  now: () => Date,
  take: (piece: Uint8Array) => Promise<void>,
): BundleWriter {
  const archive = createArchive(folder, now);
  const taken = (async () => {
    let held: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of archive.stream as AsyncIterable<Uint8Array>) {
      held.push(chunk);
      size += chunk.length;
      if (size < PIECE_BYTES) continue;
      await take(Buffer.concat(held));
      [held, size] = [[], 0];
    }
    if (size > 0) await take(Buffer.concat(held));
  })();
  // Told by `add` and `end`; until then the rejection has no handler.
  taken.catch(() => undefined);
  const broken = taken.then(() => new Promise<never>(() => undefined));
  broken.catch(() => undefined);
  return {
    add: (name, content) => Promise.race([archive.add(name, content), broken]),
    bytesAtMost: archive.bytesAtMost,
    packed: async (content) => (await packed(content)).length + FILE_BYTES,
    async end() {
      const whole = await Promise.race([archive.end(), broken]);
      await taken;
      return whole;
    },
    async drop() {
      archive.stream.destroy();
      await taken.catch(() => undefined);
    },
  };
}

/** A gzip of a tar archive as a stream that holds its writer back until the reader reads. */
export function createArchive(
  folder: string,
  now: () => Date,
): Pick<BundleWriter, 'add' | 'end'> & { readonly stream: Transform; bytesAtMost(): number } {
  const pack = createPack();
  const gzip = createGzip({ chunkSize: CHUNK_BYTES });
  const whole = counted();
  const flowing = pipeline(pack, gzip, whole.stream);
  flowing.catch(() => undefined);
  let last: Promise<unknown> = Promise.resolve();
  let given = 0;
  return {
    stream: whole.stream,
    // What was not compressed yet counts as it is.
    bytesAtMost: () => whole.bytes() + Math.max(0, given - gzip.bytesWritten) + HELD_BYTES,
    add(name, content) {
      const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
      given += bytes.length + FILE_BYTES;
      const added = last.then(async (): Promise<Written> => {
        const header = { name: `${folder}/${name}`, size: bytes.length, mode: 0o600, mtime: now() };
        await new Promise<void>((resolve, reject) => {
          const entry = pack.entry(header, (error) => (error ? reject(error) : resolve()));
          entry.on('error', reject);
          entry.end(bytes);
        });
        return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      });
      last = added.catch(() => undefined);
      return added;
    },
    async end() {
      await last;
      pack.finalize();
      await flowing;
      return whole.result();
    },
  };
}

function counted(): { readonly stream: Transform; bytes(): number; result(): Written } {
  const hash: Hash = createHash('sha256');
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes, result: () => ({ bytes, sha256: hash.digest('hex') }) };
}

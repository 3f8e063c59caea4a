import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { type AuditAnchor, anchorText, readAnchor } from '../../domain/audit/audit-anchor.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';

/** Holds more than the anchors that are looked at each time; one takes about 260 bytes. */
const tailBytes = 64 * 1024;

/**
 * A file of JSON lines that only grows, on a volume that the database server does not have. Its folder must exist: a
 * volume that is not mounted is no empty place.
 */
export function fileAnchors(path: string): AnchorPlace {
  return {
    name: 'file',
    async recent() {
      const file = await opened(path, 'r').catch(unlessAbsent(path));
      if (file === undefined) return [];
      try {
        const { size } = await file.stat();
        const from = Math.max(0, size - tailBytes);
        const buffer = Buffer.alloc(size - from);
        await file.read(buffer, 0, buffer.length, from);
        return anchorsIn(buffer.toString('utf8').split('\n'));
      } catch (error) {
        throw unavailable(path, error);
      } finally {
        await file.close();
      }
    },
    async *all() {
      const file = await opened(path, 'r').catch(unlessAbsent(path));
      if (file === undefined) return;
      await file.close();
      for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
        yield* anchorsIn([line]);
    },
    async write(anchor) {
      const file = await opened(path, 'a+');
      try {
        const { size } = await file.stat();
        const last = Buffer.alloc(1);
        if (size > 0) await file.read(last, 0, 1, size - 1);
        // A line that a crash cut off stays a line of its own.
        const before = size === 0 || last.toString() === '\n' ? '' : '\n';
        await file.appendFile(`${before}${anchorText(anchor)}\n`);
        await file.sync();
      } catch (error) {
        throw unavailable(path, error);
      } finally {
        await file.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

function anchorsIn(lines: readonly string[]): readonly AuditAnchor[] {
  return lines.flatMap((line) => readAnchor(line, 'file') ?? []);
}

async function opened(path: string, flags: 'r' | 'a+') {
  try {
    return await open(path, flags, 0o640);
  } catch (error) {
    throw unavailable(path, error);
  }
}

/** The file is not there and its folder is: nothing was written yet. */
function unlessAbsent(path: string) {
  return async (error: unknown): Promise<undefined> => {
    if (error instanceof AppError && error.facts.code === 'ENOENT') {
      const folder = await open(dirname(path), 'r').catch(() => undefined);
      if (folder !== undefined) {
        await folder.close();
        return undefined;
      }
    }
    throw error;
  };
}

function unavailable(path: string, cause: unknown): AppError {
  const { code } = cause as NodeJS.ErrnoException;
  return new AppError('DEPENDENCY_UNAVAILABLE', `the anchors in ${path} cannot be used`, {
    cause,
    facts: { place: 'file', code: code ?? 'unknown' },
  });
}

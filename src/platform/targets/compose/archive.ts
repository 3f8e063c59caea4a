/** The first bytes of a stream; what comes after them is not read. */
export async function firstBytes(stream: NodeJS.ReadableStream, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    const bytes = Buffer.from(piece as Uint8Array);
    pieces.push(bytes);
    size += bytes.length;
    if (size >= most) break;
  }
  return Buffer.concat(pieces).subarray(0, most);
}

const blockBytes = 512;
/** More than a file of configuration has. */
export const largestFile = 64 * 1024;

/**
 * Text files of a tar archive (POSIX ustar: blocks of 512 bytes, a header before each file) of this path, under their
 * paths in the container. Large files, files that are no text, and one that the archive ends within are left out.
 */
export function filesOfArchive(
  archive: Buffer,
  path: string,
): readonly { readonly path: string; readonly text: string }[] {
  const files: { path: string; text: string }[] = [];
  for (let at = 0; at + blockBytes <= archive.length; ) {
    const header = archive.subarray(at, at + blockBytes);
    const field = (from: number, length: number) =>
      header.toString('utf8', from, from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(field(124, 12).trim() || '0', 8);
    if (!Number.isInteger(size)) break;
    const begin = at + blockBytes;
    const text = archive.toString('utf8', begin, Math.min(begin + size, archive.length));
    const isFile = header[156] === 0 || header[156] === 0x30;
    if (isFile && size <= largestFile && begin + size <= archive.length && !text.includes('\0'))
      files.push({ path: placeOf(field(0, 100), path), text });
    at = begin + Math.ceil(size / blockBytes) * blockBytes;
  }
  // An archive ends with empty blocks, which have no name.
  return files.filter(({ text }) => text !== '');
}

/** `aetherius/config.yaml` in the archive of `/etc/aetherius` is `/etc/aetherius/config.yaml`. */
function placeOf(name: string, path: string): string {
  const inside = name.split('/').slice(1).join('/');
  return inside === '' ? path : `${path.replace(/\/$/, '')}/${inside}`;
}

/** Reads archives and layers of images back, as an engine does. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';

export interface Unpacked {
  readonly header: Header;
  readonly content: Buffer;
}

/** Every entry of a tar, by its name; `wanted` says whose content is kept. */
export async function untar(
  tar: Readable,
  wanted: (name: string) => boolean = () => true,
): Promise<ReadonlyMap<string, Unpacked>> {
  const found = new Map<string, Unpacked>();
  for await (const entry of tar.pipe(extract())) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) if (wanted(entry.header.name)) pieces.push(piece as Buffer);
    found.set(entry.header.name, { header: entry.header, content: Buffer.concat(pieces) });
  }
  return found;
}

export interface ReadImage {
  /** The names of its entries. */
  readonly entries: readonly string[];
  readonly index: {
    readonly manifests: readonly { readonly annotations: Readonly<Record<string, string>> }[];
  };
  readonly listed: { readonly RepoTags: readonly string[]; readonly Layers: readonly string[] };
  readonly config: {
    readonly config: {
      readonly User: string;
      readonly Entrypoint: readonly string[];
      readonly Labels: Readonly<Record<string, string>>;
      readonly Env: readonly string[];
    };
  };
  /** The layers, unpacked, in their order. */
  layers(wanted: (name: string) => boolean): Promise<readonly ReadonlyMap<string, Unpacked>[]>;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Throws where a digest or a size is not that of what it names. */
export async function readImage(archive: string): Promise<ReadImage> {
  const files = await untar(createReadStream(archive));
  const content = (name: string): Buffer => {
    const file = files.get(name);
    if (file === undefined) throw new Error(`the archive has no ${name}`);
    return file.content;
  };
  const json = (name: string): unknown => JSON.parse(content(name).toString('utf8'));
  interface Blob {
    readonly digest: string;
    readonly size: number;
  }
  const blob = ({ digest, size }: Blob): Buffer => {
    const bytes = content(`blobs/${digest.replace(':', '/')}`);
    if (`sha256:${sha256(bytes)}` !== digest || bytes.length !== size)
      throw new Error(`${digest} is another blob: ${sha256(bytes)}, ${bytes.length} bytes`);
    return bytes;
  };
  const index = json('index.json') as ReadImage['index'] & { readonly manifests: readonly Blob[] };
  const [first] = index.manifests;
  if (first === undefined) throw new Error('the index is empty');
  const manifest = JSON.parse(blob(first as unknown as Blob).toString('utf8')) as {
    readonly config: Blob;
    readonly layers: readonly Blob[];
  };
  const config = JSON.parse(blob(manifest.config).toString('utf8')) as ReadImage['config'] & {
    readonly rootfs: { readonly diff_ids: readonly string[] };
  };
  const [listed] = json('manifest.json') as readonly ReadImage['listed'][];
  if (listed === undefined) throw new Error('manifest.json is empty');
  return {
    ...{ entries: [...files.keys()], index, listed, config },
    layers: (wanted) =>
      Promise.all(
        manifest.layers.map(async (layer, position) => {
          const tar = Readable.from([blob(layer)]).pipe(createGunzip());
          const hash = createHash('sha256');
          tar.on('data', (piece: Buffer) => hash.update(piece));
          const entries = await untar(tar, wanted);
          const diffId = `sha256:${hash.digest('hex')}`;
          if (diffId !== config.rootfs.diff_ids[position])
            throw new Error(`layer ${position} has another content than its image says: ${diffId}`);
          return entries;
        }),
      ),
  };
}

/**
 * An image as one file that every engine loads: the layout of the OCI image specification 1.0, and beside it the list
 * that `docker load` of engines before version 25 reads.
 */

import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { Layer } from './layer.ts';

/** What the engine is told of the program. */
export interface ImageConfig {
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly workdir: string;
  readonly user: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Image {
  /** As people write it: `aetherius-bot:0.1.0`. */
  readonly name: string;
  readonly config: ImageConfig;
  readonly created: Date;
  readonly layers: readonly { readonly layer: Layer; readonly file: string; readonly about: string }[];
}

export interface WrittenImage {
  /** What a registry and `kubectl` call it: the digest of its manifest. */
  readonly digest: string;
  /** Bytes that a node fetches, and bytes on its disk. */
  readonly compressed: number;
  readonly unpacked: number;
}

const media = (what: string) => `application/vnd.oci.image.${what}`;

/** The whole name, as containerd and a Pod mean it: what names no registry is of Docker Hub. */
export function wholeName(name: string): string {
  const [first = '', ...rest] = name.split('/');
  if (rest.length === 0) return `docker.io/library/${name}`;
  return /[.:]|^localhost$/.test(first) ? name : `docker.io/${name}`;
}

interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Writes the archive; the same image is the same bytes. */
export async function writeArchive(image: Image, path: string): Promise<WrittenImage> {
  const documents = new Map<string, Buffer>();
  const keep = (value: object, mediaType: string): Blob => {
    const bytes = Buffer.from(JSON.stringify(value));
    const digest = createHash('sha256').update(bytes).digest('hex');
    documents.set(`blobs/sha256/${digest}`, bytes);
    return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
  };
  const created = image.created.toISOString();
  const { env, entrypoint, workdir, user, labels } = image.config;
  const config = keep(
    {
      ...{ created, architecture: 'amd64', os: 'linux' },
      config: { Env: env, Entrypoint: entrypoint, WorkingDir: workdir, User: user, Labels: labels },
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ layer }) => `sha256:${layer.diffId}`) },
      history: image.layers.map(({ about }) => ({ created, created_by: about })),
    },
    media('config.v1+json'),
  );
  const layers = image.layers.map(({ layer }) => ({
    mediaType: media('layer.v1.tar+gzip'),
    ...{ digest: `sha256:${layer.digest}`, size: layer.size },
  }));
  const manifest = keep(
    { schemaVersion: 2, mediaType: media('manifest.v1+json'), config, layers },
    media('manifest.v1+json'),
  );
  const annotations = {
    'io.containerd.image.name': wholeName(image.name),
    'org.opencontainers.image.ref.name': image.name.split(':').at(-1) ?? '',
    'org.opencontainers.image.created': created,
  };
  const platform = { architecture: 'amd64', os: 'linux' };
  const index = {
    ...{ schemaVersion: 2, mediaType: media('index.v1+json') },
    manifests: [{ ...manifest, platform, annotations }],
  };
  const fileOf = ({ digest }: { readonly digest: string }) => `blobs/${digest.replace(':', '/')}`;
  documents.set('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  documents.set('index.json', Buffer.from(JSON.stringify(index)));
  const listed = { Config: fileOf(config), RepoTags: [image.name], Layers: layers.map(fileOf) };
  documents.set('manifest.json', Buffer.from(JSON.stringify([listed])));

  const files = new Map<string, string>(
    image.layers.map(({ layer, file }) => [`blobs/sha256/${layer.digest}`, file]),
  );
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  const filled = (async () => {
    for (const name of [...documents.keys(), ...files.keys()].toSorted()) {
      const header = { name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
      const bytes = documents.get(name);
      const file = files.get(name);
      if (bytes !== undefined) tar.entry(header, bytes);
      else if (file !== undefined)
        await pipeline(createReadStream(file), tar.entry({ ...header, size: statSync(file).size }));
    }
    tar.finalize();
  })();
  await Promise.all([filled, written]);
  return {
    digest: manifest.digest,
    compressed: layers.reduce((sum, { size }) => sum + size, config.size + manifest.size),
    unpacked: image.layers.reduce((sum, { layer }) => sum + layer.unpacked, 0),
  };
}

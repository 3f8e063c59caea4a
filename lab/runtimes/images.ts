/** Images of the platform, made without a registry and kept in the cache. */

import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acquire, cacheDir, unpackDebs } from '../components/cache.ts';
import type { DockerEngine } from '../components/docker.ts';
import { natsTree } from '../components/nats.ts';
import { neo4jLibrary } from '../components/neo4j.ts';
import { postgresTree } from '../components/postgres.ts';
import { must } from '../components/process.ts';
import { redisTree } from '../components/redis.ts';
import { type ImageRecipe, type ImageSources, imageRecipes } from '../platform/images.ts';
import type { Progress } from './shared.ts';

const script = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Folder with the built services; `build-services.sh` skips what is there. */
export const servicesFolder = () => process.env.AETHERIUS_LAB_SERVICES ?? cacheDir('services');

export async function buildServices(progress: Progress): Promise<string> {
  const started = Date.now();
  await must('nice', [script('build-services.sh'), servicesFolder()], {
    seconds: 1800,
    // The build needs the caches and proxies that the person's environment sets up.
    env: inherited(),
  });
  if (Date.now() - started > 3000)
    progress(`built the services in ${Math.round((Date.now() - started) / 1000)} s`);
  return servicesFolder();
}

/** What a build needs of the person’s environment. */
export function inherited(): Record<string, string> {
  const all = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(
    all.filter(([name]) => /^(GO|PIP_|CARGO|HTTP|http|NO_PROXY|SSL_|REQUESTS_|XDG_|HOME|PATH)/.test(name)),
  );
}

/** Everything that images are made of: found, fetched or built. */
export async function imageSources(progress: Progress): Promise<ImageSources> {
  const [services, redis, nats, neo4j, busybox] = await Promise.all([
    buildServices(progress),
    redisTree(progress),
    natsTree(progress),
    neo4jLibrary(progress),
    unpackDebs('busybox', ['busybox-static'], progress),
  ]);
  return {
    services,
    redis,
    neo4j,
    nats: join(nats, 'usr/sbin/nats-server'),
    postgres: postgresTree(),
    busybox: join(busybox, 'bin/busybox'),
  };
}

export interface Image {
  readonly name: string;
  /** Archive that containerd and Docker both load. */
  readonly tar: string;
}

/** Loads the images that the engine does not have. */
export async function loadImages(engine: DockerEngine, images: readonly Image[]): Promise<void> {
  const have = (await engine.docker(['images', '--format', '{{.Repository}}:{{.Tag}}'])).stdout.split('\n');
  const load = async (image: Image) => {
    if (have.includes(image.name.replace(/^docker\.io\//, ''))) return;
    const loaded = await engine.docker(['load', '-q', '-i', image.tar], { seconds: 300 });
    if (loaded.code !== 0) throw new Error(`docker load ${image.name}: ${loaded.stderr}`);
  };
  // One big image beside the small ones: more at a time only wait for the disk.
  const big = (image: Image) => /neo4j|reasoning/.test(image.name);
  await Promise.all(
    [true, false].map(async (size) => {
      for (const image of images.filter((one) => big(one) === size)) await load(image);
    }),
  );
}

/** Makes the images that are not in the cache in exactly this state. */
export async function makeImages(
  progress: Progress,
  recipesOf: (from: ImageSources) => readonly ImageRecipe[] = imageRecipes,
): Promise<readonly Image[]> {
  const recipes = recipesOf(await imageSources(progress));
  const release = await acquire(cacheDir('images.lock'));
  try {
    const images: Image[] = [];
    for (const recipe of recipes) images.push(await makeImage(recipe, progress));
    return images;
  } finally {
    release();
  }
}

async function makeImage(recipe: ImageRecipe, progress: Progress): Promise<Image> {
  const base = recipe.name.replace(/^.*\//, '').replace(':', '-');
  const folder = cacheDir('images');
  mkdirSync(folder, { recursive: true });
  const tar = join(folder, `${base}.${fingerprint(recipe)}.tar`);
  if (existsSync(tar)) return { name: recipe.name, tar };
  const started = Date.now();
  const words = [
    ...recipe.add.flatMap(([from, to]) => ['--add', `${from}:${to}`]),
    ...recipe.link.flatMap(([target, at]) => ['--link', `${target}:${at}`]),
    ...recipe.dir.flatMap((at) => ['--dir', at]),
    ...recipe.entrypoint.map((word) => `--entrypoint=${word}`),
    ...recipe.env.flatMap((pair) => ['--env', pair]),
  ];
  await must('python3', [script('kubernetes/mkimage.py'), recipe.name, `${tar}.part`, ...words], {
    seconds: 600,
  });
  for (const old of readdirSync(folder).filter(
    (name) => name.startsWith(`${base}.`) && name.endsWith('.tar'),
  ))
    rmSync(join(folder, old));
  renameSync(`${tar}.part`, tar);
  progress(`made ${recipe.name} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return { name: recipe.name, tar };
}

/** Files up to this size are compared by what is in them: those of a checkout are new in every clone. */
const READ_UP_TO = 64 * 1024;

/**
 * Changes when the recipe or a file it names does: small files by content, others by size and time. Where the checkout lies
 * does not matter, so that two of them do not take each other's images away.
 */
export function fingerprint({ add, ...recipe }: ImageRecipe): string {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const walk = (path: string, to: string) => {
    const stat = lstatSync(path);
    if (stat.isDirectory())
      for (const entry of readdirSync(path).toSorted()) walk(join(path, entry), `${to}/${entry}`);
    else if (stat.isFile() && stat.size <= READ_UP_TO)
      hash.update(`${to} ${stat.mode.toString(8)} ${stat.size}\n`).update(readFileSync(path));
    else hash.update(`${to} ${stat.size} ${Math.trunc(stat.mtimeMs)}\n`);
  };
  for (const [from, to] of add) walk(from, to);
  return hash.digest('hex').slice(0, 16);
}

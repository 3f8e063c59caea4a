/** What goes into each image, in the words of `mkimage.py`. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { javaArguments, mainClass } from '../components/neo4j.ts';
import type { LabPart } from '../types.ts';
import { type Flavour, imageOf } from './platform.ts';

/** Files and folders on this machine that images are made of. */
export interface ImageSources {
  /** Result of `build-services.sh`. */
  readonly services: string;
  /** A static busybox. */
  readonly busybox: string;
  /** Folder with `bin`, `lib`, `share` of PostgreSQL. */
  readonly postgres: string;
  /** Unpacked Debian packages of Redis. */
  readonly redis: string;
  /** Debian's nats-server. */
  readonly nats: string;
  /** Folder of Neo4j's jars. */
  readonly neo4j: string;
}

export interface ImageRecipe {
  readonly name: string;
  /** Source on this machine → place in the image. */
  readonly add: readonly (readonly [string, string])[];
  /** Target → link in the image. */
  readonly link: readonly (readonly [string, string])[];
  readonly dir: readonly string[];
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
}

const applets =
  '[ ash awk base64 basename cat chmod chown cp cut date dd df diff du echo env expr false find free grep gunzip gzip head hostname id ip kill ln ls md5sum mkdir mount mv nc netstat od pgrep ping pkill printf ps pwd readlink rm rmdir sed seq sh sha256sum sleep sort stat stty tail tar tee test timeout top touch tr true uname uniq uptime vi wc which whoami xargs'.split(
    ' ',
  );

const entry = (name: string) => fileURLToPath(new URL(`entry/${name}`, import.meta.url));
const triple = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const debianArch = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** The small tools of an image: busybox, and what a static busybox cannot do well. */
export function serviceTools(from: ImageSources): Pick<ImageRecipe, 'add' | 'link'> {
  return {
    add: [
      [from.busybox, '/bin/busybox'],
      [join(from.services, 'bin/labtools'), '/usr/local/bin/labtools'],
    ],
    link: [
      ...applets.map((name) => ['/bin/busybox', `/bin/${name}`] as const),
      ...['wget', 'nslookup', 'as'].map((name) => ['labtools', `/usr/local/bin/${name}`] as const),
    ],
  };
}

/** Recipes of all images; build those whose parts are wanted. */
export function imageRecipes(from: ImageSources): readonly ImageRecipe[] {
  const program = (name: string) => join(from.services, 'bin', name);
  const root = (name: string) => join(from.services, 'roots', name);
  const tools = serviceTools(from);
  const image = (
    part: LabPart,
    flavour: Flavour,
    recipe: Partial<ImageRecipe> & Pick<ImageRecipe, 'entrypoint'>,
  ): ImageRecipe => ({
    name: imageOf(part, flavour),
    dir: [],
    env: [],
    ...recipe,
    add: [...(recipe.add ?? []), ...(flavour === 'tools' ? tools.add : [])],
    link: [...(recipe.link ?? []), ...(flavour === 'tools' ? tools.link : [])],
  });
  const service = (part: LabPart, flavour: Flavour) =>
    image(part, flavour, {
      add: [[program(part), `/app/${part}`]],
      dir: ['/etc/aetherius'],
      entrypoint: [`/app/${part}`],
    });
  return [
    ...(['agent-manager', 'orchestrator-service', 'collect-agent'] as const).flatMap((part) => [
      service(part, 'tools'),
      service(part, 'bare'),
    ]),
    image('reasoning-service', 'tools', {
      add: [
        [join(from.services, 'reasoning/app'), '/app'],
        [join(from.services, 'reasoning/models'), '/opt/models'],
        [root('python'), '/'],
      ],
      dir: ['/etc/aetherius', '/app/models'],
      env: ['PYTHONDONTWRITEBYTECODE=1', 'OPENBLAS_NUM_THREADS=1', 'OMP_NUM_THREADS=1'],
      entrypoint: ['/usr/bin/python3', '/app/reasoning_service.py'],
    }),
    image('postgres', 'tools', {
      add: [
        [entry('postgres.sh'), '/entry.sh'],
        [entry('passwd'), '/etc/passwd'],
        [from.postgres, '/usr/lib/postgresql'],
        [root('glibc'), '/'],
      ],
      dir: ['/var/lib/postgresql', '/etc/postgresql'],
      env: ['POSTGRES_USER=aetherius'],
      entrypoint: ['/bin/sh', '/entry.sh'],
    }),
    image('redis', 'tools', {
      add: [
        [entry('redis.sh'), '/entry.sh'],
        [join(from.redis, 'usr/bin'), '/usr/bin'],
        [join(from.redis, 'usr/lib', triple), '/usr/lib/redis'],
        [root('glibc'), '/'],
      ],
      dir: ['/etc/redis'],
      env: ['LD_LIBRARY_PATH=/usr/lib/redis'],
      entrypoint: ['/bin/sh', '/entry.sh'],
    }),
    image('nats', 'tools', {
      add: [
        [from.nats, '/usr/bin/nats-server'],
        [root('glibc'), '/'],
      ],
      dir: ['/etc/nats', '/var/lib/nats'],
      entrypoint: ['/usr/bin/nats-server', '-c', '/etc/nats/nats.conf'],
    }),
    image('neo4j', 'tools', {
      add: [
        [entry('neo4j.sh'), '/entry.sh'],
        [from.neo4j, '/opt/neo4j/lib'],
        [root('java'), '/'],
      ],
      link: [[`java-17-openjdk-${debianArch}`, '/usr/lib/jvm/java']],
      dir: ['/etc/neo4j', '/var/lib/neo4j'],
      env: [`NEO4J_JAVA_ARGUMENTS=${javaArguments.join(' ')}`, `NEO4J_MAIN=${mainClass}`],
      entrypoint: ['/bin/sh', '/entry.sh'],
    }),
  ];
}

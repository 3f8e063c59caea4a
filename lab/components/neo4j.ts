/** Neo4j 5.26 Community with Bolt and authentication, from Maven Central, run by the machine's Java 17. */

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../src/domain/kernel/present.ts';
import { cacheDir, given, once, type Progress, which } from './cache.ts';
import { freePort, must, put, type Server, startProcess, tail, waitFor } from './process.ts';

export const neo4jVersion = '5.26.12';

/** What is missing to run Neo4j here, in one line; undefined when nothing is. */
export function missing(): string | undefined {
  if (given('AETHERIUS_LAB_JAVA', 'java') === undefined)
    return 'Neo4j: needs Java 17 (Debian: openjdk-17-jre-headless), or AETHERIUS_LAB_JAVA=/path/to/java';
  if (filesAreThere()) return undefined;
  if (which('mvn') === undefined)
    return 'Neo4j: needs Maven to fetch it (Debian: maven), or AETHERIUS_LAB_NEO4J_LIB=/folder/of/jars';
  return undefined;
}

/** Whether the jars are here already: fetching them takes Maven and 140 MB. */
export const filesAreThere = (): boolean =>
  existsSync(cacheDir(`neo4j-${neo4jVersion}`)) || process.env.AETHERIUS_LAB_NEO4J_LIB !== undefined;

/** Folder with all jars, fetched once (140 MB). */
export async function neo4jLibrary(progress?: Progress): Promise<string> {
  const own = process.env.AETHERIUS_LAB_NEO4J_LIB;
  if (own !== undefined) return own;
  return once(
    cacheDir(`neo4j-${neo4jVersion}`),
    async (folder) => {
      progress?.(`fetching Neo4j ${neo4jVersion}`);
      const pom = cacheDir('neo4j-pom', 'pom.xml');
      put(pom, pomText());
      await must(
        'mvn',
        [
          '-q',
          '-B',
          '-f',
          pom,
          'dependency:copy-dependencies',
          `-DoutputDirectory=${folder}`,
          '-DincludeScope=runtime',
        ],
        { seconds: 900 },
      );
    },
    progress,
  );
}

function pomText(): string {
  const dependency = (group: string, artifact: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${neo4jVersion}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>lab</groupId><artifactId>neo4j</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>${dependency('org.neo4j.test', 'neo4j-harness')}${dependency('org.neo4j.app', 'neo4j-server')}</dependencies>
</project>
`;
}

/** JVM arguments, up to and with the main class, that every way of running it shares. */
export const javaArguments = [
  ...['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-Xss512k', '-Dfile.encoding=UTF-8'],
  ...['--add-opens=java.base/java.nio=ALL-UNNAMED', '--add-opens=java.base/java.io=ALL-UNNAMED'],
  ...[
    '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
    '--add-opens=java.base/java.util.concurrent=ALL-UNNAMED',
  ],
  ...['-Dio.netty.tryReflectionSetAccessible=true', '-Dlog4j2.disable.jmx=true'],
] as const;
export const mainClass = 'org.neo4j.server.CommunityEntryPoint';

export interface Neo4jConfig {
  readonly listen: string;
  readonly boltPort: number;
  readonly home: string;
  /** Also the HTTP connector; off by default, it costs a second and 30 MB. */
  readonly httpPort?: number;
  /** Wrong passwords after which a user is locked out for a second; default: never. */
  readonly locksAfter?: number;
}

/** Text of `neo4j.conf`. */
export function neo4jConf(config: Neo4jConfig): string {
  return [
    `server.default_listen_address=${config.listen}`,
    'server.bolt.enabled=true',
    `server.bolt.listen_address=:${config.boltPort}`,
    `server.http.enabled=${config.httpPort !== undefined}`,
    ...(config.httpPort === undefined ? [] : [`server.http.listen_address=:${config.httpPort}`]),
    'server.https.enabled=false',
    'server.memory.pagecache.size=32m',
    'db.tx_log.rotation.size=1m',
    'db.tx_log.preallocate=false',
    'dbms.security.auth_enabled=true',
    'dbms.security.auth_minimum_password_length=4',
    // A wrong password may be tried often; locked out, right ones would fail too.
    `dbms.security.auth_max_failed_attempts=${config.locksAfter ?? 0}`,
    'dbms.security.auth_lock_time=1s',
    'dbms.usage_report.enabled=false',
    `server.directories.data=${config.home}/data`,
    '',
  ].join('\n');
}

/**
 * Content of `data/dbms/auth.ini`, which is all that `neo4j-admin dbms set-initial-password` writes
 * (format of `org.neo4j.server.security.systemgraph.UserSerialization`): saves starting a JVM for it.
 */
export function initialPassword(user: string, password: string): string {
  const salt = randomBytes(32);
  let digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  for (let round = 1; round < 1024; round += 1) digest = createHash('sha256').update(digest).digest();
  return `${user}:SHA-256,${digest.toString('hex').toUpperCase()},${salt.toString('hex').toUpperCase()},1024:`;
}

export interface Neo4jOptions {
  readonly dir: string;
  /** Password of the user `neo4j`; default `neo4j_pass`. Only an empty `dir` takes it. */
  readonly password?: string;
  readonly port?: number;
  readonly heapMb?: number;
  /** Wrong passwords after which a user is locked out for a second; default: never. */
  readonly locksAfter?: number;
  readonly deathSignal?: 'KILL' | null;
}

export interface Neo4jServer extends Server {
  /** `bolt://127.0.0.1:<port>`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Starts Neo4j on 127.0.0.1; resolves when it says `Started.` (about 10 s). */
export async function startNeo4j(options: Neo4jOptions): Promise<Neo4jServer> {
  const { dir, password = 'neo4j_pass', heapMb = 256 } = options;
  const library = await neo4jLibrary();
  const java = given('AETHERIUS_LAB_JAVA', 'java') ?? 'java';
  const port = options.port ?? (await freePort());
  for (const folder of ['conf', 'data/dbms', 'logs', 'run'])
    mkdirSync(join(dir, folder), { recursive: true });
  const conf = {
    listen: '127.0.0.1',
    boltPort: port,
    home: dir,
    ...present({ locksAfter: options.locksAfter }),
  };
  writeFileSync(join(dir, 'conf/neo4j.conf'), neo4jConf(conf));
  const auth = join(dir, 'data/dbms/auth.ini');
  if (!existsSync(auth) && !existsSync(join(dir, 'data/databases')))
    writeFileSync(auth, initialPassword('neo4j', password), { mode: 0o600 });
  const server = await startProcess({
    name: 'neo4j',
    command: java,
    args: [
      `-Xms${heapMb}m`,
      `-Xmx${heapMb}m`,
      ...javaArguments,
      ...['-cp', `${library}/*`, mainClass, `--home-dir=${dir}`, `--config-dir=${join(dir, 'conf')}`],
      '--console-mode',
    ],
    cwd: dir,
    log: join(dir, 'neo4j.out.log'),
    ...present({ deathSignal: options.deathSignal }),
  });
  try {
    await waitFor(() => /Started\.\s*$/m.test(tail(server.log, 40)), {
      seconds: 120,
      what: `neo4j to start: ${server.log}`,
      every: 100,
      failed: () => (server.running() ? undefined : tail(server.log)),
    });
  } catch (error) {
    await server.kill();
    throw error;
  }
  return {
    host: '127.0.0.1',
    port,
    url: `bolt://127.0.0.1:${port}`,
    user: 'neo4j',
    password,
    pid: server.pid,
    log: server.log,
    // A clean shutdown takes 10 s and buys nothing: its log of transactions is replayed at the next start.
    stop: () => server.stop(1),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}

/** An S3 store with object lock: versitygw over a folder, built once by Go, or the binary that `VERSITYGW` names. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, given, once, which } from './cache.ts';
import { freePort, listens, must, type Server, startProcess, tail, waitFor } from './process.ts';

const version = 'v1.8.0';

async function program(): Promise<string> {
  const own = given('VERSITYGW', 'versitygw');
  if (own !== undefined) return own;
  if (which('go') === undefined)
    throw new Error('needs Go 1.26.4 or newer to build versitygw once, or VERSITYGW=/path/to/versitygw');
  const folder = await once(cacheDir(`versitygw-${version}`), async (target) => {
    await must('go', ['install', `github.com/versity/versitygw/cmd/versitygw@${version}`], {
      env: { GOBIN: target, CGO_ENABLED: '0' },
      seconds: 1800,
    });
  });
  return join(folder, 'versitygw');
}

export interface S3Server extends Server {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Starts it on 127.0.0.1 over `dir`, whose file system must keep attributes (xattr); resolves when it listens. */
export async function startS3(options: { readonly dir: string; readonly port?: number }): Promise<S3Server> {
  const { dir } = options;
  const [data, versions] = [join(dir, 'data'), join(dir, 'versions')];
  for (const folder of [data, versions]) mkdirSync(folder, { recursive: true });
  const port = options.port ?? (await freePort());
  const keys = { accessKeyId: 'root-of-tests', secretAccessKey: 'secret of the root of tests' };
  const server = await startProcess({
    name: 'versitygw',
    command: await program(),
    args: ['--port', `127.0.0.1:${port}`, 'posix', '--versioning-dir', versions, data],
    env: { ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey },
    log: join(dir, 's3.log'),
  });
  await waitFor(() => listens(port), {
    seconds: 15,
    what: 'the S3 store to listen',
    failed: () => (server.running() ? undefined : tail(server.log)),
  });
  return {
    ...{ host: '127.0.0.1', port, endpoint: `http://127.0.0.1:${port}`, ...keys },
    ...{ pid: server.pid, log: server.log },
    stop: () => server.stop(),
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createComposeTarget } from '../../../../../src/platform/targets/compose/compose.ts';

type Check = readonly [ExitCode: number, Output: string];

/** Over an engine that answers so. */
async function withEngine<T>(
  answer: RequestListener,
  work: (target: ReturnType<typeof createComposeTarget>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-engine-'));
  const socket = join(folder, 'engine.sock');
  const engine = createServer(answer);
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  try {
    return await work(createComposeTarget({ project: 'p', socket }));
  } finally {
    engine.close();
    engine.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is said of the check of a container whose last checks ended so. */
async function checkOutput(...checks: readonly Check[]): Promise<string | undefined> {
  const container = {
    ...{ Id: 'c', Name: '/c', Image: 'i', Created: '2026-03-01T10:00:00Z', RestartCount: 0, Mounts: [] },
    State: {
      ...{ Status: 'running', StartedAt: '2026-03-01T10:00:00Z', FinishedAt: '', ExitCode: 0 },
      OOMKilled: false,
      Health: { Status: 'unhealthy', Log: checks.map(([ExitCode, Output]) => ({ ExitCode, Output })) },
    },
    Config: { Labels: {}, Image: 'i', Env: [], Cmd: [] },
    HostConfig: { Memory: 0, NanoCpus: 0 },
    NetworkSettings: { Networks: {}, Ports: {} },
  };
  return withEngine(
    (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(container));
    },
    async (target) => (await target.inspect('c')).checkOutput,
  );
}

describe('a health check that fails', () => {
  const missing = 'exec: "python": executable file not found in $PATH';
  const late = 'Health check exceeded timeout (5s)';

  it('says that it can never pass, also after one that took too long for once', async () => {
    expect(await checkOutput([1, missing], [-1, late])).toBe(missing);
    expect(await checkOutput([1, '503'], [-1, late])).toBe(late);
    expect(await checkOutput([1, missing], [0, 'fine'])).toBeUndefined();
  });
});

describe('a file inside of a container', () => {
  const stat = (said: object | undefined, status = 200) =>
    withEngine(
      (_request, response) => {
        const text = Buffer.from(JSON.stringify(said ?? {})).toString('base64');
        response.writeHead(status, said === undefined ? {} : { 'x-docker-container-path-stat': text }).end();
      },
      async (target) => target.stat?.('c', '/a'),
    );

  it('is of the size and the time that the engine says, to the nanosecond and in whatever zone', async () => {
    for (const [mtime, modifiedNs] of [
      ['1970-01-01T00:00:01Z', '1000000000'],
      ['1970-01-01T00:00:01.5Z', '1500000000'],
      ['1970-01-01T02:00:01.000000001+02:00', '1000000001'],
      ['2026-11-30T06:00:00.123456789Z', '1796018400123456789'],
    ])
      expect(await stat({ size: 9, mtime })).toEqual({ bytes: 9, modifiedNs });
  });

  it('is none where the engine finds none, and unknown where it says something else', async () => {
    expect(await stat({}, 404)).toBeUndefined();
    for (const said of [undefined, {}, { size: 9 }, { size: 9, mtime: 'yesterday' }])
      await expect(stat(said)).rejects.toMatchObject({ stage: 'protocol' });
  });
});

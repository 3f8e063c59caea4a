import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createComposeTarget } from '../../../../../src/platform/targets/compose/compose.ts';

type Check = readonly [ExitCode: number, Output: string];

/** What is said of the check of a container whose last checks ended so. */
async function checkOutput(...checks: readonly Check[]): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-engine-'));
  const socket = join(folder, 'engine.sock');
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
  const engine = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(container));
  });
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  try {
    return (await createComposeTarget({ project: 'p', socket }).inspect('c')).checkOutput;
  } finally {
    engine.close();
    engine.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
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

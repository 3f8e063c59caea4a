/** The own unit tests of the services as they are, in their own languages. */

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from '../../lab/components/process.ts';
import { inherited } from '../../lab/runtimes/images.ts';

const services = fileURLToPath(new URL('../../lab/services', import.meta.url));

describe('the services as they are', () => {
  it('keep their unit tests: agent-manager, orchestrator-service, collect-agent', async () => {
    // The flags of the build, so that what it compiled is used again.
    const result = await run('go', ['test', '-trimpath', './internal/asis/...'], {
      cwd: services,
      seconds: 500,
      env: { ...inherited(), CGO_ENABLED: '0' },
    });

    expect(result.stdout + result.stderr).toMatch(/^ok .*\/asis\/manager/m);
    expect(result.code).toBe(0);
  });

  it('keep their unit tests: reasoning-service', async () => {
    const result = await run('python3', ['-m', 'unittest', '-v'], {
      cwd: `${services}/as-is-reasoning-service`,
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    });

    expect(result.stderr).toMatch(/Ran [1-9]\d* tests/);
    expect(result.code).toBe(0);
  });
});

/** The own unit tests of the services as they are, and of what renames the guide's, in their own languages. */

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from '../../lab/components/process.ts';
import { inherited } from '../../lab/runtimes/images.ts';

const services = fileURLToPath(new URL('../../lab/services', import.meta.url));

describe('the services as they are', () => {
  it('keep their unit tests: the programs in Go', async () => {
    // The flags of the build, so that what it compiled is used again.
    const packages = ['./internal/asis/...', './internal/profile', './internal/wire'];
    const result = await run('go', ['test', '-trimpath', ...packages], {
      cwd: services,
      seconds: 500,
      env: { ...inherited(), CGO_ENABLED: '0' },
    });

    for (const name of ['asis/manager', 'profile', 'wire'])
      expect(result.stdout + result.stderr).toMatch(new RegExp(`^ok .*/${name}`, 'm'));
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

import { describe, expect, it } from 'vitest';
import type { ServedContext } from '../../../src/cli/context.ts';
import { listSwitches } from '../../../src/cli/fixes.command.ts';
import { wordsIn } from '../../../src/text/words.ts';

async function printed(scopes: readonly string[], underWay: readonly object[] = []): Promise<string> {
  const out: string[] = [];
  const by = { userId: 'U1', teamId: 'T1' };
  const context = {
    ...{ words: wordsIn('en'), output: 'text', out: (line: string) => void out.push(line) },
    services: {
      switches: {
        list: () => Promise.resolve(scopes.map((scope) => ({ scope, reason: 'storm', by, at: new Date(0) }))),
        underWay: () => Promise.resolve(underWay),
        record: () => Promise.resolve({ state: 'confirmed' }),
      },
      remediations: { followUps: () => Promise.resolve([]) },
    },
  };
  await listSwitches(context as unknown as ServedContext);
  return out.join('\n');
}

describe('aetherius fixes status', () => {
  it('R-X10: names what is under way while something is off', async () => {
    const row = {
      ...{ handle: 'ab3', actionId: 'test.write-cells', environment: 'prod', state: 'executing' },
      ...{ planHash: 'a1b2c3d4e5', plan: { params: {} } },
    };

    expect(await printed(['*'], [row])).toContain('Under way now (1):\n  ab3  executing  prod');
    expect(await printed(['*'])).toContain('No fix is under way.');
    expect(await printed([], [row])).not.toContain('ab3');
  });

  it('R-X10: says what goes on while all fixes are off, and not where one kind is or none', async () => {
    const goesOn = 'Checks, digests and alerts go on.';

    expect(await printed(['*'])).toMatch(new RegExp(`^all fixes .*storm\\n${goesOn}`));
    expect(await printed(['redis.set-eviction-policy'])).not.toContain(goesOn);
    expect(await printed([])).toBe('No fix is switched off.');
  });
});

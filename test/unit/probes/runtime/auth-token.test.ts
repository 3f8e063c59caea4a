import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeAuthToken } from '../../../../src/probes/runtime/auth-token.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.auth-token', () => {
  const tokens = (manager: string | undefined, agent: string | undefined) =>
    runtimeAuthToken.run(
      {},
      on({
        'agent-manager': [manager === undefined ? {} : { token: manager }],
        'collect-agent': [agent === undefined ? {} : { token: agent }],
      }),
    );

  it('compares digests and names the side without one', async () => {
    expect(await tokens('aaa', 'aaa')).toMatchObject({ status: 'healthy' });
    expect(await tokens('aaa', 'bbb')).toMatchObject({
      status: 'unhealthy',
      findings: [{ code: 'AUTH_TOKENS_DIFFER', severity: 'critical', part: 'collect-agent' }],
    });
    expect(await tokens('aaa', undefined)).toMatchObject({
      findings: [{ code: 'AUTH_TOKEN_MISSING', facts: { missing: 'collect-agent' } }],
    });
  });

  it('could not check where both sides lack a token', async () => {
    await expect(tokens(undefined, undefined)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      facts: { reason: 'token-on-neither-side' },
    });
    for (const language of ['en', 'zh-CN'] as const)
      for (const reason of ['token-on-neither-side', 'token-source-unknown', 'reference-gone'])
        expect(wordsIn(language).lookup(`cause.${reason}`)).toBeDefined();
  });

  it('has nothing to compare with a part that is not there', async () => {
    expect(await runtimeAuthToken.run({}, on({ 'agent-manager': [{ token: 'aaa' }] }))).toMatchObject({
      status: 'skipped',
      reason: 'no-data',
    });
  });
});

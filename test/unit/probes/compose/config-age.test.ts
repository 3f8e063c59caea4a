import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { composeConfigAge } from '../../../../src/probes/compose/config-age.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('compose.config-age', () => {
  const look = (seconds: number, code = 0) =>
    composeConfigAge.run(
      { part: 'agent-manager' },
      probeContext({ compose: compose([container('agent-manager')], { code, stdout: `${seconds}\n` }) }),
    );
  const started = Date.parse('2026-03-01T10:00:00Z') / 1000;

  it('compares the file’s time with the start', async () => {
    expect(await look(started - 100)).toMatchObject({ status: 'healthy' });
    expect(await look(started + 100)).toMatchObject({
      findings: [{ code: 'CONTAINER_OLDER_THAN_CONFIG', facts: { behindSeconds: 100 } }],
    });
  });

  it('cannot look where the container has no tool', async () => {
    await expect(look(0, 127)).rejects.toMatchObject({ stage: 'protocol' });
  });

  it('has no question about a part that is set by variables alone, and whose file is nowhere', async () => {
    const ask = (env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) =>
      composeConfigAge.run(
        { part: 'agent-manager' },
        probeContext({
          compose: compose([container('agent-manager')], { code: 1, stdout: '' }),
          runtime: fakeRuntime({ 'agent-manager': [{ env, files }] }),
        }),
      );
    const file = asInGuide.parts['agent-manager'].configFile;

    expect(await ask({ STORE: 'postgres://u@ledger:5432/x' })).toMatchObject({ reason: 'not-applicable' });
    await expect(ask({ TZ: 'UTC' })).rejects.toMatchObject({ stage: 'protocol' });
    await expect(ask({ STORE: 'postgres://u@ledger:5432/x' }, { [file]: 'a: 1' })).rejects.toMatchObject({
      stage: 'protocol',
    });
  });

  it.each([
    [1, 'healthy'],
    [2, 'healthy'],
    [3, 'unhealthy'],
  ])('takes a file for newer from two seconds after the start on: %i', async (seconds, status) => {
    expect(await look(started + seconds)).toMatchObject({ status });
  });

  it('says by how much, and since when', async () => {
    expect(await look(started + 100)).toMatchObject({
      findings: [{ since: '2026-03-01T10:01:40.000Z', facts: { behindSeconds: 100 } }],
    });
    expect(await look(started - 100)).toMatchObject({ facts: { behindSeconds: 0 } });
  });

  it.each([
    [0, 0],
    [-1, 0],
    [Number.NaN, 0],
    [started, 1],
  ])('cannot look where no time is told: %f with code %i', async (seconds, code) => {
    await expect(look(seconds, code)).rejects.toMatchObject({ stage: 'protocol' });
  });

  it('has nothing to compare where the part does not run', async () => {
    for (const containers of [[], [container('agent-manager', { state: 'exited' })], [container('redis')]])
      expect(
        await composeConfigAge.run({ part: 'agent-manager' }, probeContext({ compose: compose(containers) })),
      ).toMatchObject({ status: 'skipped', reason: 'no-data' });
  });
});

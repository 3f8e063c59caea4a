import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { ComposeTarget } from '../../../../src/domain/probe/targets/compose.ts';
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
  const file = asInGuide.parts['agent-manager'].configFile;

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

  it.each([
    [['/etc/aetherius'], -1, 'healthy'],
    [['/etc/aetherius'], -0.001, 'healthy'],
    [['/etc/aetherius'], 0, 'healthy'],
    [['/etc/aetherius'], 0.001, 'inconclusive'],
    [[file], 0.5, 'inconclusive'],
    [[file], 2, 'inconclusive'],
    [['/etc/aether', '/etc/else'], 1, 'healthy'],
    [['/etc/aetherius'], 3, 'unhealthy'],
  ])(
    'does not know whether a file of the host was read that is as young as the start: %o, %f',
    async (mounts, after, status) => {
      const at = new Date(Math.round((started + 0.5 + after) * 1000));
      const young = container('agent-manager', { mounts, startedAt: '2026-03-01T10:00:00.5Z' });
      const told: ComposeTarget['exec'] = async (_, [, , form]) => ({
        ...{ code: 0, stderr: '' },
        stdout:
          form === '%Y'
            ? `${Math.floor(at.getTime() / 1000)}\n`
            : `${at.toISOString().replace('T', ' ').replace('Z', '123456 +0000')}\n`,
      });
      const outcome = await composeConfigAge.run(
        { part: 'agent-manager' },
        probeContext({ compose: { ...compose([young]), exec: told } }),
      );

      expect(outcome).toMatchObject({ status });
      if (status === 'inconclusive')
        expect(outcome).toMatchObject({ cause: { facts: { reason: 'written-while-starting', file } } });
    },
  );

  it('takes whole seconds where the container tells no more', async () => {
    const mounted = container('agent-manager', { mounts: [file] });
    const ask = (seconds: number) =>
      composeConfigAge.run(
        { part: 'agent-manager' },
        probeContext({ compose: compose([mounted], { code: 0, stdout: `${started + seconds}\n` }) }),
      );

    expect(await ask(0)).toMatchObject({ status: 'healthy' });
    expect(await ask(1)).toMatchObject({ status: 'inconclusive' });
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

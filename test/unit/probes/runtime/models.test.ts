import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import { runtimeModels } from '../../../../src/probes/runtime/models.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

const CONFIG = '/etc/aetherius/config.yaml';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.models', () => {
  const command = 'python3 -c from sklearn.ensemble import IsolationForest; print("OK")';
  const look = (files: Readonly<Record<string, string>>, code = 0, stderr = 'ImportError: x') =>
    runtimeModels.run(
      {},
      on({
        'reasoning-service': [
          {
            files: { [CONFIG]: 'model:\n  path: /app/models/m.joblib\n', ...files },
            commands: { [command]: { code, stderr } },
          },
        ],
      }),
    );

  it('sees a model that is missing, empty, or whose libraries do not load', async () => {
    expect(await look({ '/app/models/m.joblib': 'x' })).toMatchObject({ status: 'healthy' });
    expect(await look({ '/app/models/other.joblib': 'x' })).toMatchObject({
      findings: [{ code: 'MODEL_MISSING', subject: 'm.joblib' }],
    });
    expect(await look({ '/app/models/m.joblib': '' })).toMatchObject({ findings: [{ code: 'MODEL_EMPTY' }] });
    expect(await look({ '/app/models/m.joblib': 'x' }, 1)).toMatchObject({
      findings: [{ code: 'SKLEARN_IMPORT_FAILS' }],
    });
  });

  it('knows of no missing model where only the guide says that one lies there', async () => {
    const bare = (files: Readonly<Record<string, string>>, platform = asInGuide) => {
      const context = on({ 'reasoning-service': [{ files, commands: { [command]: { code: 0 } } }] });
      return runtimeModels.run({}, { ...context, deps: { ...context.deps, platform } });
    };

    await expect(bare({})).rejects.toMatchObject({ code: 'NOT_FOUND', facts: { reason: 'model-unseen' } });
    const named = platformOf({ files: { models: '/app/models' } });
    expect(await bare({}, named)).toMatchObject({ findings: [{ code: 'MODEL_MISSING' }] });
    expect(await bare({ '/app/models/any.joblib': 'x' })).toMatchObject({ status: 'healthy' });
  });

  it.each([
    [127, 'sh: python3: not found'],
    [126, 'exec: "python3": executable file not found in $PATH'],
    [137, ''],
  ])('cannot look where the import could not be tried (%i)', async (code, stderr) => {
    await expect(look({ '/app/models/m.joblib': 'x' }, code, stderr)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('cannot list the files of a container that does not run', async () => {
    const looking = runtimeModels.run({}, on({ 'reasoning-service': [{ phase: 'terminated' }] }));

    await expect(looking).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', facts: { container: 'reasoning-service-0' } },
    });
    expect(await runtimeModels.run({}, on({}))).toEqual({ status: 'skipped', reason: 'no-data' });
  });
});

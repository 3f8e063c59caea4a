import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { factOf, mayDecide } from '../../domain/platform/source.ts';
import { guide } from '../../domain/platform/table.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { partConfig, seenValue } from '../support/config.ts';

const IMPORT = 'from sklearn.ensemble import IsolationForest; print("OK")';

/** Python's own words, and no shell's. */
const importFails = /\b(?:ModuleNotFoundError|ImportError)\b/;

export const runtimeModels = defineProbe({
  id: 'runtime.models',
  doc: `Does reasoning-service's model exist, and can its libraries be loaded?

Lists \`${guide.files.models}/\` inside the container and compares it with the configured model path.
Where no path is configured and the folder is only the guide's, an empty folder proves nothing.
Imports scikit-learn with the container's own Python.`,
  params: z.strictObject({}),
  part: 'reasoning-service',
  needs: ['runtime'],
  timeoutMs: 20_000,
  emits: ['MODEL_MISSING', 'MODEL_EMPTY', 'SKLEARN_IMPORT_FAILS'],
  async run(_params, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const { runtime, platform } = deps;
    const key = platform.keys['model.path'];
    const instance = (await runtime.instances('reasoning-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    if (instance.phase !== 'running') {
      throw new AppError('NOT_FOUND', 'container is not running, its files cannot be listed', {
        facts: { container: instance.name },
      });
    }
    const config = await partConfig(deps, 'reasoning-service', signal, [key]).catch(() => undefined);
    const path = config === undefined ? undefined : seenValue(config, key)?.value;
    const folder = path?.replace(/\/[^/]*$/, '') ?? platform.files.models;
    // A folder (`/app/models/`) names no file.
    const named = path?.split('/').at(-1);
    const wanted = named === '' ? undefined : named;
    const files = await runtime.list(instance, folder, { signal });
    const model =
      wanted === undefined
        ? (files.find(({ size }) => size !== 0) ?? files[0])
        : files.find((file) => file.name === wanted);
    const facts = {
      folder,
      files: shortened(files.map((file) => `${file.name} (${file.size ?? '?'} B)`).join(', '), 200),
      wanted: wanted ?? null,
    };
    const finding = (code: FindingCode) =>
      ({ code, severity: 'critical', part: 'reasoning-service', subject: wanted ?? folder, facts }) as const;
    // Where only the guide says that a model lies here, the service may have it elsewhere, or none.
    if (model === undefined && path === undefined && !mayDecide(factOf(platform, 'files', 'models')))
      throw new AppError('NOT_FOUND', 'which model the service loads was not seen', {
        facts: { reason: 'model-unseen', folder },
      });
    if (model === undefined) return { status: 'unhealthy', facts, findings: [finding('MODEL_MISSING')] };
    if (model.size === 0) return { status: 'unhealthy', facts, findings: [finding('MODEL_EMPTY')] };
    const imported = await runtime.exec(instance, ['python3', '-c', IMPORT], { signal });
    if (imported.code !== 0) {
      // No python3 here, or killed for memory: the service may have another Python, and it is another matter.
      if (!importFails.test(imported.stderr))
        throw new AppError('NOT_FOUND', 'the import could not be run in this container', {
          facts: { container: instance.name, code: imported.code },
        });
      const error = shortened(imported.stderr.trim().split('\n').at(-1) ?? '', 200);
      return {
        status: 'unhealthy',
        facts,
        findings: [{ ...finding('SKLEARN_IMPORT_FAILS'), facts: { ...facts, error } }],
      };
    }
    return { status: 'healthy', facts };
  },
});

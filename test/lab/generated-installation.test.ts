/** A generated installation, of which the bot is told addresses and credentials alone, on a real Docker engine. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { installationOf, partsOf, rowOf } from '../../lab/platform/generated/installation.ts';
import { generatedEnvironment, upGenerated } from '../../lab/runtimes/generated.ts';
import { downLab, missingFor } from '../../lab/runtimes/index.ts';
import type { DiagnoseOutput, HealthOutput } from '../../src/cli/output-schemas.ts';
import { runShell } from '../../src/cli/wiring-run.ts';
import { scratch } from '../support/targets.ts';

const seed = 2;
const absent = missingFor('compose');
const folder = scratch('generated-installation');

afterAll(async () => {
  if (absent.length === 0) await downLab('compose');
  folder.remove();
});

/** The configuration without `platform`, its credentials in variables, as an operator writes it. */
function configured() {
  const block = structuredClone(generatedEnvironment(seed, false)) as Record<string, { url?: unknown }>;
  const variables: Record<string, string> = {};
  for (const store of ['postgres', 'redis', 'nats']) {
    const settings = block[store];
    if (settings === undefined) continue;
    variables[`LAB_${store.toUpperCase()}`] = String(settings.url);
    settings.url = { env: `LAB_${store.toUpperCase()}` };
  }
  const path = join(folder.dir, 'config.json');
  writeFileSync(path, JSON.stringify({ environments: { there: block } }));
  return { path, variables };
}

async function ask<Answer>(...words: readonly string[]): Promise<Answer & { readonly exit: number }> {
  const { path, variables } = configured();
  let text = '';
  const exit = await runShell(['--config', path, '--output', 'json', ...words, '--env', 'there'], {
    out: (more) => {
      text += more;
    },
    err: (more) => {
      text += more;
    },
    signal: new AbortController().signal,
    version: '0',
    locale: 'en',
    env: variables,
  });
  return { ...(JSON.parse(text) as Answer), exit };
}

describe.skipIf(absent.length > 0)('an installation whose names nobody told', () => {
  const one = installationOf(seed);
  const stateOf = ({ parts }: HealthOutput, part: string) => parts.find((row) => row.part === part)?.state;

  it('is healthy, no cause is found in it, and a store that is stopped is named', {
    timeout: 300_000,
  }, async () => {
    const lab = await upGenerated(seed, () => undefined);

    const well = await ask<HealthOutput>('health');
    expect([well.exit, well.overall]).toEqual([0, 'healthy']);
    for (const part of partsOf(one)) expect(stateOf(well, part), part).toBe('up');

    for (const symptom of ['S1', 'D2', 'K1', 'N1']) {
      const answer = await ask<DiagnoseOutput>('diagnose', symptom);
      expect([symptom, answer.exit, answer.overall]).toEqual([symptom, 0, 'no-cause']);
    }

    await lab.stop('redis');
    const ill = await ask<HealthOutput>('health');
    expect([ill.exit, ill.roots, stateOf(ill, 'redis')]).toEqual([1, ['redis'], 'down']);
    expect(JSON.stringify(ill.parts.find(({ part }) => part === 'redis')?.findings)).toContain(
      rowOf(one, 'redis').name,
    );
  });
});

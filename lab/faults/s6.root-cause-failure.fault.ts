/** S6: root-cause analysis answers with an error. */

import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Fault, Lab } from '../types.ts';
import { ask, limit, untilAnswers } from './services.ts';
import { defineFault } from './support.ts';

const part = 'reasoning-service';

/** One real request: its status, or `lost` when the service went away over it. */
async function analyse(lab: Lab): Promise<{ readonly status: number | 'lost'; readonly error: string }> {
  try {
    const request = { cluster_id: 'prod-cluster', events: [{ reason: 'OOMKilled', severity: 'high' }] };
    const { status, body } = await ask<{ error?: string }>(
      lab,
      part,
      '/api/v1/analyze/root-cause',
      request,
      30_000,
    );
    return { status, error: body.error ?? '' };
  } catch {
    return { status: 'lost', error: '' };
  }
}

/** Whether the kernel killed the container for its memory. */
async function killedForMemory(lab: Lab, since: number): Promise<boolean> {
  if (isKubernetes(lab)) {
    const states = (await lab.pods(part)).flatMap((pod) => pod.status.containerStatuses ?? []);
    return states.some(
      ({ state, lastState }) =>
        state.terminated?.reason === 'OOMKilled' || lastState?.terminated?.reason === 'OOMKilled',
    );
  }
  if (!isCompose(lab)) return false;
  const window = ['--since', `${since - 1}`, '--until', `${Math.floor(Date.now() / 1000) + 1}`];
  const filters = ['--filter', `container=${lab.names.container(part)}`, '--filter', 'event=oom'];
  return (await lab.docker(['events', ...window, ...filters])).trim() !== '';
}

const outOfMemory = defineFault({
  id: 'S6.a',
  title: 'an analysis needs more memory than the container may have',
  variants: ['large-window', 'low-limit'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  async plant(lab, variant) {
    // A window of n rows takes about 0.75 kB a row at its peak.
    await lab.configure(part, { 'analysis.window': variant === 'large-window' ? 2_000_000 : 600_000 });
    if (variant === 'large-window') await lab.restart(part);
    else await limit(lab, part, { memory: 384 });
    await untilAnswers(lab, part);
  },
  async check(lab) {
    const since = Math.floor(Date.now() / 1000);
    if ((await analyse(lab)).status !== 'lost') return false;
    for (let attempt = 0; attempt < 20; attempt += 1) {
      if (await killedForMemory(lab, since)) return true;
      await delay(150);
    }
    return false;
  },
  async clear(lab) {
    await lab.reset(part);
    await untilAnswers(lab, part);
  },
});

const damages = (modelFile: string): Readonly<Record<string, string>> => ({
  missing: `import os; os.remove("${modelFile}")`,
  truncated: `import os; os.truncate("${modelFile}", 20000)`,
  'wrong-content': `import joblib; joblib.dump({"weights": [0.1, 0.2]}, "${modelFile}")`,
});

const forgetKept = (modelFile: string) =>
  `import glob, os; [os.remove(one) for one in glob.glob(os.path.join(os.path.dirname("${modelFile}"), ".*.aetherius-*"))]`;

async function python(lab: Lab, args: readonly string[]): Promise<void> {
  const done = await lab.exec(part, ['/usr/bin/python3', ...args]);
  if (done.code !== 0) throw new Error(`python3 in ${part}: ${done.stderr.trim()}`);
}

/** The model of a plain process lies beside its configuration. */
async function localModel(lab: Lab): Promise<string> {
  const { body } = await ask<{ config: { file: string } }>(lab, part, '/health/status');
  return join(dirname(body.config.file), 'models/isolation-forest.joblib');
}

const modelBroken = defineFault({
  id: 'S6.b',
  title: 'the model is missing or cannot be loaded',
  variants: ['missing', 'truncated', 'wrong-content'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    if (lab.runtime !== 'processes') await python(lab, ['-c', damages(lab.names.modelFile)[variant] ?? '']);
    else if (variant === 'missing') rmSync(await localModel(lab));
    else writeFileSync(await localModel(lab), variant === 'truncated' ? '\x78\x5e' : 'not a model');
  },
  async check(lab) {
    const { status, error } = await analyse(lab);
    return status === 500 && error.includes('cannot load the model');
  },
  async clear(lab) {
    if (lab.runtime !== 'processes') {
      await python(lab, ['/app/fetch_model.py', '--force']);
      // What fixes have kept beside it would fill the disk of a lab that stays up.
      return python(lab, ['-c', forgetKept(lab.names.modelFile)]);
    }
    rmSync(await localModel(lab), { force: true });
    await lab.restart(part);
    await untilAnswers(lab, part);
  },
});

export const rootCauseFailure: readonly Fault[] = [outOfMemory, modelBroken];

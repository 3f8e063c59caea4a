/** S4: executions of workflows stay pending. */

import type { Fault, Lab } from '../types.ts';
import { ask, editWorkflow, forget, marked, metrics, submit, untilAnswers } from './services.ts';
import { defineFault } from './support.ts';

const part = 'orchestrator-service';

const starved = {
  'one-worker': { settings: { 'executor.workers': 1 }, workflow: 'diagnose-node-not-ready', count: 60 },
  'short-queue': {
    settings: { 'executor.queue_size': 5, 'executor.workers': 2 },
    workflow: 'diagnose-crash-loop',
    count: 150,
  },
} as const;

const executorStarved = defineFault({
  id: 'S4.a',
  title: 'the executor has too few workers for the executions that wait',
  variants: ['one-worker', 'short-queue'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { settings, workflow, count } = starved[variant as keyof typeof starved];
    await lab.configure(part, settings);
    await lab.restart(part);
    await untilAnswers(lab, part);
    await submit(lab, workflow, 'S4.a', count);
  },
  async stir(lab, variant) {
    const { workflow, count } = starved[variant as keyof typeof starved];
    await forget(lab, 'S4.a');
    await untilAnswers(lab, part);
    await submit(lab, workflow, 'S4.a', count);
  },
  async check(lab) {
    const now = await metrics(lab, part);
    const { body } = await ask<{ executions: unknown[] }>(
      lab,
      part,
      '/api/v1/workflows/executions?status=pending',
    );
    return now('executor_workers_busy') >= now('executor_workers') && body.executions.length >= 10;
  },
  async clear(lab) {
    await forget(lab, 'S4.a');
    await lab.reset(part);
    await untilAnswers(lab, part);
    await forget(lab, 'S4.a');
  },
});

const broken = {
  indentation: {
    workflow: 'diagnose-crash-loop',
    edit: (text: string) => text.replace('      command: check_node', '     command: check_node'),
  },
  quote: {
    workflow: 'diagnose-oom-killed',
    edit: (text: string) => text.replace(/^description: (.*)$/m, 'description: "$1'),
  },
  'no-timeout': {
    workflow: 'diagnose-node-not-ready',
    edit: (text: string) => text.replace('      timeout: 120\n', ''),
  },
} as const;

const isBroken = async (lab: Lab) => {
  const { body } = await ask<{ broken: { file: string; line: number }[] }>(lab, part, '/api/v1/workflows');
  return body.broken;
};

const workflowBroken = defineFault({
  id: 'S4.b',
  title: 'the definition of a workflow is broken',
  variants: ['indentation', 'quote', 'no-timeout'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { workflow, edit } = broken[variant as keyof typeof broken];
    await editWorkflow(lab, `${workflow}.yaml`, edit);
    await lab.restart(part);
    await untilAnswers(lab, part);
    await submit(lab, workflow, 'S4.b', 2);
  },
  async check(lab, variant) {
    const { workflow } = broken[variant as keyof typeof broken];
    const files = await isBroken(lab);
    const waiting = (await marked(lab, 'S4.b')).filter((one) => one.status === 'pending');
    return files.some((one) => one.file.endsWith(`${workflow}.yaml`)) && waiting.length > 0;
  },
  async clear(lab) {
    await forget(lab, 'S4.b');
    await lab.reset(part);
    await untilAnswers(lab, part);
  },
});

export const workflowStuck: readonly Fault[] = [executorStarved, workflowBroken];

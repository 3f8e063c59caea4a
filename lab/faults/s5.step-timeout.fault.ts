/** S5: executions fail because a step runs out of time. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Fault, Lab } from '../types.ts';
import {
  ask,
  type Execution,
  editWorkflow,
  forget,
  marked,
  metrics,
  submit,
  untilAnswers,
} from './services.ts';
import { defineFault, pg } from './support.ts';

const orchestrator = 'orchestrator-service';
const manager = 'agent-manager';

/** `timeout` of the step after its `id` line. */
const stepTimeout = (step: string, timeout: number, seconds: number) => (text: string) => {
  const [before = '', after = ''] = text.split(`  - id: ${step}\n`);
  const changed = after
    .replace(/args: \{ target: (\w+)(?:, seconds: [\d.]+)? \}/, `args: { target: $1, seconds: ${seconds} }`)
    .replace(/timeout: \d+/, `timeout: ${timeout}`);
  return `${before}  - id: ${step}\n${changed}`;
};

const short = {
  'collect-logs': {
    workflow: 'diagnose-oom-killed',
    step: 'collect_logs',
    edit: stepTimeout('collect_logs', 2, 4),
  },
  'follow-metrics': {
    workflow: 'diagnose-node-not-ready',
    step: 'follow_metrics',
    edit: stepTimeout('follow_metrics', 1, 3),
  },
} as const;

interface Workflows {
  readonly workflows: readonly {
    readonly id: string;
    readonly steps: readonly {
      readonly id: string;
      readonly config: { readonly timeout: number; readonly args?: { readonly seconds?: number } };
    }[];
  }[];
}

/** The service runs a step that may take less than its command does. */
async function isShort(lab: Lab, workflow: string, step: string): Promise<boolean> {
  const { body } = await ask<Workflows>(lab, orchestrator, '/api/v1/workflows');
  const found = body.workflows.find(({ id }) => id === workflow)?.steps.find(({ id }) => id === step);
  return found !== undefined && found.config.timeout < (found.config.args?.seconds ?? 0);
}

const stepTimeoutShort = defineFault({
  id: 'S5.a',
  title: 'a step’s timeout is shorter than its command takes',
  variants: ['collect-logs', 'follow-metrics'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { workflow, edit } = short[variant as keyof typeof short];
    await editWorkflow(lab, `${workflow}.yaml`, edit);
    await lab.restart(orchestrator);
    await untilAnswers(lab, orchestrator);
    await submit(lab, workflow, 'S5.a', 2);
  },
  async stir(lab, variant) {
    const { workflow } = short[variant as keyof typeof short];
    await forget(lab, 'S5.a');
    await untilAnswers(lab, orchestrator);
    await submit(lab, workflow, 'S5.a', 2);
  },
  async check(lab, variant) {
    const { workflow, step } = short[variant as keyof typeof short];
    if (!(await isShort(lab, workflow, step))) return false;
    const ended = (await marked(lab, 'S5.a')).filter((one) => one.status === 'failed');
    return ended.some(
      (one) => one.steps?.some((each) => each.id === step && each.status === 'timeout') === true,
    );
  },
  async clear(lab) {
    await lab.reset(orchestrator);
    await forget(lab, 'S5.a');
    await untilAnswers(lab, orchestrator);
  },
});

/** Commands that keep an agent busy, posted straight to agent-manager. */
async function occupy(
  post: (body: unknown) => Promise<unknown>,
  count: number,
  seconds: number,
): Promise<void> {
  for (let one = 0; one < count; one += 1)
    await post({ type: 'collect_metrics', args: { target: 'node', seconds, lab: 'S5.b' } });
}

/** Two executions whose commands agent-manager takes: one that was restarted may be there for us and not yet for others. */
async function submitted(lab: Lab): Promise<void> {
  const lost = ({ status, error }: Execution) =>
    status === 'failed' && /connect|unreachable|refused|EOF/i.test(error ?? '');
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await submit(lab, 'diagnose-node-not-ready', 'S5.b', 2);
    let now: readonly Execution[] = [];
    for (const end = performance.now() + 3000; performance.now() < end; await delay(200)) {
      now = await marked(lab, 'S5.b');
      if (now.every(({ status }) => status === 'failed')) break;
    }
    if (!now.every(lost)) return;
    await forget(lab, 'S5.b');
  }
  throw new Error('agent-manager takes no command of the orchestrator');
}

/** What the commands of those executions take. */
const followedSeconds = 2;

async function loaded(lab: Lab, variant: string): Promise<void> {
  await untilAnswers(lab, manager);
  if (variant === 'saturated') await occupy((body) => ask(lab, manager, '/api/v1/commands', body), 6, 240);
  await submitted(lab);
}

const commandsSlow = defineFault({
  id: 'S5.b',
  title: 'commands wait for a free slot, or run out of agent-manager’s own time',
  variants: ['saturated', 'short-default-timeout'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const settings =
      variant === 'saturated'
        ? { 'agent.command.max_concurrent': 2 }
        : { 'agent.command.default_timeout': 1.5 };
    await lab.configure(manager, settings);
    await lab.restart(manager);
    await loaded(lab, variant);
  },
  async stir(lab, variant) {
    await forget(lab, 'S5.b');
    await loaded(lab, variant);
  },
  async check(lab, variant) {
    const executions = await marked(lab, 'S5.b');
    const now = await metrics(lab, manager);
    if (variant === 'saturated') {
      const full = now('command_inflight') >= now('command_max_concurrent') && now('command_queue_size') > 0;
      return full && executions.some((one) => ['running', 'failed'].includes(one.status));
    }
    const isLess = now('command_default_timeout_seconds') < followedSeconds;
    return (
      isLess && executions.some((one) => one.status === 'failed' && /command timeout/.test(one.error ?? ''))
    );
  },
  async clear(lab) {
    await forget(lab, 'S5.b');
    await lab.reset(manager);
    // The agent would go on with commands that nobody waits for.
    await lab.restart('collect-agent');
    await untilAnswers(lab, manager);
    await pg(lab, `DELETE FROM commands WHERE args->>'lab' = 'S5.b' OR status IN ('queued', 'running')`);
    // Executions that still ran when they were forgotten.
    await lab.restart(orchestrator);
    await untilAnswers(lab, orchestrator);
    await forget(lab, 'S5.b');
    // The platform starts workflows by itself, and some of those met the fault as well.
    await pg(lab, `DELETE FROM workflow_executions WHERE error LIKE '%command timeout%'`, {
      database: 'orchestrator',
    });
  },
});

export const stepTimeouts: readonly Fault[] = [stepTimeoutShort, commandsSlow];

/** C1: a change of the configuration has no effect. */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../components/process.ts';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Fault, Lab } from '../types.ts';
import { configValue, type HttpPart, metrics, untilAnswers } from './services.ts';
import { defineFault } from './support.ts';

interface Setting {
  readonly part: HttpPart;
  readonly key: string;
  /** Metric that shows the value in effect. */
  readonly metric: string;
  /** Value in the file. */
  readonly file: number;
}

/** The value in effect, and whether the file says another. */
async function differs(lab: Lab, { part, key, metric, file }: Setting): Promise<number | undefined> {
  const effective = (await metrics(lab, part))(metric);
  const written = Number(await configValue(lab, part, key));
  return written === file && effective !== written ? effective : undefined;
}

const unread = {
  'agent-manager': { part: 'agent-manager', key: 'event.workers', metric: 'event_workers', file: 17 },
  'orchestrator-service': {
    part: 'orchestrator-service',
    key: 'executor.queue_size',
    metric: 'executor_queue_capacity',
    file: 1500,
  },
  'reasoning-service': {
    part: 'reasoning-service',
    key: 'analysis.window',
    metric: 'analysis_window_rows',
    file: 30_000,
  },
} as const satisfies Record<string, Setting>;

/** What is written in the first seconds of a container may be read there yet, for all that anybody can see. */
async function hasStarted(lab: Lab, part: HttpPart): Promise<void> {
  if (isCompose(lab)) {
    const { State: state } = (await lab.inspect(part)) ?? {};
    if (state !== undefined) await delay(Math.max(0, Date.parse(state.StartedAt) + 3_500 - Date.now()));
  } else if (isKubernetes(lab)) {
    const starts = (await lab.pods(part)).flatMap(({ status }) =>
      (status.containerStatuses ?? []).map(({ state }) => Date.parse(state?.running?.startedAt ?? '')),
    );
    const last = Math.max(0, ...starts.filter(Number.isFinite));
    await delay(Math.max(0, last + 7_500 - Date.now()));
  }
}

const configUnread = defineFault({
  id: 'C1.a',
  title: 'the configuration was changed after the service had read it',
  variants: ['agent-manager', 'orchestrator-service', 'reasoning-service'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { part, key, file } = unread[variant as keyof typeof unread];
    await hasStarted(lab, part);
    await lab.configure(part, { [key]: file });
  },
  check: async (lab, variant) => (await differs(lab, unread[variant as keyof typeof unread])) !== undefined,
  async clear(lab, variant) {
    const { part } = unread[variant as keyof typeof unread];
    await lab.reset(part);
    await untilAnswers(lab, part);
  },
});

const overridden = {
  environment: {
    part: 'agent-manager',
    key: 'event.workers',
    metric: 'event_workers',
    file: 20,
    value: 6,
  },
  'environment-orchestrator': {
    part: 'orchestrator-service',
    key: 'executor.workers',
    metric: 'executor_workers',
    file: 50,
    value: 8,
  },
  flag: { part: 'agent-manager', key: 'event.batch_size', metric: 'event_batch_limit', file: 200, value: 40 },
} as const satisfies Record<string, Setting & { readonly value: number }>;

/** Starts the part with one more flag. */
async function addFlag(lab: Lab, part: HttpPart, flag: string): Promise<void> {
  if (isKubernetes(lab)) {
    const { kind, name, namespace } = lab.names.workload(part);
    const patch = {
      spec: { template: { spec: { containers: [{ name: lab.names.container(part), args: [flag] }] } } },
    };
    await lab.kubectl(['patch', kind, name, '-n', namespace, '-p', JSON.stringify(patch)]);
    await lab.restart(part);
  } else if (isCompose(lab)) {
    lab.override(part, { command: [flag] });
    await lab.recreate(part);
  }
}

const configOverridden = defineFault({
  id: 'C1.b',
  title: 'a flag or the environment is stronger than the configuration file',
  variants: ['environment', 'flag', 'environment-orchestrator'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  async plant(lab, variant) {
    const { part, key, file, value } = overridden[variant as keyof typeof overridden];
    await lab.configure(part, { [key]: file });
    if (variant === 'flag') await addFlag(lab, part, `--${lab.names.key(part, key)}=${value}`);
    else await lab.setEnv(part, { [lab.names.setting(part, key)]: `${value}` });
    await untilAnswers(lab, part);
  },
  async check(lab, variant) {
    const setting = overridden[variant as keyof typeof overridden];
    return (await differs(lab, setting)) === setting.value;
  },
  async clear(lab, variant) {
    const { part } = overridden[variant as keyof typeof overridden];
    await lab.reset(part);
    await untilAnswers(lab, part);
  },
});

const pricingKey = { secret: 'lab-pricing-key', variable: 'PRICING_API_KEY' } as const;
const keyReaders = {
  'agent-manager': 'agent-manager',
  'orchestrator-service': 'orchestrator-service',
} as const satisfies Record<string, HttpPart>;

const kube = (lab: Lab) => {
  if (!isKubernetes(lab)) throw new Error('Secrets exist on Kubernetes only');
  return lab;
};

/** What the running process has in its environment, read from the kernel. */
async function inProcess(lab: Lab, part: HttpPart, name: string): Promise<readonly string[]> {
  return (await lab.pids(part)).flatMap((pid) =>
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry.startsWith(`${name}=`))
      .map((entry) => entry.slice(name.length + 1)),
  );
}

/** The process took a variable from a Secret, whose value was changed afterwards: nothing but a start reads it again. */
const secretUnread = defineFault({
  id: 'C1.c',
  title: 'a Secret was changed after the service had taken its value',
  variants: Object.keys(keyReaders) as [string, string],
  runtimes: ['kubernetes'],
  within: 60,
  async plant(lab, variant) {
    const part = keyReaders[variant as keyof typeof keyReaders];
    const { kubectl, names } = kube(lab);
    const { kind, name, namespace } = names.workload(part);
    const { secret, variable } = pricingKey;
    await kubectl(['create', 'secret', 'generic', secret, '-n', namespace, '--from-literal=key=first']);
    const env = [{ name: variable, valueFrom: { secretKeyRef: { name: secret, key: 'key' } } }];
    const patch = { spec: { template: { spec: { containers: [{ name: names.container(part), env }] } } } };
    await kubectl(['patch', kind, name, '-n', namespace, '-p', JSON.stringify(patch)]);
    await waitFor(
      async () => (await inProcess(lab, part, variable).catch((): readonly string[] => [])).includes('first'),
      {
        seconds: 60,
        what: `${part} to have its key`,
      },
    );
    await untilAnswers(lab, part);
    await hasStarted(lab, part);
    const changed = JSON.stringify({ stringData: { key: 'second' } });
    await kubectl(['patch', 'secret', secret, '-n', namespace, '--type=merge', '-p', changed]);
  },
  async check(lab, variant) {
    const part = keyReaders[variant as keyof typeof keyReaders];
    const { secret, variable } = pricingKey;
    const { namespace } = kube(lab).names.workload(part);
    const kept = await kube(lab).object<{ data: { key: string } }>(`secret/${secret}`, namespace);
    const written = Buffer.from(kept?.data.key ?? '', 'base64').toString();
    return written === 'second' && (await inProcess(lab, part, variable)).includes('first');
  },
  async clear(lab, variant) {
    const part = keyReaders[variant as keyof typeof keyReaders];
    const { namespace } = kube(lab).names.workload(part);
    await lab.reset(part);
    await kube(lab).kubectl(['delete', 'secret', pricingKey.secret, '-n', namespace, '--ignore-not-found']);
    await untilAnswers(lab, part);
  },
});

export const configNotApplied: readonly Fault[] = [configUnread, configOverridden, secretUnread];

/** What the faults of our own services share: their APIs, metrics and files, and the limits of their containers. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { present } from '../../src/domain/kernel/present.ts';
import { fetchAnyPort } from '../components/any-port.ts';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Endpoints, Lab, LabPart } from '../types.ts';
import { pg } from './support.ts';

export type HttpPart = 'agent-manager' | 'orchestrator-service' | 'reasoning-service';

/** Root URL of a service; on Kubernetes of its newest Pod, since a Service leaves out Pods that are not Ready. */
export async function baseUrl(lab: Lab, part: HttpPart): Promise<string> {
  if (isKubernetes(lab)) {
    const [pod] = await lab.pods(part);
    if (pod?.status.podIP === undefined) throw new Error(`${part} has no Pod with an address`);
    return `http://${pod.status.podIP}:${lab.names.port(part)}`;
  }
  return urlOf(await lab.endpoints(), part);
}

const urlOf = (at: Endpoints, part: HttpPart): string =>
  ({
    'agent-manager': at.agentManager,
    'orchestrator-service': at.orchestrator,
    'reasoning-service': at.reasoning,
  })[part];

/** Status and JSON body of a path; a body makes it a POST. */
export async function ask<T>(
  lab: Lab,
  part: HttpPart,
  path: string,
  body?: unknown,
  ms = 10_000,
): Promise<{ readonly status: number; readonly body: T }> {
  const response = await fetchAnyPort(`${await baseUrl(lab, part)}${lab.names.path(path, part)}`, {
    ...present({
      method: body === undefined ? undefined : 'POST',
      body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? undefined : { 'content-type': 'application/json' },
    }),
    signal: AbortSignal.timeout(ms),
  });
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text === '' ? 'null' : text) as T };
}

/** Whether a service's process answers, whatever it thinks of its dependencies: an installation may say so in no JSON. */
export async function answersHttp(lab: Lab, part: HttpPart): Promise<boolean> {
  try {
    return await isLive(lab, part, await baseUrl(lab, part));
  } catch {
    return false;
  }
}

const isLive = async (lab: Lab, part: HttpPart, base: string): Promise<boolean> =>
  (
    await fetchAnyPort(`${base}${lab.names.path('/health/live', part)}`, {
      signal: AbortSignal.timeout(2000),
    })
  ).ok;

/** Whether others reach it, too: a Service leads to a Pod some seconds after its process answers. */
async function isServed(lab: Lab, part: HttpPart): Promise<boolean> {
  if (!isKubernetes(lab)) return true;
  try {
    return await isLive(lab, part, urlOf(await lab.endpoints(), part));
  } catch {
    return false;
  }
}

/** Waits until a service's process answers, and others reach it, at most `seconds`. */
export async function untilAnswers(lab: Lab, part: HttpPart, seconds = 120): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await delay(150)) {
    if ((await answersHttp(lab, part)) && (await isServed(lab, part))) return;
  }
  throw new Error(`${part} does not answer after ${seconds} s`);
}

/** A service's metrics: the value of each name, summed over its labels, and of each name with labels. */
export async function metrics(lab: Lab, part: HttpPart): Promise<(name: string) => number> {
  const response = await fetchAnyPort(`${await baseUrl(lab, part)}${lab.names.path('/metrics')}`, {
    signal: AbortSignal.timeout(5000),
  });
  const values = new Map<string, number>();
  for (const line of (await response.text()).split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.lastIndexOf(' ');
    const [full, value] = [line.slice(0, at), Number(line.slice(at + 1))];
    const [short = ''] = full.split('{');
    if (short !== full) values.set(full, value);
    values.set(short, (values.get(short) ?? 0) + value);
  }
  return (name) => values.get(name) ?? 0;
}

/** The newest lines of a part's log, those of its previous container too. */
export async function recentLog(lab: Lab, part: LabPart, lines = 60): Promise<string> {
  const current = await lab.logs(part, { lines }).catch(() => '');
  const previous = isKubernetes(lab) ? await lab.logs(part, { lines, previous: true }).catch(() => '') : '';
  return `${previous}\n${current}`;
}

/** What reasoning-service says of Neo4j: its status, or its log where an installation's status has no room for a reason. */
export async function saidOfGraph(lab: Lab): Promise<string> {
  const part = 'reasoning-service';
  const url = `${await baseUrl(lab, part)}${lab.names.path('/health/status', part)}`;
  const text = await (await fetchAnyPort(url, { signal: AbortSignal.timeout(20_000) })).text();
  return /"(dependencies|checks)"/.test(text) ? text : recentLog(lab, part, 20);
}

/** The last line of a part's log that a pattern finds. */
export async function lastLine(lab: Lab, part: LabPart, pattern: RegExp): Promise<string> {
  const text = await recentLog(lab, part, 300);
  return (
    text
      .split('\n')
      .filter((line) => pattern.test(line))
      .at(-1) ?? ''
  );
}

/** Where a part's configuration lies on this machine; Kubernetes has none. */
async function configFolder(lab: Lab, part: HttpPart): Promise<string> {
  if (isCompose(lab)) return lab.configFolder(part);
  const { body } = await ask<{ config: { file: string } }>(lab, part, '/health/status');
  return dirname(body.config.file);
}

/** Text of a part's configuration file as its container has it now. */
async function configText(lab: Lab, part: HttpPart): Promise<string | undefined> {
  if (isKubernetes(lab)) {
    const config = lab.names.config(part);
    if (config === undefined) throw new Error(`${part} has its settings from variables`);
    const { namespace } = lab.names.workload(part);
    const map = await lab.object<{ data: Record<string, string> }>(`configmap/${config.map}`, namespace);
    return map?.data[config.file];
  }
  const file = isCompose(lab) ? lab.names.file(part) : 'config.yaml';
  if (file === undefined) throw new Error(`${part} has its settings from variables`);
  return readFileSync(join(await configFolder(lab, part), file), 'utf8');
}

/** Value of a dotted key in the configuration file as the part's container has it now. */
export async function configValue(lab: Lab, part: HttpPart, key: string): Promise<unknown> {
  return parseDocument((await configText(lab, part)) ?? '').getIn(lab.names.key(part, key).split('.'));
}

/** Changes the text of one workflow file; the orchestrator reads it at its next start. */
export async function editWorkflow(lab: Lab, name: string, edit: (text: string) => string): Promise<void> {
  if (isKubernetes(lab)) {
    const { workflows } = lab.names;
    const map = await lab.object<{ data: Record<string, string> }>(`configmap/${workflows}`);
    const data = { [name]: edit(map?.data[name] ?? '') };
    const patch = ['patch', 'configmap', workflows, '-n', lab.namespace, '--type=merge'];
    await lab.kubectl([...patch, '-p', JSON.stringify({ data })]);
    return;
  }
  const folder = isCompose(lab)
    ? lab.workflowFolder
    : join(await configFolder(lab, 'orchestrator-service'), 'workflows');
  if (!existsSync(join(folder, name)))
    throw new Error(`no ${name}; there are ${readdirSync(folder).join(', ')}`);
  writeFileSync(join(folder, name), edit(readFileSync(join(folder, name), 'utf8')));
}

export interface Execution {
  readonly id: string;
  readonly workflow_id: string;
  readonly status: string;
  readonly error: string | null;
  readonly steps: readonly { readonly id: string; readonly status: string; readonly error?: string }[] | null;
  readonly created_at: string;
}

/** Submits executions of a workflow that carry `mark`, by which `forget` and `marked` find them. */
export async function submit(lab: Lab, workflow: string, mark: string, count = 1): Promise<void> {
  for (let one = 0; one < count; one += 1) {
    const input = { cluster_id: lab.names.cluster, lab: mark };
    const path = '/api/v1/workflows/executions';
    const { status } = await ask(lab, 'orchestrator-service', path, { workflow_id: workflow, input });
    if (status !== 202) throw new Error(`submitting ${workflow}: ${status}`);
  }
}

/** Executions that carry `mark`, newest first. */
export function marked(lab: Lab, mark: string): Promise<Execution[]> {
  const text = `SELECT * FROM workflow_executions WHERE input->>'lab' = '${mark}' ORDER BY created_at DESC`;
  return pg<Execution>(lab, text, { database: 'orchestrator' });
}

/** Removes the executions that carry `mark`. */
export async function forget(lab: Lab, mark: string): Promise<void> {
  await pg(lab, `DELETE FROM workflow_executions WHERE input->>'lab' = '${mark}'`, {
    database: 'orchestrator',
  });
}

/** Raises the agent's load; the part is replaced. Keys as in `collect-agent.yaml`. */
export async function agentLoad(lab: Lab, changes: Readonly<Record<string, unknown>>): Promise<void> {
  await lab.configure('collect-agent', changes);
  await lab.restart('collect-agent');
}

/** Puts both ends of the event pipeline back. */
export async function resetPipeline(lab: Lab): Promise<void> {
  await lab.reset('collect-agent');
  await lab.reset('agent-manager');
  // A backlog of the fault's own events would keep the platform busy after it.
  await untilAnswers(lab, 'agent-manager');
}

export interface Limits {
  /** Cores; null for no limit. */
  readonly cpu?: number | null;
  /** Mebibytes; null for no limit. */
  readonly memory?: number | null;
}

/** Sets the limits of a part's container; it is replaced. `liveness: false` also takes the liveness probe away. */
export async function limit(lab: Lab, part: LabPart, limits: Limits, liveness = true): Promise<void> {
  if (isKubernetes(lab)) {
    const { kind, name, namespace } = lab.names.workload(part);
    const own: Record<string, string | null> = {};
    const requests: Record<string, string | null> = {};
    if (limits.cpu !== undefined) {
      own.cpu = limits.cpu === null ? null : `${Math.round(limits.cpu * 1000)}m`;
      requests.cpu = limits.cpu === null ? null : '5m';
    }
    if (limits.memory !== undefined) {
      own.memory = limits.memory === null ? null : `${limits.memory}Mi`;
      requests.memory = limits.memory === null ? null : '32Mi';
    }
    const container = {
      name: lab.names.container(part),
      resources: { limits: own, requests },
      ...(liveness ? {} : { livenessProbe: null }),
    };
    const patch = { spec: { template: { spec: { containers: [container] } } } };
    await lab.kubectl(['patch', kind, name, '-n', namespace, '-p', JSON.stringify(patch)]);
    await lab.restart(part);
  } else if (isCompose(lab)) {
    lab.override(
      part,
      present({
        cpus: limits.cpu === undefined ? undefined : (limits.cpu ?? 0),
        mem_limit: limits.memory === undefined ? undefined : limits.memory === null ? 0 : `${limits.memory}m`,
      }),
    );
    await lab.recreate(part);
  } else throw new Error('plain processes have no limits');
}

/** A file of the cgroup (v1 controller, or v2) that the part's first process is in. */
export async function cgroupFile(
  lab: Lab,
  part: LabPart,
  controller: string,
  v1: string,
  v2: string,
): Promise<string> {
  const [pid] = await lab.pids(part);
  if (pid === undefined) throw new Error(`${part} does not run`);
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const own = lines.find((line) => line.split(':')[1]?.split(',').includes(controller));
  const path = own?.split(':')[2];
  if (path !== undefined) return readFileSync(join('/sys/fs/cgroup', controller, path, v1), 'utf8');
  const unified = lines.find((line) => line.startsWith('0::'))?.slice(3) ?? '';
  return readFileSync(join('/sys/fs/cgroup', unified, v2), 'utf8');
}

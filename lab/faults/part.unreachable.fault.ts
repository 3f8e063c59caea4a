/** `part.<part>.unreachable`: the part runs and is well, but nothing gets through to it. */

import { signalPid } from '../components/process.ts';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import { liveAgents } from '../runtimes/shared.ts';
import { type Fault, type Lab, type LabPart, labParts } from '../types.ts';
import { addresses, defineFault, filter, inNode, unfilter, use, within } from './support.ts';

const policyName = (part: LabPart) => `isolate-${part}`;

async function isolate(lab: Lab, part: LabPart): Promise<void> {
  if (isKubernetes(lab)) {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: policyName(part), namespace: lab.names.workload(part).namespace },
      spec: { podSelector: { matchLabels: lab.names.labels(part) }, policyTypes: ['Ingress', 'Egress'] },
    };
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policy));
    // A policy decides on new connections only, and the agent keeps the one it has. A new Pod would
    // connect before the policy knows its address; a new container in the same Pod does not.
    if (part === 'collect-agent') for (const pid of await lab.pids(part)) signalPid(pid, 'SIGKILL');
  } else if (isCompose(lab))
    await lab.docker(['network', 'disconnect', '-f', lab.names.network(part), lab.names.container(part)]);
}

async function join(lab: Lab, part: LabPart): Promise<void> {
  if (isKubernetes(lab)) {
    const where = lab.names.workload(part).namespace;
    await lab.kubectl(['delete', 'networkpolicy', policyName(part), '-n', where, '--ignore-not-found']);
    if (part === 'collect-agent') await lab.restart(part);
  } else if (isCompose(lab) && (await addresses(lab, part)).length === 0) {
    await lab.docker([
      'network',
      'connect',
      '--alias',
      lab.names.service(part),
      lab.names.network(part),
      lab.names.container(part),
    ]);
  }
}

async function drop(lab: Lab, part: LabPart): Promise<void> {
  await filter(lab, part, 'drop', ['-j', 'DROP'], 'to');
  await filter(lab, part, 'drop', ['-j', 'DROP'], 'from');
}

/** Runs, and yet cannot be used: for the agent, that agent-manager hears nothing from it. */
async function cutOff(lab: Lab, part: LabPart, variant: string): Promise<boolean> {
  if ((await lab.pids(part)).length === 0) return false;
  const barrier =
    variant === 'dropped'
      ? (await inNode(lab, ['iptables', '-w', '-t', 'mangle', '-S', 'FORWARD'])).includes(`lab-drop-${part}`)
      : isKubernetes(lab)
        ? (await lab.object(`networkpolicy/${policyName(part)}`, lab.names.workload(part).namespace)) !==
          undefined
        : (await addresses(lab, part)).length === 0;
  if (!barrier) return false;
  if (part === 'collect-agent' && lab.names.registers)
    return (
      (await liveAgents((await lab.endpoints()).agentManager, 7, lab.names.path('/api/v1/agents'))) === 0
    );
  return (await within(use(lab, part), 1500)) !== 'done';
}

const unreachable = (part: LabPart): Fault =>
  defineFault({
    id: `part.${part}.unreachable`,
    title: `${part} runs, but nothing reaches it`,
    variants: ['isolated', 'dropped'],
    runtimes: ['kubernetes', 'compose'],
    within: 25,
    plant: (lab, variant) => (variant === 'dropped' ? drop(lab, part) : isolate(lab, part)),
    check: (lab, variant) => cutOff(lab, part, variant),
    clear: (lab, variant) => (variant === 'dropped' ? unfilter(lab, part, 'drop') : join(lab, part)),
  });

export const partUnreachable: readonly Fault[] = labParts.map(unreachable);

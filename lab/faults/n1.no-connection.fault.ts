/** N1: one service cannot reach another. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type ComposeLab, isCompose } from '../runtimes/compose.ts';
import { isKubernetes, type KubernetesLab } from '../runtimes/kubernetes.ts';
import type { Fault, Lab, LabPart } from '../types.ts';
import { addresses, defineFault, inNode, onKubernetes as kube } from './support.ts';

const compose = (lab: Lab): ComposeLab => {
  if (!isCompose(lab)) throw new Error('this exists on Compose only');
  return lab;
};

/** By full path: `timeout` of busybox would take its own applets, whose resolver asks in another way. */

/** Whether a program in `from` gets an answer over HTTP. */
async function gets(lab: Lab, from: LabPart, url: string): Promise<boolean> {
  return (await lab.exec(from, ['timeout', '3', '/usr/local/bin/wget', '-q', '-O', '-', url])).code === 0;
}

type Labels = Readonly<Record<string, string>>;

const selectors: Readonly<Record<string, readonly [LabPart, (own: Labels) => Labels]>> = {
  'wrong-label': [
    'orchestrator-service',
    (own) => Object.fromEntries(Object.keys(own).map((key) => [key, 'orchestrator'])),
  ],
  'label-too-many': ['agent-manager', (own) => ({ ...own, track: 'stable' })],
};
const selected = (variant: string) => selectors[variant] ?? (['agent-manager', () => ({})] as const);

/** A Service that selects no Pod, though the one that it is meant for runs. */
export const selectsNothing = (id: string, title: string): Fault =>
  defineFault({
    id,
    title,
    variants: ['wrong-label', 'label-too-many'],
    runtimes: ['kubernetes'],
    within: 15,
    async plant(lab, variant) {
      const [part, change] = selected(variant);
      const { names } = kube(lab);
      const patch = JSON.stringify({ spec: { selector: change(names.labels(part)) } });
      await kube(lab).kubectl([
        'patch',
        'service',
        names.service(part),
        '-n',
        lab.namespace,
        '--type=merge',
        '-p',
        patch,
      ]);
    },
    async check(lab, variant) {
      const service = kube(lab).names.service(selected(variant)[0]);
      const text = await kube(lab).kubectl([
        ...[
          'get',
          'endpointslices',
          '-n',
          lab.namespace,
          '-l',
          `kubernetes.io/service-name=${service}`,
          '-o',
          'json',
        ],
      ]);
      const { items } = JSON.parse(text) as { items: { endpoints: unknown[] | null }[] };
      return items.every((one) => (one.endpoints ?? []).length === 0);
    },
    clear: (lab, variant) => kube(lab).restore('Service', kube(lab).names.service(selected(variant)[0])),
  });

const noEndpoints = selectsNothing('N1.a', 'a Service selects no Pod');

/** The resolver's file of a container, where the engine keeps it on this machine. */
async function resolverFile(lab: ComposeLab, part: LabPart): Promise<string> {
  const path = await lab.docker(['inspect', '-f', '{{.ResolvConfPath}}', lab.names.container(part)]);
  return path.trim();
}

const resolvers: Readonly<Record<string, readonly [LabPart, string]>> = {
  'server-down': ['agent-manager', '192.0.2.53'],
  'wrong-server': ['orchestrator-service', '10.255.255.53'],
};

async function breakNames(lab: Lab, variant: string): Promise<void> {
  const [part, server] = resolvers[variant] ?? ['agent-manager', '192.0.2.53'];
  if (isCompose(lab)) {
    const file = await resolverFile(lab, part);
    if (!existsSync(`${file}.kept`)) writeFileSync(`${file}.kept`, readFileSync(file));
    writeFileSync(file, `nameserver ${server}\noptions timeout:1 attempts:1\n`);
  } else if (variant === 'server-down') {
    await kube(lab).kubectl(['scale', 'deployment/coredns', '-n', 'kube-system', '--replicas=0']);
    await kube(lab).kubectl([
      'delete',
      'pods',
      '-n',
      'kube-system',
      '-l',
      'k8s-app=kube-dns',
      '--grace-period=1',
      '--wait',
    ]);
  } else await serveDomain(kube(lab), 'cluster.internal');
}

const domains = /cluster\.(?:local|internal)/g;

/** The cluster's DNS server is well and answers for this domain only. */
async function serveDomain(lab: KubernetesLab, domain: string): Promise<void> {
  const where = ['-n', 'kube-system'];
  const text = await lab.kubectl(['get', 'configmap', 'coredns', ...where, '-o', 'json']);
  const { data } = JSON.parse(text) as { data: { Corefile: string } };
  const patch = JSON.stringify({ data: { Corefile: data.Corefile.replaceAll(domains, domain) } });
  await lab.kubectl(['patch', 'configmap', 'coredns', ...where, '--type=merge', '-p', patch]);
  await lab.kubectl(['rollout', 'restart', 'deployment/coredns', ...where]);
  await lab.kubectl(['rollout', 'status', 'deployment/coredns', ...where, '--timeout=60s']);
}

async function mendNames(lab: Lab, variant: string): Promise<void> {
  const [part] = resolvers[variant] ?? ['agent-manager'];
  if (isCompose(lab)) {
    const file = await resolverFile(lab, part);
    if (existsSync(`${file}.kept`)) writeFileSync(file, readFileSync(`${file}.kept`));
  } else if (variant === 'server-down') {
    await kube(lab).kubectl(['scale', 'deployment/coredns', '-n', 'kube-system', '--replicas=1']);
    await kube(lab).kubectl([
      'rollout',
      'status',
      'deployment/coredns',
      '-n',
      'kube-system',
      '--timeout=60s',
    ]);
  } else await serveDomain(kube(lab), 'cluster.local');
}

/** Under which other parts find it. */
const hostOf = (lab: Lab, part: LabPart) => lab.names.address(part).split(':')[0] ?? '';

const names = defineFault({
  id: 'N1.b',
  title: 'names cannot be looked up',
  variants: ['server-down', 'wrong-server'],
  runtimes: ['kubernetes', 'compose'],
  within: 30,
  plant: breakNames,
  async check(lab, variant) {
    const [part] = resolvers[variant] ?? ['agent-manager'];
    const result = await lab.exec(part, ['timeout', '4', '/usr/local/bin/nslookup', hostOf(lab, 'redis')]);
    // No such container or Pod is another fault.
    return result.code !== 0 && (await lab.exec(part, ['true'])).code === 0;
  },
  clear: mendNames,
});

const from = 'agent-manager';
const to = 'orchestrator-service';

function policyOf({ names: { labels, port } }: KubernetesLab, variant: string) {
  if (variant === 'ingress-from-nobody')
    return {
      podSelector: { matchLabels: labels(to) },
      policyTypes: ['Ingress'],
      ingress: [{ from: [{ podSelector: { matchLabels: { role: 'frontend' } } }] }],
    };
  const stores = (['postgres', 'redis', 'nats'] as const).map((part) => ({ port: port(part) }));
  return {
    podSelector: { matchLabels: labels(from) },
    policyTypes: ['Egress'],
    egress: [{ ports: [{ port: 53, protocol: 'UDP' }, ...stores] }],
  };
}

async function block(lab: Lab, variant: string): Promise<void> {
  if (isKubernetes(lab)) {
    const policy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: variant, namespace: lab.namespace },
      spec: policyOf(lab, variant),
    };
    await lab.kubectl(['apply', '-f', '-'], JSON.stringify(policy));
    return;
  }
  await inNode(lab, ['iptables', '-w', '-I', 'DOCKER-USER', ...(await firewallRule(lab, variant))]);
}

async function firewallRule(lab: Lab, variant: string): Promise<string[]> {
  const [source = ''] = await addresses(lab, from);
  const [target = ''] = await addresses(lab, to);
  const mark = ['-m', 'comment', '--comment', variant];
  return variant === 'ingress-from-nobody'
    ? ['-d', target, '-p', 'tcp', '--dport', String(lab.names.port(to)), '-i', 'br-+', ...mark, '-j', 'DROP']
    : ['-s', source, '-p', 'tcp', '-m', 'multiport', '--dports', '8000:8999', ...mark, '-j', 'REJECT'];
}

async function unblock(lab: Lab, variant: string): Promise<void> {
  if (isKubernetes(lab)) {
    await lab.kubectl(['delete', 'networkpolicy', variant, '-n', lab.namespace, '--ignore-not-found']);
    return;
  }
  const rules = await inNode(lab, ['iptables', '-w', '-S', 'DOCKER-USER']);
  for (const rule of rules.split('\n').filter((line) => line.includes(variant)))
    await inNode(lab, ['iptables', '-w', '-D', ...rule.replaceAll('"', '').split(' ').slice(1)]);
}

const policyBlocks = defineFault({
  id: 'N1.c',
  title: 'a rule blocks agent-manager from orchestrator-service, which is well',
  variants: ['ingress-from-nobody', 'egress-to-data-only'],
  runtimes: ['kubernetes', 'compose'],
  within: 20,
  plant: block,
  async check(lab) {
    const path = lab.names.path('/health/live');
    const self = await gets(lab, to, `http://127.0.0.1:${lab.names.port(to)}${path}`);
    return self && !(await gets(lab, from, `http://${lab.names.address(to)}${path}`));
  },
  clear: unblock,
});

const otherNetwork = 'aetherius_backup';

const wrongNetwork = defineFault({
  id: 'N1.d',
  title: 'a container is not on the network of the others',
  variants: ['disconnected', 'other-network'],
  runtimes: ['compose'],
  within: 15,
  async plant(lab, variant) {
    const { names } = compose(lab);
    const name = names.container(to);
    if (variant === 'other-network') {
      await compose(lab).docker(['network', 'create', otherNetwork]);
      await compose(lab).docker(['network', 'connect', '--alias', names.service(to), otherNetwork, name]);
    }
    await compose(lab).docker(['network', 'disconnect', names.network(to), name]);
  },
  async check(lab) {
    const found = await compose(lab).inspect(to);
    const on = Object.keys(found?.NetworkSettings.Networks ?? {});
    return found?.State.Running === true && !on.includes(compose(lab).names.network(to));
  },
  async clear(lab, variant) {
    const found = await compose(lab).inspect(to);
    const { names } = compose(lab);
    if (!Object.keys(found?.NetworkSettings.Networks ?? {}).includes(names.network(to)))
      await compose(lab).docker([
        'network',
        'connect',
        '--alias',
        names.service(to),
        names.network(to),
        names.container(to),
      ]);
    if (variant !== 'other-network') return;
    await compose(lab).control(['network', 'disconnect', otherNetwork, names.container(to)]);
    await compose(lab).control(['network', 'rm', otherNetwork]);
  },
});

export const noConnection: readonly Fault[] = [noEndpoints, names, policyBlocks, wrongNetwork];

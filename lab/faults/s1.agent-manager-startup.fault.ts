/** S1: agent-manager exits right after its start. */

import { fetchAnyPort } from '../components/any-port.ts';
import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Fault, Lab } from '../types.ts';
import { answersHttp, lastLine } from './services.ts';
import { defineFault } from './support.ts';

const part = 'agent-manager';

/** Does not answer, and its last fatal line is of this kind; the program as it is has words of its own. */
const diedOf = async (lab: Lab, pattern: RegExp) =>
  !(await answersHttp(lab, part)) &&
  pattern.test(await lastLine(lab, part, /fatal: |failed to (?:initialize|connect)/i));

async function reconfigure(lab: Lab, changes: Readonly<Record<string, unknown>>): Promise<void> {
  await lab.configure(part, changes);
  await lab.restart(part);
}

const startupDatabase = defineFault({
  id: 'S1.a',
  title: 'agent-manager cannot use its database',
  variants: ['wrong-password', 'wrong-host', 'wrong-port', 'database-stopped'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    if (variant === 'wrong-password') await lab.setEnv(part, { DATABASE_PASSWORD: 'postgres_pass_2024' });
    else if (variant === 'wrong-host') await reconfigure(lab, { 'database.host': 'postgres-primary' });
    else if (variant === 'wrong-port') await reconfigure(lab, { 'database.port': 5433 });
    else {
      await lab.stop('postgres');
      await lab.restart(part);
    }
  },
  check: (lab, variant) =>
    diedOf(
      lab,
      variant === 'wrong-password'
        ? /(?:cannot connect to the|failed to connect to) database.*password authentication failed/
        : /(?:cannot connect to the|failed to connect to) database(?!.*password authentication failed)/,
    ),
  async clear(lab, variant) {
    if (variant === 'database-stopped') await lab.start('postgres');
    await lab.reset(part);
  },
});

const startupNats = defineFault({
  id: 'S1.b',
  title: 'agent-manager cannot reach NATS',
  variants: ['wrong-host', 'wrong-port', 'wrong-password'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    if (variant === 'wrong-password') await lab.setEnv(part, { NATS_PASSWORD: 'nats_pass_old' });
    else {
      const [host, port] = lab.names.address('nats').split(':');
      const url = variant === 'wrong-host' ? `nats://nats-cluster:${port}` : `nats://${host}:4333`;
      await reconfigure(lab, { 'nats.url': lab.runtime === 'processes' ? 'nats://127.0.0.1:1' : url });
    }
  },
  check: (lab, variant) =>
    diedOf(
      lab,
      variant === 'wrong-password'
        ? /(?:cannot|failed to) connect to NATS.*Authorization/i
        : /(?:cannot|failed to) connect to NATS(?!.*Authorization)/i,
    ),
  clear: (lab) => lab.reset(part),
});

const holder = 'legacy-exporter';
const serve = (port: number) => ['/usr/local/bin/labtools', 'serve', `${port}`];

/** A container that holds the port before agent-manager starts: beside it in its Pod, or on the engine's own network. */
async function occupy(lab: Lab, port: number, how: 'host' | 'published'): Promise<void> {
  if (isKubernetes(lab)) {
    const { kind, name, namespace } = lab.names.workload(part);
    const object = await lab.object<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
      `${kind}/${name}`,
    );
    const image = object?.spec.template.spec.containers[0]?.image.replace('-bare', '') ?? '';
    const first = { name: holder, image, imagePullPolicy: 'IfNotPresent', command: serve(port) };
    const patch = [{ op: 'add', path: '/spec/template/spec/containers/0', value: first }];
    await lab.kubectl(['patch', kind, name, '-n', namespace, '--type=json', '-p', JSON.stringify(patch)]);
    await lab.restart(part);
  } else if (isCompose(lab)) {
    const image = (await lab.inspect(part))?.Config.Image.replace('-bare', '') ?? '';
    await lab.stop(part);
    const network = how === 'host' ? ['--network', 'host'] : ['-p', `${port}:9000`];
    const [command = '', ...args] = serve(how === 'host' ? port : 9000);
    await lab.docker(['run', '-d', '--name', holder, ...network, '--entrypoint', command, image, ...args]);
    // It has to fail: that is the fault.
    await lab.control(['start', lab.names.container(part)]);
  }
}

async function portTaken(lab: Lab, port: number): Promise<boolean> {
  if (isCompose(lab)) {
    const text = await lab.docker([
      'inspect',
      '--format',
      '{{.State.Status}} {{.State.Error}}',
      lab.names.container(part),
    ]);
    return !text.startsWith('running') && /already in use|already allocated/.test(text);
  }
  return (
    /address already in use/.test(await lastLine(lab, part, /fatal: |failed to start server/)) &&
    (await answersOn(lab, port))
  );
}

/** Whether something else answers on the port that agent-manager wanted. */
async function answersOn(lab: Lab, port: number): Promise<boolean> {
  if (!isKubernetes(lab)) return false;
  const [pod] = await lab.pods(part);
  const address = pod?.status.podIP ?? '';
  const response = await fetchAnyPort(`http://${address}:${port}/metrics`, {
    signal: AbortSignal.timeout(2000),
  });
  return (await response.text()).includes('nothing to see here');
}

/** Of its Pod, or published. */
const wantedPort = (lab: Lab, variant: string) =>
  isCompose(lab) ? lab.names.published(part) : variant === 'moved' ? 9100 : lab.names.port(part);

const startupPort = defineFault({
  id: 'S1.c',
  title: 'the port of agent-manager is in use',
  variants: ['usual', 'moved'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  async plant(lab, variant) {
    // `moved`: on Kubernetes another port is configured, which is taken too; on Compose another container publishes it.
    if (variant === 'moved' && isKubernetes(lab)) await lab.configure(part, { 'server.port': 9100 });
    await occupy(lab, wantedPort(lab, variant), variant === 'moved' ? 'published' : 'host');
  },
  check: (lab, variant) => portTaken(lab, wantedPort(lab, variant)),
  async clear(lab) {
    if (isCompose(lab)) await lab.control(['rm', '-f', holder]);
    await lab.reset(part);
  },
});

export const agentManagerStartup: readonly Fault[] = [startupDatabase, startupNats, startupPort];

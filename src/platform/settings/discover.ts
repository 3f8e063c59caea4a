import { present } from '../../domain/kernel/present.ts';
import { type PartId, serviceIds } from '../../domain/platform/part.ts';
import { asInGuide } from '../../domain/platform/platform.ts';
import { usual } from '../../domain/platform/table.ts';
import type { ComposeTarget } from '../../domain/probe/targets/compose.ts';
import type { KubeObject, KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';

/** What `init` found: the `runtime`, `services`, … of one environment, and the variables its secrets need. */
export interface Discovered {
  readonly parts: readonly string[];
  readonly yaml: Readonly<Record<string, unknown>>;
  readonly variables: readonly { readonly name: string; readonly meaning: string }[];
}

/** A thing with a name under which it can be reached, and its ports. */
interface Found {
  readonly name: string;
  readonly host: string;
  readonly ports: readonly number[];
}

/** Compose and charts put the project's name first. */
const usualProject = usual.project;

/** From the Services of the platform's namespace; undefined when it has no Service of the platform. */
export async function discoverKubernetes(
  target: Pick<KubernetesTarget, 'namespace' | 'agentNamespace' | 'list'>,
  settings: { readonly kubeconfig?: string; readonly context?: string },
): Promise<Discovered | undefined> {
  const { namespace, agentNamespace } = target;
  const services = await target.list('services', namespace);
  const found = services.map((service): Found => {
    const { name } = service.metadata;
    return { name, host: `${name}.${namespace}`, ports: servicePorts(service) };
  });
  return describe({ kind: 'kubernetes', namespace, agentNamespace, ...settings }, found);
}

function servicePorts(service: KubeObject): readonly number[] {
  const spec = service['spec'] as { ports?: readonly { port?: unknown }[] } | undefined;
  return (spec?.ports ?? []).flatMap(({ port }) => (typeof port === 'number' ? [port] : []));
}

/** From the containers of a Compose project, by their service names. */
export async function discoverCompose(
  target: Pick<ComposeTarget, 'project' | 'containers'>,
  socket: string,
): Promise<Discovered | undefined> {
  const containers = await target.containers();
  const names = [...new Set(containers.map((container) => container.service))].sort();
  const found = names.map((name): Found => ({ name, host: name, ports: [] }));
  return describe({ kind: 'compose', project: target.project, socket }, found);
}

function describe(
  runtime: Readonly<Record<string, unknown>>,
  found: readonly Found[],
): Discovered | undefined {
  const locate = (part: Exclude<PartId, 'collect-agent' | 'runtime'>): string | undefined => {
    const { aliases: others, port: usualPort, service: own } = asInGuide.parts[part];
    const aliases = [own, ...others];
    const one = found.find(({ name }) =>
      aliases.some((alias) => name === alias || name === `${usualProject}-${alias}`),
    );
    if (one === undefined) return undefined;
    const port = one.ports.length === 0 || one.ports.includes(usualPort) ? usualPort : one.ports[0];
    return `${one.host}:${port}`;
  };
  const services = serviceIds.flatMap((id) => {
    const address = locate(id);
    return address === undefined ? [] : [[id, { url: `http://${address}` }] as const];
  });
  const [postgres, redis, nats, neo4j] = [
    locate('postgres'),
    locate('redis'),
    locate('nats'),
    locate('neo4j'),
  ];
  const monitor = nats?.replace(/:\d+$/, `:${asInGuide.parts.nats.monitorPort}`);
  const yaml = {
    runtime,
    ...(services.length === 0 ? {} : { services: Object.fromEntries(services) }),
    ...present({
      postgres: postgres === undefined ? undefined : { url: { env: 'AETHERIUS_PG_URL' } },
      redis: redis === undefined ? undefined : { url: { env: 'AETHERIUS_REDIS_URL' } },
      nats: nats === undefined ? undefined : { url: `nats://${nats}`, monitorUrl: `http://${monitor}` },
      neo4j:
        neo4j === undefined
          ? undefined
          : { url: `bolt://${neo4j}`, user: 'neo4j', password: { env: 'AETHERIUS_NEO4J_PASSWORD' } },
    }),
  };
  const variables = [
    ...(postgres === undefined
      ? []
      : [
          {
            name: 'AETHERIUS_PG_URL',
            meaning: `postgres://USER:PASSWORD@${postgres}/postgres, a role with pg_monitor`,
          },
        ]),
    ...(redis === undefined ? [] : [{ name: 'AETHERIUS_REDIS_URL', meaning: `redis://:PASSWORD@${redis}` }]),
    ...(neo4j === undefined
      ? []
      : [{ name: 'AETHERIUS_NEO4J_PASSWORD', meaning: 'password of the user neo4j' }]),
  ];
  const parts = [
    ...services.map(([id]) => id),
    ...Object.entries({ postgres, redis, nats, neo4j }).flatMap(([part, address]) =>
      address === undefined ? [] : [part],
    ),
  ];
  return parts.length === 0 ? undefined : { parts, yaml, variables };
}

import { present } from '../../../domain/kernel/present.ts';
import { isSecretName } from '../../../domain/kernel/redact.ts';
import type { SeenAddress, SeenFile, SeenWorkload } from '../../../domain/platform/discovery.ts';
import { runsWell } from '../../../domain/probe/container-life.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { pathInCheck, scalarsOf, stepsIn } from './values.ts';

export interface ContainerFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The services of a Compose project, from what the engine says of their containers. `publishedHosts` are the host names
 * under which our configuration reaches published ports. `now`: where it is looked at what runs well. Variables with names of secrets give no value.
 */
export function composeWorkloads(
  containers: readonly ComposeContainer[],
  filesOf: (container: ComposeContainer) => readonly ContainerFile[],
  publishedHosts: readonly string[],
  now?: Date,
): readonly SeenWorkload[] {
  const services = [...new Set(containers.map(nameOf))];
  return services.flatMap((service) => {
    const own = containers.filter((container) => nameOf(container) === service);
    const [first] = own;
    return first === undefined
      ? []
      : [
          {
            ...workloadOf(service, own, first, filesOf(first), publishedHosts),
            ...present({
              ran: now !== undefined && own.length === 1 && runsWell(first, now) ? first.imageId : undefined,
            }),
          },
        ];
  });
}

const nameOf = ({ service, name }: ComposeContainer) => service || name;

function workloadOf(
  name: string,
  own: readonly ComposeContainer[],
  first: ComposeContainer,
  files: readonly ContainerFile[],
  publishedHosts: readonly string[],
): SeenWorkload {
  const hosts = [
    ...new Set([name, ...own.flatMap((one) => [one.name, ...(one.hosts ?? []), ...(one.addresses ?? [])])]),
  ];
  const published = own.flatMap((one) => one.published ?? []);
  const listening = [
    ...new Set([...own.flatMap((one) => one.ports ?? []), ...published.map(({ container }) => container)]),
  ];
  const inside = hosts.flatMap((host) =>
    listening.map((port): SeenAddress => ({ host, port, targetPort: port })),
  );
  const outside = published.flatMap(({ container, host: port }) =>
    publishedHosts.map((host): SeenAddress => ({ host, port, targetPort: container })),
  );
  return {
    name,
    image: first.image,
    addresses: [...inside, ...outside],
    hosts,
    values: [
      ...Object.entries(first.env).flatMap(([key, value]) => (isSecretName(key) ? [] : [value])),
      ...first.command,
    ],
    files: files.map(({ path, text }): SeenFile => ({ path, values: scalarsOf(text), ...stepsIn(text) })),
    configMaps: [],
    health: present({ ready: pathInCheck(first.check ?? []) }),
    secrets: new Map(),
  };
}

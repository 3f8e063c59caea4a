import { z } from 'zod';
import { defineRemediation, type Plan, type PlanStep, planSchema } from '../../../domain/fix/remediation.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { partIds } from '../../../domain/platform/part.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';
import { isNamedPart, tierOf, unknownPart } from '../../shared/named-part.ts';
import { mustHold, refused } from '../../shared/stale.ts';
import { storeBehind } from '../../shared/store-behind.ts';
import { verifyPart } from '../../shared/verify-part.ts';
import { keptIn } from './compose-files.ts';
import { type Context, containersOf, named, objectOf, serviceName, signsOf } from './containers.ts';
import { standingIn } from './standing.ts';

const Params = z.strictObject({
  part: z.enum(partIds).exclude(['runtime']).meta({ description: 'Part of the platform that lost it.' }),
  service: serviceName,
  network: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/)
    .meta({ description: 'Network of the project, by its name in the engine.' }),
});

const connecting = 'compose-connect-network';
const disconnecting = 'compose-disconnect-network';

export const connectNetwork = defineRemediation({
  id: 'compose.connect-network',
  version: 1,
  doc: `Connects the running containers of a Compose service to the network of the others again (N1.d).
Nothing is restarted, and the networks that a container has stay.
Refused where fewer than half of the project's other running containers are on that network, and where it is another project's.
The container gets the name of its service there, and the names that it has on its other networks.
A fixed address or another alias of the Compose file comes back only when the container is made anew.
It is done when the network itself lists the containers, and they run and, if they have a health check, are healthy.
Undo disconnects them again.`,
  // Somebody took it off, perhaps with a reason.
  tier: 2,
  params: Params,
  needs: ['compose'],
  on: 'compose',
  helpsWith: ['CONTAINER_OFF_NETWORK'],
  paramsFor({ part, facts }) {
    const { service, network } = facts;
    if (part === 'runtime' || typeof service !== 'string' || typeof network !== 'string') return undefined;
    return { part, service, network };
  },
  instruction: 'connect-network',

  async plan(params, { deps, signal }: Context): Promise<Plan> {
    const { service, containers: all } = await named(params, { deps, signal });
    if (all.length === 0) throw refused('no-target', { workload: service });
    const { compose, platform, environment } = deps;
    const networks = await compose.networks({ signal });
    const network = await sharedNetwork(params.network, networks, service, { deps, signal });
    const containers = all.filter(
      (one) => one.state === 'running' && one.sharedNetwork === undefined && !isOn(one, network.id),
    );
    const steps = containers.map((one) => stepOf(one, network));
    const undo = containers.map((one) => undoOf(one, network));
    const [first, ...rest] = steps;
    const [firstUndo, ...restUndo] = undo;
    if (first === undefined || firstUndo === undefined) throw refused('nothing-to-do');
    const known = isNamedPart(params.part, service, signsOf(all), platform);
    // Nothing reaches one that is on no network, so what answers us as this store is none of these.
    const reached = containers.some((one) => one.networks.length > 0);
    const store = known
      ? await storeBehind(
          params.part,
          objectOf(containers, compose.project),
          deps,
          reached ? 'running' : 'not-running',
          signal,
        )
      : 'another';
    const facts = { containers: containers.length, service, network: network.name };
    return {
      schemaVersion: planSchema,
      actionId: 'compose.connect-network',
      actionVersion: 1,
      environment,
      part: params.part,
      target: `compose/${compose.project}/${service}`,
      identity: {
        ...Object.fromEntries(containers.map((item, index) => [`container_id.${index}`, item.id])),
        ...(store === 'another' ? {} : store),
      },
      params,
      ...tierOf(store === 'another' ? unknownPart(service) : undefined, 2),
      ...(containers.every((one) => wasMadeOn(one, network))
        ? {}
        : lostAnew(service, containers, network, networks)),
      steps: [first, ...rest],
      undo: [firstUndo, ...restUndo],
      verifyWith: verifyPart(params.part, deps),
      // It is cut off again then; that it runs is all that can be asked of it.
      undoVerifyWith: [{ probe: 'compose.containers', with: { part: params.part } }],
      verifyWithinMs: 120_000,
      stableForMs: 10_000,
      blast: { key: 'compose-connect-network', facts },
      undoBlast: { key: 'compose-connect-network-undo', facts },
      stepTimeoutMs: 20_000,
      objects: containers.length,
    };
  },

  async object(plan, context: Context) {
    const containers = await containersOf(plan, context);
    const object = objectOf(containers, context.deps.compose.project);
    // Nothing is reached on no network, so neither is what the bot stands on.
    const apart = containers.every((one) => one.networks.length === 0 && one.sharedNetwork === undefined);
    return { ...object, comparable: object.comparable || apart };
  },

  async applyStep(step, _plan, { deps, signal }: Context): Promise<Facts> {
    const { id, network, expected, aliases } = read(step);
    const now = await deps.compose.inspect(id, { signal });
    if (isDone(step, now)) return { already: true };
    mustHold(expected, factsNow(now, network));
    signal.throwIfAborted();
    if (step.kind === connecting) await deps.compose.connectNetwork(network, id, aliases, { signal });
    else await deps.compose.disconnectNetwork(network, id, { signal });
    return { networks: shown((await deps.compose.inspect(id, { signal })).networks) };
  },

  async observeStep(step, _plan, { deps, signal }: Context) {
    const { id, network, expected } = read(step);
    const now = await deps.compose.inspect(id, { signal });
    if (isDone(step, now)) return 'done';
    const seen = factsNow(now, network);
    return Object.keys(expected).every((key) => expected[key] === seen[key]) ? 'not-done' : 'unknown';
  },

  async mark(plan, context: Context) {
    return (await containersOf(plan, context)).map((item) => item.startedAt).join(' ');
  },

  /** Another signal than what was written: the list of the network. */
  async settled(plan, context: Context) {
    const { deps, signal } = context;
    const networks = await deps.compose.networks({ signal });
    const containers = await containersOf(plan, context);
    return plan.steps.every((step) => {
      const { id, network } = read(step);
      const one = containers.find((item) => item.id === id);
      const listed = networks
        .find((item) => item.id === network)
        ?.containers.includes(one?.name ?? step.target);
      const well = one?.state === 'running' && (one.health === undefined || one.health === 'healthy');
      return step.kind === connecting ? listed === true && well : listed !== true;
    });
  },

  standing: (plan, context: Context) =>
    standingIn(
      plan,
      Params.parse(plan.params),
      (one, step) => isOn(one, read(step).network) || one.networks.includes(String(plan.params.network)),
      context,
    ),
});

interface Network {
  readonly id: string;
  readonly name: string;
  /** As the Compose files call it. */
  readonly key?: string;
}

type Networks = Awaited<ReturnType<Context['deps']['compose']['networks']>>;

/** Then its Compose file names it, and whoever makes the container anew has it again. */
const wasMadeOn = ({ madeOn }: ComposeContainer, { id, name }: Network) => madeOn === name || madeOn === id;

/** What cannot be seen of the files is said, with the lines that are right in any case. */
function lostAnew(
  service: string,
  containers: readonly ComposeContainer[],
  { name, key }: Network,
  all: Networks,
): Pick<Plan, 'notes' | 'patch'> {
  const lost = { key: 'lost-network', facts: { service, network: name } };
  if (key === undefined) return { notes: [lost] };
  // A service whose networks are named is on no other one, not even on the default one.
  const on = new Set(containers.flatMap(({ networks }) => networks));
  const keys = all.flatMap((one) => (one.key !== undefined && on.has(one.name) ? [one.key] : []));
  return {
    notes: [lost, { key: 'lost-network-patch', facts: {} }],
    patch: [
      `# ${keptIn(containers)}`,
      'services:',
      `  ${JSON.stringify(service)}:`,
      '    networks:',
      ...[...new Set([...keys, key])].map((one) => `      ${JSON.stringify(one)}: {}`),
    ],
  };
}

/** The network that the others are on; a name alone may be that of several, or of somebody else's. */
async function sharedNetwork(
  name: string,
  networks: Networks,
  service: string,
  { deps, signal }: Context,
): Promise<Network> {
  const { compose } = deps;
  const [network, ...more] = networks.filter((one) => one.name === name);
  if (network === undefined || more.length > 0)
    throw refused('network-not-one', { network: name, found: more.length + (network === undefined ? 0 : 1) });
  if (network.project !== undefined && network.project !== compose.project)
    throw refused('network-of-another', { network: name, project: network.project });
  const others = (await compose.containers({ signal })).filter(
    (one) => one.state === 'running' && one.service !== service,
  );
  const on = others.filter((one) => network.containers.includes(one.name));
  if (on.length === 0 || on.length * 2 < others.length)
    throw refused('network-not-shared', { network: name, on: on.length, running: others.length });
  return network;
}

const isOn = ({ networkIds = [] }: ComposeContainer, network: string) => networkIds.includes(network);
const shown = (networks: readonly string[]): string => networks.toSorted().join(', ');

const factsNow = (now: ComposeContainer, network: string): Facts => ({
  container_id: now.id,
  image: now.image,
  networks: shown(now.networks),
  network_id: network,
});

/** Names that Compose gives, as far as the engine still knows them; its own id is made by the engine. */
function aliasesOf({ id, service, hosts = [] }: ComposeContainer): readonly string[] {
  return [...new Set([service, ...hosts.filter((host) => !id.startsWith(host))])].toSorted();
}

function stepOf(container: ComposeContainer, { id, name }: Network): PlanStep {
  return {
    kind: connecting,
    target: container.name,
    from: { networks: shown(container.networks) },
    to: { networks: shown([...container.networks, name]), names: aliasesOf(container).join(', ') },
    precondition: factsNow(container, id),
    // The engine refuses what is connected already.
    safety: 'idempotent',
  };
}

function undoOf(container: ComposeContainer, { id, name }: Network): PlanStep {
  const networks = [...container.networks, name];
  return {
    kind: disconnecting,
    target: container.name,
    from: { networks: shown(networks) },
    to: { networks: shown(container.networks) },
    precondition: factsNow({ ...container, networks }, id),
    safety: 'idempotent',
  };
}

function read({ precondition, to }: PlanStep) {
  const names = String(to.names ?? '');
  return {
    id: String(precondition.container_id),
    network: String(precondition.network_id),
    expected: precondition,
    aliases: names === '' ? [] : names.split(', '),
  };
}

function isDone(step: PlanStep, now: ComposeContainer): boolean {
  const { id, network } = read(step);
  return now.id === id && isOn(now, network) === (step.kind === connecting);
}

/** What the referee says of the platform while a fault is planted, beside what was planted and what was answered. */

import { glance } from '../../lab/referee/glance.ts';
import type { PartFinding } from '../../lab/referee/judge.ts';
import type { Endpoints, Fault, Lab, Names } from '../../lab/types.ts';
import type { Verdict } from '../../src/domain/diagnosis/judgement.ts';
import type { PartRow } from '../../src/domain/health/health.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { dependencies } from '../../src/domain/platform/dependencies.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import { certain } from './certain.ts';
import type { Product } from './product.ts';

/** The referee's word on each part. */
export type Truth = readonly PartFinding[];
/** `patience`: for how long it waits for each answer, in milliseconds. */
export type Referee = (patience?: number) => Promise<Truth>;

/** A look at the platform, whatever its names are. It shares no code with the product, and none with what plants. */
export function createReferee(lab: Lab): Referee {
  return async (patience) => {
    // A fault may have given a Service another address.
    const at = whereaboutsOf(await lab.endpoints(), lab.names);
    const seen = await glance(at, present({ patience }));
    return seen.filter(({ part }) => lab.names.parts.some((one) => one === part));
  };
}

/** Where the parts are, by the platform's own addresses, paths and names. */
export function whereaboutsOf(at: Endpoints, names: Names): Parameters<typeof glance>[0] {
  const { user, password, host, port } = at.postgres;
  const nats = new URL(at.nats.url);
  const neo4j = new URL(at.neo4j.url);
  const bases = {
    'agent-manager': at.agentManager,
    'orchestrator-service': at.orchestrator,
    'reasoning-service': at.reasoning,
  } as const;
  const listening = (Object.keys(bases) as (keyof typeof bases)[]).filter(
    (part) => names.parts.includes(part) && names.port(part) !== 0,
  );
  return {
    health: Object.fromEntries(
      listening.map((part) => [part, `${bases[part]}${names.path('/health/ready', part)}`]),
    ),
    postgres: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/postgres${names.tls ? '?sslmode=no-verify' : ''}`,
    redis: at.redis,
    nats: {
      ...{ host: nats.hostname, port: Number(nats.port) },
      monitors: (at.nats.servers ?? [at.nats]).map(({ monitorUrl }) => monitorUrl),
      login: { user: decodeURIComponent(nats.username), pass: decodeURIComponent(nats.password) },
    },
    tls: names.tls,
    ...present({
      agents:
        names.registers && listening.includes('agent-manager')
          ? `${at.agentManager}${names.path('/api/v1/agents')}`
          : undefined,
      agentClient: names.agentClient,
      neo4j: names.parts.includes('neo4j') ? { host: neo4j.hostname, port: Number(neo4j.port) } : undefined,
    }),
  };
}

/** Parts that cannot work while this is planted, whatever else is true. */
function brokenBy(id: string): readonly PartId[] {
  const [, part, way] = id.split('.');
  if (id.startsWith('part.')) return way === 'stopped' || way === 'paused' ? [part as PartId] : [];
  return ({ 'S2.c': ['collect-agent'], 'S7.c': ['neo4j'] } as const)[id] ?? [];
}

/** The part that a confirmed cause says is not there: the one that the answer names with it, or that was asked for. */
function saidToBeDown({ id, part }: SaidCause, asked: string): PartId | undefined {
  if (id === 'H2.a') return part ?? partIds.find((one) => asked === `H2 ${one}`);
  return ({ 'S2.c': 'collect-agent', 'S7.c': 'neo4j' } as const)[id];
}

/** The parts and all that stands on them. */
function standingOn(parts: readonly PartId[]): ReadonlySet<string> {
  const found = new Set<PartId>(parts);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const one of partIds) if (dependencies[one].some((below) => found.has(below))) found.add(one);
  }
  return found;
}

export const notWorking = (truth: Truth): readonly string[] =>
  truth.filter(({ works }) => works === false).map(({ part }) => part);

/** For whoever did not answer soon: the machine may have been busy. */
export const secondLook = 4_000;

/** Asks the referee; what contradicts the answer has to be seen a second time, with more patience. */
export async function compared(referee: Referee, ...known: Known): Promise<RefereeWord> {
  const truth = await referee();
  if (contradictions(truth, ...known).length === 0) return { truth, contradicted: [] };
  const again = await referee(secondLook);
  return { truth: again, contradicted: contradictions(again, ...known) };
}

/** What the referee says of the parts, and where that contradicts the answers or what was planted. */
export interface RefereeWord {
  /** Undefined: it was not asked. */
  readonly truth?: Truth;
  readonly contradicted: readonly string[];
}

/** What a trial is made on. */
export interface RefereedStage {
  readonly lab: Lab;
  readonly product: Product;
  /** Says what is true while it is planted, apart from the product and from what plants. */
  readonly referee?: Referee;
}

/** The word on several faults and what was answered to several questions, by what was asked. */
export const comparedAll = async (
  referee: Referee | undefined,
  planted: Known[0],
  answers: ReadonlyMap<string, { readonly causes: readonly SaidCause[] }>,
): Promise<RefereeWord> =>
  referee === undefined
    ? { contradicted: [] }
    : compared(
        referee,
        planted,
        [...answers].map(([asked, { causes }]) => ({ asked, causes })),
      );

/** A row of the health table, as far as somebody else can say whether it is so. */
type SaidOfPart = Pick<PartRow, 'part' | 'state'> & { readonly consequenceOf?: PartId | undefined };

/**
 * What the health table says for certain of parts, and is not so. An agent is up there until its last heartbeat is two
 * minutes old, which is no contradiction to one that is not connected now.
 */
export function tableContradictions(truth: Truth, rows: readonly SaidOfPart[]): readonly string[] {
  const wordOn = (part: PartId) => truth.find((one) => one.part === part);
  const saidDown = (part: PartId) => rows.some((one) => one.part === part && one.state === 'down');
  return rows.flatMap(({ part, state, consequenceOf: root }) => {
    const word = wordOn(part);
    const saw = `(${word?.saw})`;
    const isSilent = part === 'collect-agent';
    return [
      ...(state === 'up' && word?.works === false && !isSilent
        ? [certain(`the referee: ${part} does not work ${saw}, though it is called up`)]
        : []),
      ...(state === 'down' && word?.works === true
        ? [certain(`the referee: ${part} works ${saw}, though it is called down`)]
        : []),
      ...(root !== undefined && saidDown(root) && wordOn(root)?.works === true
        ? [certain(`the referee: ${root} works, though ${part} is ${state} because of it`)]
        : []),
    ];
  });
}

/** The table beside the referee's word; a contradiction has to be seen twice. */
export async function comparedTable(
  referee: Referee | undefined,
  rows: readonly SaidOfPart[],
): Promise<readonly string[]> {
  if (referee === undefined || tableContradictions(await referee(), rows).length === 0) return [];
  return tableContradictions(await referee(secondLook), rows);
}

interface SaidCause {
  readonly id: string;
  readonly verdict: Verdict;
  readonly part?: PartId;
}

type Known = readonly [
  /** All that is planted. */
  planted: readonly Pick<Fault, 'id'>[],
  /** `asked`: as a person types it, `H2 redis`. */
  answers: readonly { readonly asked: string; readonly causes: readonly SaidCause[] }[],
];

/**
 * Where faults, answers and referee contradict each other: a belief that fault and probe share shows here. `unknown` of
 * the referee contradicts nothing. What else a fault of a program brings about is not known before, so only parts that are
 * stopped or paused, and nothing else beside them, say which others may be down.
 */
function contradictions(truth: Truth, ...[planted, answers]: Known): readonly string[] {
  const broken = planted.flatMap(({ id }) => brokenBy(id));
  const partsAlone = planted.every(({ id }) => id.startsWith('part.') && brokenBy(id).length > 0);
  const wordOn = (part: string) => truth.find((one) => one.part === part);
  const working = (part: string) => wordOn(part)?.works === true;
  const may = standingOn(broken);
  return [
    ...broken
      .filter(working)
      .map((part) => `the referee: ${part} works (${wordOn(part)?.saw}), though its fault is planted`),
    ...answers.flatMap(({ asked, causes }) =>
      causes.flatMap((cause) => {
        if (cause.verdict !== 'confirmed') return [];
        const part = saidToBeDown(cause, asked);
        return part !== undefined && working(part)
          ? [certain(`the referee: ${part} works (${wordOn(part)?.saw}), though ${cause.id} is confirmed`)]
          : [];
      }),
    ),
    ...(partsAlone
      ? truth
          .filter(({ part, works }) => works === false && !may.has(part))
          .map(({ part, saw }) => `the referee: ${part} does not work (${saw}), and nobody planted that`)
      : []),
  ];
}

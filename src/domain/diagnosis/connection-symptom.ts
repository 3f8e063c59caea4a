import { type PartId, partIds, serviceIds } from '../platform/part.ts';
import { factsOf, type Platform } from '../platform/platform.ts';

/** What programs and people say of a connection that does not come about, or breaks. */
const trouble =
  /connect(?:ions?)?(?:\s+to\s+\S{3,60})?(?:\s+(?:was|is|got|are|were|gets?)(?:\s+being)?)?\s*[:-]?\s*(?:refused|timed[\s-]?out|time-?out|reset(?: by peer)?|aborted)|(?:connect )?ECONN(?:REFUSED|RESET|ABORTED)|(?:connect )?(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)|no route to host|(?:network|host) is unreachable|i\/o timeout|broken pipe|(?:can ?not|can['’]t|could not|failed to|unable to) connect(?: to)?|连接(?:被拒绝?|拒绝|超时|被重置|重置|失败|不上)|拒绝连接|无法连接|连不上/giu;

/** Words by which somebody names the other end. */
const words: readonly (readonly [RegExp, PartId])[] = [
  // A service says which store it does not reach, seldom the other way round.
  [/postgres(?:ql)?|\bpgx?\b/gi, 'postgres'],
  [/redis/gi, 'redis'],
  [/nats/gi, 'nats'],
  [/neo4j|\bbolt\b|(?:knowledge )?graph database|knowledge graph|知识图谱|图数据库|图谱库?/gi, 'neo4j'],
  // A graph database, or Redis, is one too.
  [/\bdatabase\b|数据库/gi, 'postgres'],
];

/** Its ports, the stores' first: a service says which store it does not reach, seldom the other way round. */
function portsOf(platform: Platform): readonly (readonly [RegExp, PartId])[] {
  const stores = partIds.filter((part) => !serviceIds.some((id) => id === part));
  return [...stores, ...serviceIds].flatMap((part) => {
    const { port, monitorPort } = factsOf(platform, part);
    const ports = [port, monitorPort].filter((one) => one !== undefined);
    return ports.length === 0 ? [] : [[new RegExp(`\\b(?:${ports.join('|')})\\b`, 'g'), part] as const];
  });
}

export interface ConnectionSymptom {
  /** The other end, where the text names it. */
  readonly part: PartId | undefined;
  /** Diagnoses that it may be, the likeliest first. */
  readonly ids: readonly string[];
  /** What the text says beside. */
  readonly rest: string;
}

/** Read a text as the error of a connection; undefined when it is not about a connection. */
export function connectionSymptom(
  text: string,
  named: PartId | undefined,
  suspects: Readonly<Record<PartId, readonly string[]>>,
  platform: Platform,
): ConnectionSymptom | undefined {
  const without = text.replace(trouble, ' ');
  if (without === text) return undefined;
  const others = [...portsOf(platform), ...words];
  const part = others.find(([name]) => text.search(name) >= 0)?.[1] ?? named;
  const rest = others.reduce((left, [name]) => left.replace(name, ' '), without);
  return { part, ids: suspects[part ?? 'runtime'], rest };
}

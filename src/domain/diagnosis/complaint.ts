import type { PartId } from '../platform/part.ts';
import type { Platform } from '../platform/platform.ts';
import { partsIn } from './part-words.ts';

/** A part, and what somebody complains of about it. */
export interface Complaint {
  readonly ids: readonly string[];
  readonly part: PartId;
  /** It starts a run; else the ids are offered. */
  readonly sure: boolean;
}

const reach =
  /\b(?:can ?not|can['’]?t|could not|couldn['’]?t|unable to|fails? to|failed to|does not|doesn['’]?t|no longer)\s+(?:reach|talk to|see|access|get (?:to|through to)|ping)\b|\b(?:has|have|gets?) no (?:connection|contact|route|access|way) (?:to|with)\b|访问不到|访问不了|连不上|连接不到|连接不上|连不到|ping ?不通|够不到|无法访问|无法连接/iu;
const start =
  /\b(?:(?:does|do|did|will|would|can) ?(?:not|n['’]t)|won['’]?t|cannot|can['’]?t|doesn['’]?t|fails? to|never|refuses to|unable to)\s+(?:start|starts|boot|come(?:s)? (?:back )?up|launch|run)\b|\bnot start(?:ing|ed)\b|起不来|没起来|启动不了|无法启动|启动失败|启动不起来|不能启动|拉不起来/iu;
/** What ends while it starts has not started. */
const endsAtStart =
  /\b(?:crash(?:es|ed|ing)?|dies|died|exits|exited|exiting|panics|panicked|fail(?:s|ed|ing)?)\s+(?:(?:right|just|immediately)\s+)?(?:at|on|during|in|after|while)\s+(?:(?:its|the)\s+)?(?:start(?:-?up|ing|ed)?|boot(?:ing|ed)?)\b|启动(?:的)?(?:时|阶段|过程|过程中|之后|后)?(?:就|便|立即|立刻|马上|直接)*(?:崩|挂|退出|闪退)/iu;
const ready =
  /\b(?:is|are|was|gets?|becomes?)?(?: ?still)? ?(?:not|n['’]t|never)(?: yet| becomes?| gets?)? ready\b|\bunready\b|未就绪|没有?就绪|不就绪/iu;
const down =
  /\b(?:is|are|was|went|has gone|goes|looks|seems)?\s*(?:down|dead|gone|offline|unreachable|unresponsive|broken|unavailable|killed|crashed|not (?:responding|answering|reachable|available|working))\b|\b(?:does not|doesn['’]?t|no longer) (?:respond|answer|reply|work)s?\b|\bno (?:connection|answer|response|reply|contact|access) (?:to|from|with|of)\b|挂了|宕机|宕了|没有?响应|不响应|不可用|无法访问|打不开|坏了|离线|没反应|被杀|崩了/iu;
const slow =
  /\b(?:slow(?! (?:query )?logs?\b)|sluggish|lag(?:s|gy|ging)?|takes? (?:too long|ages|forever)|slowly)\b|慢(?!日志|查询日志)|卡顿|很卡/iu;
const full = /\b(?:full|out of (?:memory|ram)|no memory|low on memory|oom)\b|内存|满了|爆了/iu;

const startOf: Readonly<Partial<Record<PartId, readonly string[]>>> = {
  'agent-manager': ['S1', 'K1', 'H2'],
  neo4j: ['S7'],
};
/** What a person sees of each part when it is gone: the way to it, but where it has a symptom of its own. */
const downOf = (part: PartId): readonly string[] =>
  part === 'neo4j' ? ['S7'] : part === 'collect-agent' ? ['S2', 'H2'] : ['H2'];
const slowOf: Readonly<Partial<Record<PartId, readonly string[]>>> = {
  postgres: ['D2'],
  nats: ['D4'],
  redis: ['D3', 'H2'],
};

/** Longer than this it is a story, and its words are weighed instead. */
const MOST_UNITS = 90;

/**
 * "X does not start", "X is down", "X is slow", "A cannot reach B"; undefined for what has no such form. What says that
 * a part is not there or not ready begins with the state of that part, and goes on by what is seen.
 */
export function complaintAbout(text: string, platform: Platform): Complaint | undefined {
  if (text.length > MOST_UNITS || text.includes('\n')) return undefined;
  const parts = partsIn(text, platform);
  const [first] = parts;
  if (first === undefined) return undefined;
  const distinct = new Set(parts.map(({ part }) => part));
  const between = reach.exec(text);
  if (between !== null && distinct.size === 2) {
    const to = parts.find(({ from }) => from >= between.index);
    if (to !== undefined && first.to <= between.index + between[0].length) {
      const { part } = to;
      if (part === 'neo4j') return { ids: ['S7', 'N1', 'H2'], part, sure: false };
      return { ids: ['N1', 'H2'], part, sure: true };
    }
  }
  if (distinct.size > 1) return undefined;
  const { part } = first;
  if (
    /\bpods?\b|\bcontainers?\b|容器|镜像|\bimages?\b/iu.test(text) &&
    (start.test(text) || ready.test(text))
  )
    return { ids: ['K1', 'H2'], part, sure: true };
  if (start.test(text) || endsAtStart.test(text))
    return { ids: startOf[part] ?? ['K1', 'H2'], part, sure: true };
  if (ready.test(text)) return { ids: part === 'neo4j' ? ['S7'] : ['K1', 'H2'], part, sure: true };
  if (part === 'redis' && full.test(text)) return { ids: ['D3'], part, sure: !/磁盘|\bdisk\b/i.test(text) };
  const asked = slow.test(text) ? slowOf[part] : undefined;
  if (asked !== undefined) return { ids: asked, part, sure: true };
  if (down.test(text)) return { ids: downOf(part), part, sure: true };
  return undefined;
}

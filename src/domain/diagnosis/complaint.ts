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

/** What is full is the number of those who are connected. */
const clients = /\b(?:max ?)?(?:clients?|connections?)\b|连接|客户端/iu;

/** What is slow is this, on its way through the part or in it. */
const through = /\b(?:events?|workflows?|steps?|executions?|heartbeats?)\b|事件|工作流|步骤|心跳/iu;

/** It is not said what is wrong. */
const odd =
  /\b(?:acts?|acting|behaves?|behaving|playing) (?:\w+ )?(?:strange|strangely|weird|weirdly|odd|oddly|funny|up)\b|\b(?:has|have|having|is having|gives?|makes?) (?:an? |some )?(?:problem|issue|trouble)s?\b|\b(?:problem|issue|trouble|wrong|off) (?:is )?(?:with|in)\b|\b(?:problem|issue|trouble)s with\b|有(?:点|些)?(?:问题|异常|毛病|故障)|出(?:了)?(?:问题|故障|毛病)|不太?对劲?|不太正常|抽风|怪怪的/iu;
/** What goes down or is broken is not the part, but something about it. */
const aboutIt =
  /\b(?:ratio|rate|hits?|count|number|usage|throughput|index(?:es)?|rows?|data)\b|命中率|索引|数据(?!库)|数量/iu;
const why = /\b(?:because|since|due to)\b|导致|因为|由于/iu;

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

/** Of a part that is slow in no way of its own, and of one that is somehow ill: what it may be, the likeliest first. */
const slowAsked: Readonly<Partial<Record<PartId, readonly string[]>>> = {
  'agent-manager': ['H2', 'S3', 'P1'],
  'orchestrator-service': ['H2', 'S4', 'P1'],
  'reasoning-service': ['H2', 'P1', 'S6'],
};
const oddAsked: Readonly<Partial<Record<PartId, readonly string[]>>> = {
  'agent-manager': ['H2', 'S1', 'S3'],
  'orchestrator-service': ['H2', 'S4', 'S5'],
  'reasoning-service': ['H2', 'S6', 'P2'],
  'collect-agent': ['S2', 'H2', 'N1'],
  postgres: ['H2', 'D2', 'D1'],
  redis: ['H2', 'D3', 'T1'],
  nats: ['H2', 'D4', 'N1'],
  neo4j: ['S7', 'N1', 'H2'],
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
      // Who ends at its start for that has not started.
      if (first.part === 'agent-manager' && /\b(?:start|boot|launch|init)\w*|启动/iu.test(text))
        return { ids: ['S1', 'N1', 'H2'], part: first.part, sure: false };
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
  if (start.test(text) || (endsAtStart.test(text) && !(why.test(text) && startOf[part] === undefined)))
    return { ids: startOf[part] ?? ['K1', 'H2'], part, sure: true };
  if (ready.test(text)) return { ids: part === 'neo4j' ? ['S7'] : ['K1', 'H2'], part, sure: true };
  if (part === 'redis' && full.test(text) && !clients.test(text))
    return { ids: ['D3'], part, sure: !/磁盘|\bdisk\b/i.test(text) };
  const asked = slow.test(text) && !through.test(text) ? slowOf[part] : undefined;
  if (asked !== undefined) return { ids: asked, part, sure: true };
  if (down.test(text) && !aboutIt.test(text)) return { ids: downOf(part), part, sure: true };
  const perhaps =
    slow.test(text) && !through.test(text) ? slowAsked[part] : odd.test(text) ? oddAsked[part] : undefined;
  return perhaps && { ids: perhaps, part, sure: false };
}

import { type PartId, partIds } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import { factsOf, type Platform } from '../../domain/platform/platform.ts';

const healthyWords = new Set([
  'ok',
  'healthy',
  'alive',
  'ready',
  'up',
  'pass',
  'true',
  'connected',
  'running',
]);
/** What else a service calls a dependency of which it does not say that it fails ("disabled", "skipped") is not known. */
const unhealthyWords =
  /^(?:down|unhealthy|error|err|fail(?:ed|ing|ure)?|ko|dead|critical|unavailable|unreachable|disconnected|not[ _-](?:connected|available|ready|reachable|healthy|ok)|refused|time[ _-]?(?:d[ _-])?out|false|broken|lost)\b/i;
/** Those that count as healthy for the service itself (R-PLAT9). */
const serviceWords = new Set(['ok', 'healthy', 'alive', 'ready', 'up']);
const longestWord = 32;

/**
 * The health word of a body: `status` (or `health`, `state`) of a JSON object, or a short plain text.
 * No word at all counts as healthy: then the HTTP status decides.
 */
export function healthWord(body: string): { readonly healthy: boolean; readonly text?: string } {
  const text = wordOf(body);
  if (text === undefined) return { healthy: true };
  return { healthy: serviceWords.has(text.toLowerCase()), text };
}

function wordOf(body: string): string | undefined {
  const value = parse(body);
  if (typeof value === 'string' && value !== '' && value.length <= longestWord && !/[<>\n]/.test(value))
    return value;
  if (!isRecord(value)) return undefined;
  for (const key of ['status', 'health', 'state']) {
    const word = value[key];
    if (typeof word === 'string' && word.length <= longestWord) return word;
    if (typeof word === 'boolean') return word ? 'ok' : 'unhealthy';
  }
  return undefined;
}

const containers = ['dependencies', 'checks', 'components', 'details', 'services'];
const partReportedAs = (name: string, platform: Platform): PartId | undefined =>
  partIds.find((part) =>
    factsOf(platform, part).reportedAs.includes(name.toLowerCase().replaceAll('_', '-')),
  );

/**
 * What a service says of the parts it needs, as `dependency.<part>`: `up` or `down`; and `measured.<part>` where it
 * shows a figure of its check. Understands the usual forms: `{dependencies: {postgres: {status: "up", latency_ms: 2}}}`,
 * `{checks: {database: "ok"}}`, `[{name, status}]`.
 */
export function dependencyFacts(body: string, platform: Platform): Record<string, string | true> {
  const value = parse(body);
  const facts: Record<string, string | true> = {};
  if (!isRecord(value)) return facts;
  for (const container of containers) {
    const inner = value[container];
    const entries: (readonly [string, unknown])[] = Array.isArray(inner)
      ? inner.filter(isRecord).map((item) => [String(item.name ?? item.component ?? ''), item] as const)
      : isRecord(inner)
        ? Object.entries(inner)
        : [];
    for (const [name, state] of entries) {
      const part = partReportedAs(name, platform) ?? partNamed(name, platform);
      const word = stateOf(state);
      if (part === undefined || word === undefined) continue;
      facts[`dependency.${part}`] = word;
      if (isMeasured(state)) facts[`measured.${part}`] = true;
    }
  }
  const blamed = blamedIn(value, platform);
  if (blamed !== undefined) facts[`dependency.${blamed}`] ??= 'down';
  return facts;
}

/** Fields in which a service gives the reason for its bad health. */
const reasons = ['reason', 'error', 'message', 'detail'];
const failing =
  /\b(?:unavailable|unreachable|unhealthy|down|disconnected|not (?:connected|available|ready|reachable)|refused|failed)\b/i;

/** The part of which a reason says that it fails: "database unavailable". */
function blamedIn(value: Record<string, unknown>, platform: Platform): PartId | undefined {
  const reason = reasons.map((name) => value[name]).find((one) => typeof one === 'string');
  if (typeof reason !== 'string' || !failing.test(reason)) return undefined;
  const words = reason.split(/[^\w-]+/).filter((word) => word !== '');
  const named = words.map((word) => partReportedAs(word, platform) ?? partNamed(word, platform));
  return named.find((part) => part !== undefined && part !== 'runtime');
}

function stateOf(state: unknown): 'up' | 'down' | undefined {
  if (typeof state === 'boolean') return state ? 'up' : 'down';
  if (typeof state === 'string') {
    const word = state.trim().toLowerCase();
    return healthyWords.has(word) ? 'up' : unhealthyWords.test(word) ? 'down' : undefined;
  }
  if (!isRecord(state)) return undefined;
  for (const key of ['status', 'state', 'health', 'healthy', 'ok']) {
    const inner = state[key];
    if (typeof inner === 'string' || typeof inner === 'boolean') return stateOf(inner);
  }
  return undefined;
}

/** Names of a figure that a program has only when it has tried: how long it took, or when it was. */
const ofCheck =
  /latency|duration|elapsed|response_?time|(?:^|_)rtt|took|_ms$|Ms$|millis|check(?:ed)?_?at|last_?(?:check|ping|seen|success)|timestamp/i;

function isMeasured(state: unknown): boolean {
  if (!isRecord(state)) return false;
  return Object.entries(state).some(
    ([name, value]) =>
      ofCheck.test(name) && (typeof value === 'number' || (typeof value === 'string' && value !== '')),
  );
}

function parse(body: string): unknown {
  const text = body.trim();
  if (!/^[{["]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened, withoutColours } from '../../domain/kernel/text.ts';
import type { ServiceId } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { HttpAnswer, ServiceTarget } from '../../domain/probe/targets/http.ts';
import { dependencyFacts, healthWord } from './health-body.ts';

export type Get = (path: string, timeoutMs?: number) => Promise<HttpAnswer>;

interface Answered {
  readonly path: string;
  readonly answer: HttpAnswer;
}

/** Characters of a body that are shown. */
const LONGEST_BODY = 300;

/** `/live` of `/health/live`: health paths may have something of their own before it. */
const lastStep = (path: string) => path.slice(path.lastIndexOf('/'));
/** A path that only says the process runs; it cannot tell that a dependency is gone. */
export const isLiveness = (path: string, { paths }: ServiceTarget) => path.endsWith(lastStep(paths.live));
/** Always 200, even when it lists failures. */
const isStatus = (path: string, { paths }: ServiceTarget) => path.endsWith(lastStep(paths.status));

/** The first path that is not 404; a mere liveness path is passed over when one that knows more answers too. */
export async function firstAnswer(target: ServiceTarget, get: Get): Promise<Answered | undefined> {
  let lively: Answered | undefined;
  for (const path of target.healthPaths) {
    if (lively !== undefined && isStatus(path, target)) continue;
    const answer = await get(path);
    if (answer.status === 404) continue;
    if (!isLiveness(path, target)) return { path, answer };
    lively ??= { path, answer };
  }
  return lively;
}

/** What it says of its dependencies on the path for that; its absence or failure means nothing. */
export const dependenciesSaid = (
  { paths }: ServiceTarget,
  get: Get,
  platform: Platform,
): Promise<Readonly<Record<string, string | true>>> =>
  get(paths.status, 3_000).then(
    (answer) => (answer.status < 500 ? dependencyFacts(answer.text(), platform) : {}),
    () => ({}),
  );

/** The parts that it says are down, for its finding; what it calls by its own name is no other part. */
export function blamedOf(named: Facts, service: ServiceId): { readonly dependencies?: string } {
  const down = Object.entries(named).flatMap(([name, state]) => {
    const part = name.replace('dependency.', '');
    return state === 'down' && part !== service ? [part] : [];
  });
  return down.length === 0 ? {} : { dependencies: down.join(', ') };
}

/** What an answer of a health path comes to: its facts, and what its finding says where it is not healthy. */
export async function judged(
  { path, answer }: Answered,
  service: ServiceId,
  platform: Platform,
  dependencies: ReturnType<typeof dependenciesSaid>,
): Promise<{ readonly facts: Facts; readonly unhealthy?: Pick<Finding, 'facts' | 'excerpts'> }> {
  if (answer.status === 401 || answer.status === 403)
    throw new TargetError('forbidden', 'the health path wants credentials', {
      facts: { verb: 'GET', resource: path, status: answer.status },
    });
  const word = healthWord(answer.text());
  const seen = { path, httpStatus: answer.status, ...present({ word: word.text }) };
  const named = { ...dependencyFacts(answer.text(), platform), ...(await dependencies) };
  const facts = { ...seen, ...named };
  if (answer.status >= 200 && answer.status <= 299 && word.healthy) return { facts };
  const said = bodyLine(answer.text());
  const excerpts = said === undefined ? undefined : [{ source: `GET ${path}`, lines: [said] }];
  return {
    facts,
    unhealthy: { facts: { ...seen, ...blamedOf(named, service) }, ...present({ excerpts }) },
  };
}

/** What an unhealthy body says, in one line; undefined for an empty body, and for a page made for browsers. */
function bodyLine(body: string): string | undefined {
  const line = withoutColours(body).trim().replace(/\s+/g, ' ');
  return line === '' || line.startsWith('<') ? undefined : shortened(line, LONGEST_BODY);
}

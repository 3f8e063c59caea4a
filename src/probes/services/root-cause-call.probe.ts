import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { cutToUnits, shortened } from '../../domain/kernel/text.ts';
import { factsOf } from '../../domain/platform/platform.ts';
import { guide } from '../../domain/platform/table.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe, type ProbeContext, type ProbeResult } from '../../domain/probe/probe.ts';
import type { HttpAnswer, ServicesTarget } from '../../domain/probe/targets/http.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { hostOf } from '../support/own-address.ts';

const EVENT = { reason: 'OOMKilled', severity: 'high', message: 'container exceeded its memory limit' };

/**
 * A small request in both known forms at once, since each ignores the fields of the other: the guide's, and that of
 * the service's own types (`request_id`, `analysis_type`, `context`). The analysis keeps nothing of it.
 */
const REQUEST = {
  ...{ cluster_id: 'aetherius-bot-check', events: [EVENT] },
  ...{ request_id: 'aetherius-bot-check', analysis_type: 'root_cause', context: { event: EVENT } },
};

/** The last is the Bolt driver's word for an address (`neo4j.addressing`, Python), where no name says what is there. */
const ofGraph = /neo4j|\bbolt\b|knowledge.graph|ResolvedIPv[46]Address/i;

/** Each is given an analysis to do; of more, the answer says that not all were asked. */
const mostReplicas = 8;

type Deps = Pick<With<'services'>, 'services' | 'runtime' | 'platform'>;

export const servicesRootCauseCall = defineProbe({
  id: 'services.root-cause-call',
  doc: `Does root-cause analysis answer?

Sends one real, small request to \`POST ${guide.paths.rootCause}\` and checks the answer.
A status from 500 on is the symptom, and so is an answer that says \`"status": "failed"\`.
The error text distinguishes a model that cannot be loaded, and a graph that cannot be reached, from other failures.
Through a Service of Kubernetes one replica answers. Where several are ready, each is asked at its own address as well: one without its model fails a part of all analyses.
Where the service refuses the request itself (a status from 300 to 499), no analysis ran and the answer is inconclusive.`,
  params: z.strictObject({}),
  part: 'reasoning-service',
  needs: ['services'],
  givesWork: true,
  timeoutMs: 15_000,
  emits: [
    'ROOT_CAUSE_FAILS',
    'ROOT_CAUSE_MODEL_ERROR',
    'ROOT_CAUSE_GRAPH_UNAVAILABLE',
    'ROOT_CAUSE_FAILS_IN_SOME',
  ],
  async run(_params, { deps, signal }: ProbeContext<Deps>) {
    const { services } = deps;
    const service = services.find('reasoning-service');
    if (service === undefined) return { status: 'skipped', reason: 'not-configured' };
    const ask = async (url: string) =>
      outcomeOf(await answerOf(services, `${url}${service.paths.rootCause}`, signal));
    const outcome = await ask(service.url);
    if (outcome.status !== 'healthy') return outcome;
    const replicas = await readyInstances(deps, signal);
    // The only one there is has answered.
    if (replicas.length < 2) return outcome;
    const { protocol } = new URL(service.url);
    const { port } = factsOf(deps.platform, 'reasoning-service');
    const each = await Promise.all(
      replicas.map(async (instance, at) => {
        const host = at < mostReplicas ? hostOf(instance, port) : undefined;
        const said = host === undefined ? undefined : await ask(`${protocol}//${host}`).catch(unreached);
        return { name: instance.name, said };
      }),
    );
    const failing = each.filter(({ said }) => said?.status === 'unhealthy');
    const [first] = failing;
    if (first?.said?.status === 'unhealthy')
      return { ...first.said, findings: [...first.said.findings, inSome(failing, each.length)] };
    const unasked = each.filter(({ said }) => said?.status !== 'healthy').length;
    if (unasked === 0) return { ...outcome, facts: { ...outcome.facts, instances: each.length } };
    const facts = { reason: 'replicas-not-asked', unasked, instances: each.length };
    return {
      status: 'inconclusive',
      cause: new AppError('DEPENDENCY_UNAVAILABLE', 'not every replica could be asked', { facts }),
    };
  },
});

/** Undefined: the service closed the connection before an answer. */
async function answerOf(
  services: ServicesTarget,
  url: string,
  signal: AbortSignal,
): Promise<HttpAnswer | undefined> {
  try {
    return await services.request(url, {
      method: 'POST',
      body: JSON.stringify(REQUEST),
      headers: { 'content-type': 'application/json' },
      timeoutMs: 12_000,
      signal,
    });
  } catch (error) {
    if (error instanceof TargetError && error.stage === 'closed') return undefined;
    throw error;
  }
}

/** What the Service leads to; none where nothing tells, or where each has no address of its own. */
async function readyInstances(deps: Deps, signal: AbortSignal): Promise<readonly Instance[]> {
  if (deps.runtime?.kind !== 'kubernetes') return [];
  const instances = await deps.runtime.instances('reasoning-service', { signal }).catch(unreached);
  return instances?.filter(({ ready }) => ready) ?? [];
}

/** Who cannot be reached has said nothing. */
function unreached(error: unknown): undefined {
  if (error instanceof TargetError && error.stage !== 'aborted') return undefined;
  throw error;
}

const about = { part: 'reasoning-service', subject: 'root-cause analysis' } as const;

const inSome = (failing: readonly { readonly name: string }[], asked: number): Finding => ({
  ...{ code: 'ROOT_CAUSE_FAILS_IN_SOME', severity: 'warning', ...about },
  facts: { failing: failing.length, asked, pods: failing.map(({ name }) => name).join(', ') },
});

function outcomeOf(answer: HttpAnswer | undefined): ProbeResult {
  const finding = (code: FindingCode, facts: Facts): Finding => ({
    code,
    severity: 'critical',
    ...about,
    facts,
  });
  if (answer === undefined) {
    const error = 'the connection was closed before an answer';
    return {
      status: 'unhealthy',
      findings: [finding('ROOT_CAUSE_FAILS', { status: null, latencyMs: null, error })],
    };
  }
  const body = cutToUnits(answer.text(), 2_000);
  const facts = { status: answer.status, latencyMs: Math.round(answer.latencyMs) };
  const failed = (code: FindingCode, error: string) => finding(code, { ...facts, error });
  if (answer.status >= 300 && answer.status < 500) {
    const refused = { ...facts, reason: 'analysis-refused', error: errorText(body) };
    const cause = new AppError('DEPENDENCY_UNAVAILABLE', 'the analysis refuses our request', {
      facts: refused,
    });
    return { status: 'inconclusive', cause, facts };
  }
  if (answer.status >= 500 || saysFailed(body)) {
    const error = errorText(body);
    const graph = ofGraph.test(error);
    const model = !graph && /model|joblib|sklearn|pickle|No such file|unpickl/i.test(error);
    return {
      status: 'unhealthy',
      facts,
      findings: [
        failed('ROOT_CAUSE_FAILS', error),
        ...(model ? [failed('ROOT_CAUSE_MODEL_ERROR', error)] : []),
        ...(graph
          ? [{ ...failed('ROOT_CAUSE_GRAPH_UNAVAILABLE', error), severity: 'warning' as const }]
          : []),
      ],
    };
  }
  if (answer.status === 200 && /"knowledge_graph"\s*:\s*"unavailable"/.test(body)) {
    return {
      status: 'unhealthy',
      facts,
      findings: [{ ...failed('ROOT_CAUSE_GRAPH_UNAVAILABLE', ''), severity: 'warning' }],
    };
  }
  return { status: 'healthy', facts };
}

/** The service answers 200 also for an analysis that failed. */
function saysFailed(body: string): boolean {
  try {
    return z.object({ status: z.literal('failed') }).safeParse(JSON.parse(body)).success;
  } catch {
    return false;
  }
}

function errorText(body: string): string {
  try {
    const parsed = z.object({ error: z.string() }).safeParse(JSON.parse(body));
    return shortened(parsed.success ? parsed.data.error : body, 240);
  } catch {
    return shortened(body, 240);
  }
}

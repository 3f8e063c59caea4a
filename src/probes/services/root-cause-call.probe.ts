import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { cutToUnits, shortened } from '../../domain/kernel/text.ts';
import { guide } from '../../domain/platform/table.ts';
import type { FindingCode } from '../../domain/probe/findings.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

const EVENT = { reason: 'OOMKilled', severity: 'high', message: 'container exceeded its memory limit' };

/**
 * A small request in both known forms at once, since each ignores the fields of the other: the guide's, and that of
 * the service's own types (`request_id`, `analysis_type`, `context`). The analysis keeps nothing of it.
 */
const REQUEST = {
  ...{ cluster_id: 'aetherius-bot-check', events: [EVENT] },
  ...{ request_id: 'aetherius-bot-check', analysis_type: 'root_cause', context: { event: EVENT } },
};

export const servicesRootCauseCall = defineProbe({
  id: 'services.root-cause-call',
  doc: `Does root-cause analysis answer?

Sends one real, small request to \`POST ${guide.paths.rootCause}\` and checks the answer.
A status from 500 on is the symptom, and so is an answer that says \`"status": "failed"\`.
The error text distinguishes a model that cannot be loaded, and a graph that cannot be reached, from other failures.
Where the service refuses the request itself (a status from 300 to 499), no analysis ran and the answer is inconclusive.`,
  params: z.strictObject({}),
  part: 'reasoning-service',
  needs: ['services'],
  givesWork: true,
  timeoutMs: 15_000,
  emits: ['ROOT_CAUSE_FAILS', 'ROOT_CAUSE_MODEL_ERROR', 'ROOT_CAUSE_GRAPH_UNAVAILABLE'],
  async run(_params, { deps, signal }) {
    const { services } = deps as With<'services'>;
    const service = services.find('reasoning-service');
    if (service === undefined) return { status: 'skipped', reason: 'not-configured' };
    const answer = await services
      .request(`${service.url}${service.paths.rootCause}`, {
        method: 'POST',
        body: JSON.stringify(REQUEST),
        headers: { 'content-type': 'application/json' },
        timeoutMs: 12_000,
        signal,
      })
      .catch((error: unknown) => {
        if (error instanceof TargetError && error.stage === 'closed') return undefined;
        throw error;
      });
    if (answer === undefined) {
      return {
        status: 'unhealthy',
        findings: [
          {
            code: 'ROOT_CAUSE_FAILS',
            severity: 'critical',
            part: 'reasoning-service',
            subject: 'root-cause analysis',
            facts: { status: null, latencyMs: null, error: 'the connection was closed before an answer' },
          },
        ],
      };
    }
    const body = cutToUnits(answer.text(), 2_000);
    const facts = { status: answer.status, latencyMs: Math.round(answer.latencyMs) };
    const finding = (code: FindingCode, error: string) =>
      ({
        code,
        severity: 'critical',
        part: 'reasoning-service',
        subject: 'root-cause analysis',
        facts: { ...facts, error },
      }) as const;
    if (answer.status >= 300 && answer.status < 500) {
      const refused = { ...facts, reason: 'analysis-refused', error: errorText(body) };
      const cause = new AppError('DEPENDENCY_UNAVAILABLE', 'the analysis refuses our request', {
        facts: refused,
      });
      return { status: 'inconclusive', cause, facts };
    }
    if (answer.status >= 500 || saysFailed(body)) {
      const error = errorText(body);
      const graph = /neo4j|\bbolt\b|knowledge.graph/i.test(error);
      const model = !graph && /model|joblib|sklearn|pickle|No such file|unpickl/i.test(error);
      return {
        status: 'unhealthy',
        facts,
        findings: [
          finding('ROOT_CAUSE_FAILS', error),
          ...(model ? [finding('ROOT_CAUSE_MODEL_ERROR', error)] : []),
          ...(graph
            ? [{ ...finding('ROOT_CAUSE_GRAPH_UNAVAILABLE', error), severity: 'warning' as const }]
            : []),
        ],
      };
    }
    if (answer.status === 200 && /"knowledge_graph"\s*:\s*"unavailable"/.test(body)) {
      return {
        status: 'unhealthy',
        facts,
        findings: [{ ...finding('ROOT_CAUSE_GRAPH_UNAVAILABLE', ''), severity: 'warning' }],
      };
    }
    return { status: 'healthy', facts };
  },
});

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

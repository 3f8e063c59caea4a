import { z } from 'zod';
import { valueOf } from '../../domain/config-layers.ts';
import { AppError } from '../../domain/errors.ts';
import type { PartId } from '../../domain/part.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { partConfig } from '../support/config.ts';

const KEY = 'nats.subjects.registration';
/** What both programs use when nobody says otherwise (guide, "Agent 无法注册"). */
const DEFAULT = 'aetherius.agent.{cluster_id}.register';

/** `{cluster_id}`, `*` and `<cluster>` all stand for one token. */
function normal(subject: string): string {
  return subject
    .split('.')
    .map((token) => (/^(\{.*\}|<.*>|\*|\$\{.*\})$/.test(token) ? '*' : token))
    .join('.');
}

export const runtimeRegistrationSubjects = defineProbe({
  id: 'runtime.registration-subjects',
  doc: `Do agent-manager and the collect agents use the same NATS subject for registration?

Reads \`${KEY}\` from the configuration of both (flag, environment, file, default) and compares the two; placeholders
such as \`{cluster_id}\` count as equal.`,
  params: z.strictObject({}),
  part: 'collect-agent',
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['REGISTRATION_SUBJECTS_DIFFER'],
  async run(_params, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const subjectOf = async (part: PartId) => {
      const config = await partConfig(deps.runtime, part, signal);
      if (config === undefined)
        throw new AppError('NOT_FOUND', 'configuration cannot be read', { facts: { part } });
      const found = valueOf(config.sources, KEY);
      return {
        subject: found?.value ?? DEFAULT,
        layer: found?.layer ?? 'default',
        container: config.instance.name,
      };
    };
    const [manager, agent] = await Promise.all([subjectOf('agent-manager'), subjectOf('collect-agent')]);
    const facts = {
      managerSubject: manager.subject,
      managerLayer: manager.layer,
      agentSubject: agent.subject,
      agentLayer: agent.layer,
    };
    if (normal(manager.subject) === normal(agent.subject)) return { status: 'healthy', facts };
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'REGISTRATION_SUBJECTS_DIFFER',
          severity: 'critical',
          part: 'collect-agent',
          subject: KEY,
          facts,
        },
      ],
    };
  },
});

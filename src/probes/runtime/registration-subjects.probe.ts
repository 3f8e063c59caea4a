import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ConfiguredId } from '../../domain/platform/part.ts';
import { factOf, mayDecide, observed, sourcedFacts } from '../../domain/platform/source.ts';
import { guide } from '../../domain/platform/table.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { partConfig, seenValue } from '../support/config.ts';
import { clientsOnBus } from '../support/nats-clients.ts';
import { covers, mayCover, withoutPlaceholders } from '../support/nats-subjects.ts';
import { wrongSide } from '../support/wrong-subject.ts';

type Deps = With<'runtime'> & Pick<Targets, 'nats'>;

export const runtimeRegistrationSubjects = defineProbe({
  id: 'runtime.registration-subjects',
  doc: `Do agent-manager and the collect agents use the same NATS subject for registration?

Reads \`${guide.keys['nats.subjects.registration']}\` from the configuration of both (flag, environment, file, default).
Checks whether the subject that agent-manager subscribes to covers the one that the agent publishes on.
Where a side shows no subject, the answer stays open: the default of its program is unknown.
Placeholders such as \`{cluster_id}\` or \`$(CLUSTER_ID)\` stand for one token, as \`*\` does.
It cannot see whether a placeholder of the agent becomes the value that agent-manager expects.
Where they differ, the monitor of NATS tells what both listen to besides, and so which side is the odd one.`,
  params: z.strictObject({}),
  part: 'collect-agent',
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['REGISTRATION_SUBJECTS_DIFFER'],
  async run(_params, { deps, signal }: { deps: Deps; signal: AbortSignal }) {
    const { platform } = deps;
    const key = platform.keys['nats.subjects.registration'];
    const subjectOf = async (part: ConfiguredId) => {
      const config = await partConfig(deps, part, signal, [key]);
      if (config === undefined)
        throw new AppError('NOT_FOUND', 'configuration cannot be read', { facts: { part } });
      const found = seenValue(config, key);
      return {
        subject: found === undefined ? factOf(platform, 'subjects', 'registration') : observed(found.value),
        layer: found?.layer ?? 'default',
        container: config.instance.name,
      };
    };
    const [manager, agent] = await Promise.all([subjectOf('agent-manager'), subjectOf('collect-agent')]);
    const facts = {
      ...sourcedFacts({ managerSubject: manager.subject, agentSubject: agent.subject }),
      managerLayer: manager.layer,
      agentLayer: agent.layer,
    };
    if (!mayDecide(manager.subject, agent.subject))
      throw new AppError('NOT_FOUND', 'a subject is neither configured nor seen', {
        facts: { reason: 'value-only-documented', key, value: platform.subjects.registration, ...facts },
      });
    const [listened, published] = [manager.subject.value, agent.subject.value].map(withoutPlaceholders) as [
      string,
      string,
    ];
    if (covers(listened, published)) return { status: 'healthy', facts };
    if (mayCover(listened, published))
      throw new AppError('NOT_FOUND', 'the value of the agent’s placeholder cannot be seen', {
        facts: { reason: 'subject-placeholder', ...facts },
      });
    const wrong = await wrongOf(manager.subject.value, agent.subject.value, deps, signal);
    return {
      status: 'unhealthy',
      findings: [
        {
          code: 'REGISTRATION_SUBJECTS_DIFFER',
          severity: 'critical',
          part: 'collect-agent',
          subject: key,
          facts: { ...facts, ...present({ wrong }) },
        },
      ],
    };
  },
});

/** Undefined where nothing shows it, or NATS cannot be asked: that the subjects differ is known without it. */
async function wrongOf(
  manager: string,
  agent: string,
  { nats, platform }: Deps,
  signal: AbortSignal,
): Promise<ConfiguredId | undefined> {
  if (nats === undefined || !nats.hasMonitor) return undefined;
  const clients = await clientsOnBus(nats, signal).catch(() => {
    signal.throwIfAborted();
    return [];
  });
  return wrongSide({ 'agent-manager': manager, 'collect-agent': agent }, clients, platform);
}

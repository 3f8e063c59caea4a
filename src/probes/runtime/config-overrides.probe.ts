import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { ellipsis, shortened } from '../../domain/kernel/text.ts';
import { configuredIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { partConfig } from '../support/config.ts';
import { type LayeredValue, overridden, undecided } from '../support/config-layers.ts';

const secretKey = /pass|secret|token|key$/i;

export const runtimeConfigOverrides = defineProbe({
  id: 'runtime.config-overrides',
  doc: `Does a flag or an environment variable override the configuration file?

Compares the layers of a part key by key: flag, then environment, then file.
Names each key of the file that has no effect, with the layer that overrides it.
For a variable it also names the ConfigMap or Secret and the key that sets it.
Values of Secrets and of secret keys are never shown.
Where it cannot read a ConfigMap or Secret of the environment, it is inconclusive about the keys that this may set.`,
  params: z.strictObject({
    part: z.enum(configuredIds).default('agent-manager').describe('The part to check.'),
  }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['CONFIG_OVERRIDDEN'],
  async run({ part }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const config = await partConfig(deps, part, signal);
    if (config === undefined) return { status: 'skipped', reason: 'no-data' };
    const findings = overridden(config.sources).map((value): Finding => {
      const shown = (text: string) => (secretKey.test(value.key) ? '[secret]' : shortened(text, 80));
      return {
        code: 'CONFIG_OVERRIDDEN',
        severity: 'warning',
        part,
        subject: value.key,
        facts: {
          key: value.key,
          layer: value.layer,
          name: nameOf(value),
          configMap: value.from?.kind === 'ConfigMap' ? value.from.name : null,
          value: shown(value.value),
          fileValue: shown(value.fileValue ?? ''),
          instance: config.instance.name,
        },
      };
    });
    const [first, ...more] = findings;
    const unseen = undecided(config.sources);
    const facts = {
      from: config.from,
      instance: config.instance.name,
      overridden: findings.length,
      ...(unseen.length === 0 ? {} : { undecided: unseen.length, keys: keysOf(unseen) }),
    };
    if (first !== undefined) return { status: 'unhealthy', facts, findings: [first, ...more] };
    const [blind] = unseen;
    return blind === undefined
      ? { status: 'healthy', facts }
      : { status: 'inconclusive', cause: whyBlind(blind.unread, unseen), facts };
  },
});

function keysOf(values: readonly LayeredValue[]): string {
  const shown = values.slice(0, 5).map(({ key }) => key);
  return [...shown, ...(values.length > shown.length ? [ellipsis] : [])].join(', ');
}

/** Of a refusal: for which keys it matters. Whoever has edited another one need not care. */
function whyBlind(unread: Error, unseen: ReturnType<typeof undecided>): Error {
  if (!(unread instanceof TargetError) || unread.stage !== 'forbidden') return unread;
  const same = unseen.filter((value) => value.unread === unread);
  return new AppError('DEPENDENCY_UNAVAILABLE', 'a source that may override the file cannot be read', {
    facts: { ...unread.facts, reason: 'override-unread', keys: keysOf(same) },
    cause: unread,
  });
}

/** The flag or variable, with what gives it. */
function nameOf({ name, from }: LayeredValue): string {
  return from === undefined ? name : `${name} (${from.kind} ${from.name}/${from.key})`;
}

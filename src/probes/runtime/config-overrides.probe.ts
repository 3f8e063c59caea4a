import { z } from 'zod';
import { overridden } from '../../domain/config-layers.ts';
import type { Finding } from '../../domain/finding.ts';
import { defineProbe } from '../../domain/probe.ts';
import type { With } from '../../domain/targets.ts';
import { partConfig } from '../support/config.ts';

const configured = ['agent-manager', 'orchestrator-service', 'reasoning-service', 'collect-agent'] as const;
const secretKey = /pass|secret|token|key$/i;

export const runtimeConfigOverrides = defineProbe({
  id: 'runtime.config-overrides',
  doc: `Does a flag or an environment variable win over the configuration file?

Compares the layers (flag, then environment, then file) of a part key by key and names each key of the file that has no
effect, with the layer that wins. Values of secret keys are never shown.`,
  params: z.strictObject({
    part: z.enum(configured).default('agent-manager').describe('The part to look at.'),
  }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['CONFIG_OVERRIDDEN'],
  async run({ part }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const config = await partConfig(deps.runtime, part, signal);
    if (config === undefined) return { status: 'skipped', reason: 'no-data' };
    const findings = overridden(config.sources).map((value): Finding => {
      const shown = (text: string) => (secretKey.test(value.key) ? '[secret]' : text.slice(0, 80));
      return {
        code: 'CONFIG_OVERRIDDEN',
        severity: 'warning',
        part,
        subject: value.key,
        facts: {
          key: value.key,
          layer: value.layer,
          name: value.name,
          value: shown(value.value),
          fileValue: shown(value.fileValue ?? ''),
          instance: config.instance.name,
        },
      };
    });
    const [first, ...more] = findings;
    const facts = { from: config.from, instance: config.instance.name, overridden: findings.length };
    return first === undefined
      ? { status: 'healthy', facts }
      : { status: 'unhealthy', facts, findings: [first, ...more] };
  },
});

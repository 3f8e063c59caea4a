import { z } from 'zod';
import { probes } from '../../src/probes/index.ts';
import { remediations } from '../../src/remediations/index.ts';
import { en } from '../../src/text/en.ts';
import { asRead } from './as-in-guide.ts';
import { code, page, table } from './markdown.ts';
import { sentence } from './sentences.ts';

const texts: Readonly<Record<string, string>> = en;

export function probesReference(): string {
  const sorted = [...probes].sort((a, b) => (a.id < b.id ? -1 : 1));
  return page(
    '# Probes',
    'A probe reads one kind of fact and changes nothing; two may add a [debug container](../guides/operate.md#containers-without-tools) where that is switched on.\nIt answers healthy, unhealthy with findings, skipped (a precondition is absent) or inconclusive (could not check).',
    ...sorted.flatMap((probe) => [
      `## ${code(probe.id)}`,
      probe.doc,
      table(
        ['', ''],
        [
          ['Needs', list(probe.needs)],
          ['Timeout', `${probe.timeoutMs / 1000} s`],
          ...parameterRows(probe.params),
        ],
      ),
      probe.emits.length === 0
        ? 'It makes no findings: it only reads facts.'
        : table(
            ['Finding', 'What people read'],
            probe.emits.map((name) => [code(name), sentence(asRead(texts[`finding.${name}`] ?? ''))]),
          ),
    ]),
  );
}

export function remediationsReference(): string {
  const sorted = [...remediations].sort((a, b) => (a.id < b.id ? -1 : 1));
  return page(
    '# Remediations',
    'A remediation is a typed change with a plan, steps, an observation and, where possible, an undo.\nIts tier and the `approvals` section of the [configuration](config.md) decide who may approve it.',
    ...sorted.flatMap((remediation) => [
      `## ${code(remediation.id)}`,
      remediation.doc,
      table(
        ['', ''],
        [
          ['Tier', texts[`card.tier.${remediation.tier}`] ?? String(remediation.tier)],
          ['Version', String(remediation.version)],
          ['Needs', list(remediation.needs)],
          ...parameterRows(remediation.params),
        ],
      ),
    ]),
  );
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map(code).join(', ');
}

interface Parameter {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string;
}

function parameterRows(schema: z.ZodType): readonly (readonly string[])[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Readonly<Record<string, Parameter>>;
  };
  return Object.entries(properties).map(([name, node]) => {
    const values = node.enum?.map((value) => code(String(value))).join(', ') ?? node.type ?? '';
    const fallback = node.default === undefined ? '' : `, default ${code(String(node.default))}`;
    return [`Parameter ${code(name)}`, `${node.description ?? ''} (${values}${fallback})`.trim()];
  });
}

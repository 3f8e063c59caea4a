import { join } from 'node:path';
import { z } from 'zod';
import { diagnoses } from '../../src/diagnoses/index.ts';
import type { Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts';
import type { Remediation } from '../../src/domain/fix/remediation.ts';
import { probes } from '../../src/probes/index.ts';
import { remediations } from '../../src/remediations/index.ts';
import { en } from '../../src/text/en.ts';
import { asRead } from './as-in-guide.ts';
import { code, page, table } from './markdown.ts';
import { remediationFiles } from './remediation-files.ts';
import { sentence } from './sentences.ts';
import { sourceUsed } from './source-used.ts';

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
  const all = remediations as readonly unknown[] as readonly Remediation[];
  const sorted = [...all].sort((a, b) => (a.id < b.id ? -1 : 1));
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
          ...useRows(remediation),
          ...parameterRows(remediation.params),
        ],
      ),
    ]),
  );
}

/** Of a host that the worker is given folders of: what looks there refuses as well. */
const hosts = [
  { port: /\bdeps\.hostFiles\b/, adapter: 'host-files.ts' },
  { port: /\bdeps\.model\b/, adapter: 'model-files.ts' },
] as const;

/** When it is offered, what it does and what it refuses, from its registry entry, the diagnoses and its own source. */
function useRows({
  id,
  helpsWith,
  helpsCause = [],
  changes = [],
}: Remediation): readonly (readonly string[])[] {
  const causes = (diagnoses as readonly Diagnosis[]).flatMap((diagnosis) =>
    diagnosis.causes.flatMap((cause) =>
      cause.remedies.some((remedy) => 'remediation' in remedy && remedy.remediation === id) ? [cause.id] : [],
    ),
  );
  const folder = join(import.meta.dirname, '../../src/remediations');
  const source = sourceUsed(join(folder, remediationFiles()[id] ?? ''), folder);
  const keysIn = (text: string) =>
    [...text.matchAll(/'([a-z0-9]+(?:-[a-z0-9]+)*)'/g)].map(([, key = '']) => key);
  const said = (prefix: string, names: readonly string[]) =>
    [...new Set(names)].flatMap((name) => {
      const text = texts[`${prefix}.${name}`];
      return text === undefined ? [] : [sentence(asRead(text))];
    });
  const refusals = [...source.matchAll(/\brefused\(([^,)]*)/g)].flatMap(([, first = '']) => keysIn(first));
  const targets = join(import.meta.dirname, '../../src/platform/targets/compose');
  const behind = hosts.flatMap(({ port, adapter }) =>
    port.test(source) ? keysIn(sourceUsed(join(targets, adapter), join(targets, '../..'))) : [],
  );
  const row = (name: string, cells: readonly string[], between = ' ') =>
    cells.length === 0 ? [] : [[name, cells.join(between)]];
  const probed = [...new Set([...source.matchAll(/\{ probe: '([a-z.-]+)'/g)].map(([, probe = '']) => probe))];
  const fields = changes.map((change) => {
    if ('fields' in change)
      return `${list(change.resources)}: ${list(change.fields.map(({ path }) => path.join('.')))}.`;
    if ('kept' in change)
      return `New \`secrets\`: ${change.madeBy === undefined ? '' : 'the one that is missing, and '}\`${change.kept}\` with a \`jobs\` for ${change.mostSeconds} seconds at most.`;
    if ('runs' in change)
      return `New \`jobs\` named \`${change.runs}…\` that run one fixed program, for ${change.mostSeconds} seconds at most.`;
    return `New \`jobs\` and \`networkpolicies\` named \`${change.prefix}…\`, for ${change.mostSeconds} seconds at most.`;
  });
  return [
    ['Offered by a health check for', list(helpsWith)],
    ['Offered where a cause names it, for', list([...helpsWith, ...helpsCause])],
    ['Named by the causes', causes.length === 0 ? 'none' : [...new Set(causes)].join(', ')],
    ...row('Steps, and those of its undo', [said('step', keysIn(source)).join('; ')]),
    ...row('Proved by the probes', probed.length === 0 ? [] : [list(probed)]),
    ...row('Changes on Kubernetes', [...new Set(fields)]),
    ...row('Refuses, with these words', said('offer.refused', [...refusals, ...behind]), '<br>'),
  ];
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

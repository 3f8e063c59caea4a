import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Scaffolds one module with its test and its line in the registry: `npm run new -- probe redis.slow-log`. */
const repository = fileURLToPath(new URL('..', import.meta.url));

interface Plan {
  readonly files: Readonly<Record<string, string>>;
  readonly registry?: { readonly path: string; readonly name: string; readonly from: string };
  /** Code of a finding that is not in `src/domain/probe/findings.ts` yet. */
  readonly finding?: string;
  readonly next: readonly string[];
}

/** Targets with rooms for their remediations: what is there to be changed. */
export const roomsOf: Readonly<Partial<Record<string, readonly string[]>>> = {
  kubernetes: ['config', 'rollout', 'network', 'credentials', 'model'],
  compose: ['container', 'file'],
};

/** `redis.slow-log` → `redisSlowLog` */
export function camel(id: string): string {
  return id.replace(/[.-]([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
}

const makers: Readonly<Record<string, (id: string, more?: string) => Plan>> = {
  probe(id) {
    const [target = '', condition = ''] = split(id);
    const name = camel(id);
    return {
      files: {
        [`src/probes/${target}/${condition}.probe.ts`]: probeText(id, name, target),
        [`test/unit/probes/${target}/${condition}.test.ts`]: probeTestText(name, target, condition),
      },
      registry: { path: 'src/probes/index.ts', name, from: `./${target}/${condition}.probe.ts` },
      finding: codeOf(id),
      next: [
        `probe.${id} and the words of its findings in src/text, both languages`,
        'docs/guides/add-a-probe.md',
      ],
    };
  },
  remediation(id, room) {
    const [target = '', action = ''] = split(id);
    const rooms = roomsOf[target];
    if (rooms === undefined ? room !== undefined : !rooms.includes(room ?? ''))
      throw new Error(
        rooms === undefined
          ? `${target} has no rooms`
          : `npm run new -- remediation ${id} <${rooms.join('|')}>: the room is what it changes`,
      );
    const name = camel(action);
    const place = room === undefined ? target : `${target}/${room}`;
    return {
      files: {
        [`src/remediations/${place}/${action}.remediation.ts`]: remediationText(id, name, place),
        [`test/unit/remediations/${place}/${action}.test.ts`]: remediationTestText(name, place, action),
      },
      registry: { path: 'src/remediations/index.ts', name, from: `./${place}/${action}.remediation.ts` },
      next: [`remediation.${id} in src/text, both languages`, 'docs/guides/add-a-remediation.md'],
    };
  },
  diagnosis(slug, id = 'X0') {
    if (!/^[a-z][a-z0-9-]*$/.test(slug))
      throw new Error('a diagnosis is named as an operator says it: redis-memory');
    if (!/^[A-Z]\d$/.test(id)) throw new Error('the id of a diagnosis is a letter and a digit: D5');
    const name = camel(slug);
    return {
      files: {
        [`src/diagnoses/${slug}.diagnosis.ts`]: diagnosisText(slug, name, id),
        [`test/unit/diagnoses/${slug}.test.ts`]: diagnosisTestText(slug, name, id),
      },
      registry: { path: 'src/diagnoses/index.ts', name, from: `./${slug}.diagnosis.ts` },
      next: [
        `its evidence, causes and remedies${id === 'X0' ? ', and its id (X0 until then)' : ''}`,
        `${id} and its causes in scripts/docs/catalogue.ts`,
        `diagnosis.${id}, diagnosis.${id}.meaning, diagnosis.${id}.impact and cause.${id}.a in src/text, both languages`,
        'how people speak of it, in src/diagnoses/vocabulary.ts and scripts/words; then npm run words',
        'docs/guides/add-a-diagnosis.md',
      ],
    };
  },
  handler(id) {
    const match = /^([a-z][a-z0-9-]*)\.(command|action|modal|event|shortcut)$/.exec(id);
    if (match === null) throw new Error('a handler is <what>.<command|action|modal|event|shortcut>');
    const [, what = '', kind = ''] = match;
    return {
      files: { [`src/handlers/${what}.${kind}.ts`]: handlerText(camel(`${what}-${kind}`)) },
      next: ['its constant in src/bot/ids.ts', 'manifest.yml', 'its line in src/handlers/index.ts'],
    };
  },
};

function split(id: string): readonly string[] {
  if (!/^[a-z0-9]+\.[a-z][a-z0-9-]*$/.test(id))
    throw new Error('an id is <target>.<name>, such as redis.slow-log');
  return id.split('.');
}

/** `redis.slow-log` → `REDIS_SLOW_LOG` */
const codeOf = (id: string): string => id.toUpperCase().replace(/[.-]/g, '_');

function probeText(id: string, name: string, target: string): string {
  return `import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';

const params = z.strictObject({});
type Params = z.output<typeof params>;
type Deps = Pick<With<'${target}'>, '${target}'>;

export const ${name} = defineProbe({
  id: '${id}',
  doc: 'Looks at … in one line.',
  params,
  part: '${target}',
  needs: ['${target}'],
  timeoutMs: 8_000,
  emits: ['${codeOf(id)}'],
  run(_params: Params, { deps, signal }: ProbeContext<Deps>) {
    signal.throwIfAborted();
    return Promise.reject(new Error(\`nobody has written what to read from \${Object.keys(deps).join()}\`));
  },
});
`;
}

function probeTestText(name: string, target: string, condition: string): string {
  return `import { expect, it } from 'vitest';
import { ${name} } from '../../../../src/probes/${target}/${condition}.probe.ts';

it('${name} finds what it is for', () => {
  expect(${name}.emits).toContain('write the healthy, bad, unreachable, aborted and boundary cases');
});
`;
}

/** The way up from a file in this folder. */
const above = (folder: string): string => '../'.repeat(folder.split('/').length);

function remediationText(id: string, name: string, place: string): string {
  const [target = ''] = place.split('/');
  const domain = `${above(place)}../domain`;
  return `import { z } from 'zod';
import { AppError } from '${domain}/kernel/errors.ts';
import { defineRemediation, type RemediationContext } from '${domain}/fix/remediation.ts';
import type { With } from '${domain}/probe/targets/targets.ts';

const params = z.strictObject({});
type Params = z.output<typeof params>;
type Context = RemediationContext<With<'${target}'>>;

const unwritten = () => Promise.reject(new AppError('BUG', 'nobody has written this action'));

export const ${name} = defineRemediation({
  id: '${id}',
  version: 1,
  doc: 'Changes … in one line.',
  tier: 2,
  params,
  needs: ['${target}'],
  helpsWith: [],
  paramsFor: () => undefined,
  instruction: 'see-application',
  plan: (_params: Params, _context: Context) => unwritten(),
  object: () => unwritten(),
  applyStep: () => unwritten(),
  observeStep: () => unwritten(),
});
`;
}

function remediationTestText(name: string, place: string, action: string): string {
  return `import { expect, it } from 'vitest';
import { ${name} } from '${above(place)}../../../src/remediations/${place}/${action}.remediation.ts';

it('${name} plans, applies, observes and takes back', () => {
  expect(${name}.doc).toContain('write the cases of docs/guides/add-a-remediation.md');
});
`;
}

function diagnosisText(slug: string, name: string, id: string): string {
  return `import { defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

export const ${name} = defineDiagnosis({
  id: '${id}',
  slug: '${slug}',
  part: 'agent-manager',
  evidence: [{ probe: 'runtime.running', with: { part: 'agent-manager' } }],
  causes: [
    {
      id: '${id}.a',
      part: 'agent-manager',
      symptom: found('PART_NOT_RUNNING', 'agent-manager'),
      when: found('PART_NOT_RUNNING', 'agent-manager'),
      remedies: [{ instruction: 'see-why-not-running' }],
    },
  ],
  handOver: [],
});
`;
}

function diagnosisTestText(slug: string, name: string, id: string): string {
  return `import { describe, expect, it } from 'vitest';
import { ${name} } from '../../../src/diagnoses/${slug}.diagnosis.ts';
import { outcomesOf, type Seen, verdictsOf } from '../../support/diagnosis.ts';

const verdicts = (seen: readonly Seen[], blind: readonly string[] = []) =>
  verdictsOf(${name}, outcomesOf(${name}, seen, blind));

describe('${id} ${slug}', () => {
  it('confirms a cause whose findings were made', () => {
    const seen = [{ probe: 'runtime.running', code: 'PART_NOT_RUNNING' }];

    expect(verdicts(seen)).toEqual({ '${id}.a': 'confirmed' });
  });

  it('rules out what was looked for and is not there', () => {
    expect(verdicts([])).toEqual({ '${id}.a': 'ruled-out' });
  });

  it('leaves open what nobody could see', () => {
    expect(verdicts([], ['runtime.running'])).toEqual({ '${id}.a': 'possible' });
  });
});
`;
}

function handlerText(name: string): string {
  return `import type { HandlerDeps } from './deps.ts';

/** Parses, acknowledges, makes one call. */
export function ${name}(_deps: HandlerDeps) {
  return async ({ ack }: { readonly ack: () => Promise<void> }): Promise<void> => {
    await ack();
  };
}
`;
}

/** Adds the import and the entry; both lists stay in the order in which they were written. */
export function register(text: string, name: string, from: string): string {
  const imports = text.lastIndexOf('\nimport ');
  const end = text.indexOf('\n', imports + 1);
  const withImport = `${text.slice(0, end)}\nimport { ${name} } from '${from}';${text.slice(end)}`;
  const list = withImport.indexOf('\n]', end);
  if (imports === -1 || list === -1) throw new Error('the registry does not look like one');
  return `${withImport.slice(0, list)}\n  ${name},${withImport.slice(list)}`;
}

/** The registry of findings with one more code, without traits; unchanged when it is there. */
function withFinding(text: string, code: string): string {
  const end = text.indexOf('\n} as const satisfies');
  if (end === -1) throw new Error('the registry of findings does not look like one');
  return text.includes(`\n  ${code}: `) ? text : `${text.slice(0, end)}\n  ${code}: {},${text.slice(end)}`;
}

/**
 * Writes the module, its test and its line in the registry into a checkout, and returns what it did and what is
 * left to do, a line each. Throws when the kind or the id is not one, or a file is there already.
 */
export function scaffold(root: string, [kind = '', id = '', more]: readonly string[]): readonly string[] {
  const make = makers[kind];
  if (make === undefined || id === '')
    throw new Error(`npm run new -- <${Object.keys(makers).join('|')}> <id>`);
  const plan = make(id, more);
  const existing = Object.keys(plan.files).filter((path) => existsSync(join(root, path)));
  if (existing.length > 0) throw new Error(`exists already: ${existing.join(', ')}`);
  for (const [path, text] of Object.entries(plan.files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const said = Object.keys(plan.files).map((path) => `made     ${path}`);
  if (plan.registry !== undefined) {
    const { path, name, from } = plan.registry;
    writeFileSync(join(root, path), register(readFileSync(join(root, path), 'utf8'), name, from));
    said.push(`added to ${path}`);
  }
  if (plan.finding !== undefined) {
    const path = 'src/domain/probe/findings.ts';
    writeFileSync(join(root, path), withFinding(readFileSync(join(root, path), 'utf8'), plan.finding));
    said.push(`added to ${path}`);
  }
  return [...said, ...[...plan.next, 'npm run format'].map((step) => `next     ${step}`)];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const line of scaffold(repository, process.argv.slice(2))) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 64;
  }
}

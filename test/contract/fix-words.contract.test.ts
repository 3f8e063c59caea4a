/** What the answer says to do and what its button does are the same, value by value. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { instructionLines } from '../../src/diagnoses/instructions/commands.ts';
import { unreachable } from '../../src/diagnoses/unreachable.diagnosis.ts';
import type { Condition, Diagnosis, DiagnosisCause, Remedy } from '../../src/domain/diagnosis/diagnosis.ts';
import { evaluate } from '../../src/domain/diagnosis/judgement.ts';
import { instructionsOf, remediesHere } from '../../src/domain/diagnosis/place.ts';
import { endFacts } from '../../src/domain/fix/blocker.ts';
import { remediesOfCause } from '../../src/domain/fix/remedies.ts';
import { partIds } from '../../src/domain/platform/part.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Finding } from '../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../src/domain/probe/probe.ts';
import { wordsIn } from '../../src/text/words.ts';
import { emitters } from '../support/diagnosis.ts';
import { registered } from '../support/remediation-fixtures.ts';

const places = {
  compose: { kind: 'compose', project: 'aetherius' },
  kubernetes: { kind: 'kubernetes', namespace: 'aetherius', agentNamespace: 'kube-system' },
} as const;

/** Parameters that say where or how, and stand in no sentence. */
const silent = new Set(['database', 'schema', 'how', 'backendStart', 'olderThanSeconds', 'part', 'sign']);

const database = { database: 'agent_manager', databaseId: 'agentManager' } as const;
/** For each cause whose fix takes a value, findings with such facts as their probes give. */
const found: Readonly<
  Record<string, Pick<Finding, 'code' | 'facts'> & Partial<Finding> & { readonly on?: 'kubernetes' }>
> = {
  'C1.b': {
    ...{ code: 'CONFIG_OVERRIDDEN', part: 'agent-manager', on: 'kubernetes' },
    facts: { key: 'event.workers', layer: 'env', name: 'AETHERIUS_EVENT_WORKERS', fileRuns: true },
  },
  'D1.b': {
    ...{ code: 'PG_POOLS_TOO_LARGE', on: 'kubernetes' },
    facts: { ...database, application: 'agent-manager', applicationPart: 'agent-manager' },
  },
  'D4.a': { code: 'NATS_SLOW_CONSUMER', facts: { clientPart: 'agent-manager' }, on: 'kubernetes' },
  'S2.b': { code: 'AUTH_TOKENS_DIFFER', facts: { missing: null }, on: 'kubernetes' },
  'S3.a': { code: 'EVENT_WORKERS_SATURATED', facts: { workers: 10 }, on: 'kubernetes' },
  'S3.b': { code: 'EVENT_BATCHES_FULL', facts: { batchLimit: 100 }, on: 'kubernetes' },
  'S4.a': { code: 'EXECUTOR_STARVED', facts: { workers: 20 }, on: 'kubernetes' },
  'S5.b': { code: 'COMMANDS_SATURATED', facts: { maxConcurrent: 100 }, on: 'kubernetes' },
  'D1.a': { code: 'PG_LIMIT_TOO_LOW', facts: { max: 60, wanted: 240, ...database } },
  'D2.c': { code: 'PG_LOCK_BLOCKS', facts: { pid: 4711, state: 'active', application: 'shop' } },
  'D3.a': { code: 'REDIS_POLICY_NOEVICTION', facts: {} },
  'D3.b': { code: 'REDIS_LIMIT_TOO_LOW', facts: { maxBytes: 3 * 1024 ** 3, wantedBytes: 6 * 1024 ** 3 } },
  'D3.c': { code: 'REDIS_USELESS_KEYS', facts: { prefix: 'cache:*' } },
  'K1.a': {
    ...{ code: 'POD_IMAGE_UNAVAILABLE', on: 'kubernetes', part: 'agent-manager' },
    subject: 'deployment/manager',
    facts: { container: 'main', image: 'agent-manager:typo', namespace: 'aetherius' },
  },
  'P1.b': { code: 'CPU_THROTTLED', facts: { limitMillicores: 100 } },
  'P2.b': { code: 'NO_MEMORY_LIMIT', facts: { limitMiB: null } },
  'S6.a': { code: 'OOM_KILLED', facts: { limitMiB: 512 } },
  'T1.b': { code: 'INDEX_BLOATED', facts: { ...database, schema: 'public', index: 'events_pkey' } },
};

const causes = (diagnoses as readonly Diagnosis[]).flatMap((diagnosis) => diagnosis.causes);

describe('the sentences and lines of a cause say what its fix would do', () => {
  it.each(Object.keys(found))('%s', (id) => {
    const cause = causes.find((one) => one.id === id);
    const { on = 'compose', ...made } = found[id] ?? {};
    const place = places[on];
    const finding: Finding = {
      ...{ severity: 'warning', part: 'postgres', subject: 's', code: 'PG_SLOW', facts: {} },
      ...made,
    };
    const wanted = (cause?.remedies ?? []).flatMap((remedy) => ('remediation' in remedy ? [remedy] : []));
    const fixes = remediesOfCause([finding], wanted, registered, { [on]: {} as never });
    const said = (['en', 'zh-CN'] as const).map((language) =>
      [
        ...(cause?.remedies ?? []).flatMap((remedy) =>
          'instruction' in remedy
            ? [
                wordsIn(language).lookupPlain(`remedy.${remedy.instruction}`, finding.facts) ?? '',
                ...instructionLines(remedy.instruction, place, finding, asInGuide),
              ]
            : [],
        ),
        // What stands in the card as well is no other word.
        ...fixes.map(({ call }) => {
          const instruction = registered.find((one) => one.id === call.remediation)?.instruction ?? '';
          return wordsIn(language).lookupPlain(`remedy.${instruction}`, finding.facts) ?? '';
        }),
      ].join('\n'),
    );

    expect(fixes).not.toEqual([]);
    // The lines to copy say it by themselves: a sentence beside them does not make up for another value.
    for (const { call } of fixes) {
      const instruction = registered.find((one) => one.id === call.remediation)?.instruction ?? '';
      const lines = instructionLines(instruction, place, finding, asInGuide).join('\n');
      for (const [name, value] of Object.entries(call.with))
        if (!silent.has(name)) expect(lines, name).toContain(String(value));
    }
    for (const text of said)
      for (const { call } of fixes)
        for (const [name, value] of Object.entries(call.with))
          if (!silent.has(name)) expect(text, name).toContain(String(value));
  });
});

it('D3.a: the lines to copy name the policies that its fix may choose, and no other', () => {
  const lines = (['kubernetes', 'compose'] as const).flatMap((on) =>
    instructionLines('set-eviction-policy', places[on], undefined, asInGuide),
  );
  const named = lines.flatMap((line) => /maxmemory-policy (\S+)/.exec(line)?.[1] ?? []);

  expect([...new Set(named)].toSorted()).toEqual(['allkeys-lru', 'volatile-lru']);
});

/** What lines of a remediation's own instruction do; each is a word that stands in no other's. */
const acts: Readonly<Record<string, RegExp>> = {
  'set-eviction-policy': /maxmemory-policy/,
  'raise-maxmemory': /maxmemory \d|--memory /,
};

/** Told beside another fix as well: they only look, or say the other fix in the same words. */
const excused: Readonly<Record<string, RegExp>> = {
  'mend-image': /roll back/,
  'see-why-not-running': /^Look at the last state and exit code/,
};

const runtimes = ['kubernetes', 'compose'] as const;
const everyCause = [
  ...(diagnoses as readonly Diagnosis[]).filter(({ kind }) => kind !== 'way'),
  ...partIds.filter((part) => part !== 'runtime').map((part): Diagnosis => unreachable(part)),
].flatMap((diagnosis) => diagnosis.causes);
const ownWords = (id: string) => registered.find((one) => one.id === id)?.instruction;

/** Each fix that may be the recommended one of a cause, on a runtime. */
const recommended = runtimes.flatMap((on) =>
  everyCause.flatMap((cause) =>
    remediesHere({ remedies: cause.remedies }, places[on]).flatMap((remedy) =>
      'remediation' in remedy
        ? [{ cause, on, fix: remedy.remediation, title: `${cause.id} ${remedy.remediation}` }]
        : [],
    ),
  ),
);

/** They are never told of one and the same finding: the one is for where the other is not. */
const apart = (one: Remedy, other: Remedy): boolean =>
  (one.unless !== undefined && isDeepStrictEqual(one.unless, other.where)) ||
  (other.unless !== undefined && isDeepStrictEqual(other.unless, one.where)) ||
  (one.where !== undefined && other.where !== undefined && !isDeepStrictEqual(one.where, other.where));

/** Of what is told beside a fix that is recommended: the instructions of the cause's other fixes. */
function ofOthers(cause: DiagnosisCause, on: (typeof runtimes)[number], fix: string): readonly string[] {
  const here = remediesHere({ remedies: cause.remedies }, places[on]);
  const own = here.find((one) => 'remediation' in one && one.remediation === fix);
  const others = here.flatMap((one) =>
    'remediation' in one && one.remediation !== fix ? [ownWords(one.remediation)] : [],
  );
  return instructionsOf(here, fix)
    .filter((one) => own === undefined || !apart(one, own))
    .map(({ instruction }) => instruction)
    .filter((key) => others.includes(key) && key !== ownWords(fix));
}

describe('text, lines and button of one cause come from one decision', () => {
  it.each(recommended)('$title on $on', ({ cause, on, fix }) => {
    // What is told beside the button is about the button, or about nothing that another button would do.
    expect(ofOthers(cause, on, fix).filter((key) => !Object.hasOwn(excused, key))).toEqual([]);
  });

  it('and every instruction that goes with a fix is that fix’s own', () => {
    for (const { id, remedies } of everyCause)
      for (const remedy of remedies)
        if ('instruction' in remedy && remedy.by !== undefined)
          expect(ownWords(remedy.by), id).toBe(remedy.instruction);
  });

  it('and each exception is needed, and says what it is excused for', () => {
    for (const [key, said] of Object.entries(excused)) {
      const needed = recommended.some(({ cause, on, fix }) => ofOthers(cause, on, fix).includes(key));

      expect(needed, key).toBe(true);
      expect(wordsIn('en').lookupPlain(`remedy.${key}`, {}) ?? '', key).toMatch(said);
    }
  });
});

describe('a session that blocks others (D2.c)', () => {
  const blocker = (state: string): Finding => ({
    ...{ code: 'PG_LOCK_BLOCKS', severity: 'critical', part: 'postgres', subject: 'pid 4711' },
    facts: { pid: 4711, application: 'shop', state, ...endFacts(state) },
  });
  const button = (finding: Finding) =>
    remediesOfCause([finding], [{ remediation: 'postgres.end-blocking-session' }], registered, {
      compose: {} as never,
    })[0]?.call.with.how;

  it.each([
    ['active', 'cancel', true],
    ['idle in transaction', 'end', false],
    ['idle in transaction (aborted)', 'end', false],
    ['fastpath function call', 'end', false],
    ['?', 'end', false],
  ])('%s: the button does %s, and so do text and lines', (state, how, cancels) => {
    const finding = blocker(state);
    const lines = instructionLines('end-blocker', places.compose, finding, asInGuide).join('\n');

    expect(button(finding)).toBe(how);
    for (const language of ['en', 'zh-CN'] as const) {
      const text = wordsIn(language).lookupPlain('remedy.end-blocker', finding.facts) ?? '';
      for (const said of [text, lines]) {
        expect(said).toContain('4711');
        expect(said.includes('pg_cancel_backend')).toBe(cancels);
        expect(said).toContain('pg_terminate_backend');
      }
    }
  });
});

describe('Redis at its limit (D3.a)', () => {
  const cause = everyCause.find(({ id }) => id === 'D3.a');
  const finding: Finding = {
    ...{ code: 'REDIS_MEMORY_AT_LIMIT', severity: 'critical', part: 'redis', subject: 'redis' },
    facts: { wantedBytes: 2048, containerBytes: 4096 },
  };
  const linesWith = (fix: string | undefined) =>
    instructionsOf(cause?.remedies ?? [], fix)
      .flatMap(({ instruction }) => instructionLines(instruction, places.compose, finding, asInGuide))
      .join('\n');

  it('is told the policy beside the policy’s button, and more memory beside that of the limit or none', () => {
    const [policy, memory] = [acts['set-eviction-policy'], acts['raise-maxmemory']];

    expect(linesWith('redis.set-eviction-policy')).toMatch(policy ?? /^$/);
    expect(linesWith('redis.set-eviction-policy')).not.toMatch(memory ?? /^$/);
    for (const fix of ['redis.set-memory-limit', undefined]) {
      expect(linesWith(fix)).toMatch(memory ?? /^$/);
      expect(linesWith(fix)).not.toMatch(policy ?? /^$/);
    }
  });
});

describe('a wrong address at the start (S1.a, S1.b, S1.d)', () => {
  it.each([
    ['S1.a', 'STARTUP_DATABASE_UNREACHABLE', 'database.host'],
    ['S1.b', 'STARTUP_NATS_UNREACHABLE', 'nats.url'],
    ['S1.d', 'STARTUP_REDIS_UNREACHABLE', 'redis.addr'],
  ] as const)('%s is corrected where it counts, by words, lines and button alike', (id, code, key) => {
    const cause = everyCause.find((one) => one.id === id);
    for (const on of runtimes) {
      const seen = (facts: Finding['facts']): Finding => ({
        ...{ code, severity: 'critical', part: 'agent-manager', subject: 'agent-manager', facts },
      });
      const answer = (finding: Finding) => {
        const outcome = {
          ...{ key: 'log', probe: 'runtime.startup-log', part: 'agent-manager', status: 'unhealthy' },
          ...{ findings: [finding], facts: {}, startedAt: '', durationMs: 1 },
        } as ProbeOutcome;
        const holds = (condition: Condition | undefined) =>
          condition !== undefined && evaluate(condition, [outcome], emitters).truth === true;
        const here = remediesHere({ remedies: cause?.remedies ?? [] }, places[on]).filter(
          ({ where, unless }) => (where === undefined || holds(where)) && !holds(unless),
        );
        const wanted = here.flatMap((remedy) => ('remediation' in remedy ? [remedy] : []));
        return {
          told: instructionsOf(here, undefined).map(({ instruction }) => instruction),
          lines: instructionsOf(here, undefined)
            .flatMap(({ instruction }) => instructionLines(instruction, places[on], finding, asInGuide))
            .join('\n'),
          buttons: remediesOfCause([finding], wanted, registered, { [on]: {} as never }).length,
        };
      };
      const byFile = answer(seen({}));
      const byVariable = answer(seen({ variable: 'OWN_ADDRESS', setting: key }));

      expect(byFile.told).not.toContain('correct-variable');
      expect(byFile.lines).toContain(key);
      expect(byVariable.told).toEqual(['correct-variable']);
      expect(byVariable.lines).toContain('OWN_ADDRESS');
      // No button sets a variable, and none may set a file that nothing reads.
      expect(byVariable.buttons).toBe(0);
    }
  });
});

describe('what a button does by a name in our configuration says so', () => {
  it.each(['fetch-model-again'])('%s', (instruction) => {
    const said = (language: 'en' | 'zh-CN') =>
      wordsIn(language).lookupPlain(`remedy.${instruction}`, {}) ?? '';

    expect(said('en')).toMatch(
      /There is a button where our configuration names .+on Docker Compose .+, on Kubernetes /,
    );
    expect(said('zh-CN')).toMatch(/如果我们的配置给出.+就有按钮：在 Docker Compose 上.+，在 Kubernetes 上/);
    const named = causes.filter(({ remedies }) =>
      remedies.some((remedy) => 'instruction' in remedy && remedy.instruction === instruction),
    );
    expect(named).not.toEqual([]);
    for (const { remedies } of named)
      expect(remedies.flatMap((remedy) => ('remediation' in remedy ? [remedy] : []))).toEqual([
        { remediation: 'compose.fetch-model', on: 'compose' },
        { remediation: 'kubernetes.fetch-model', on: 'kubernetes' },
      ]);
  });
});

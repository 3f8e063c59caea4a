/** What the answer says to do and what its button does are the same, value by value. */
import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { instructionLines } from '../../src/diagnoses/instructions/commands.ts';
import type { Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts';
import { remediesOfCause } from '../../src/domain/fix/remedies.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Finding } from '../../src/domain/probe/finding.ts';
import { wordsIn } from '../../src/text/words.ts';
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
    facts: { key: 'event.workers', layer: 'env', name: 'AETHERIUS_EVENT_WORKERS' },
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

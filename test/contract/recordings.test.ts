/**
 * Each fault of the lab as a bundle recorded it: today's probes and diagnoses still find it, and nothing else.
 * `npm run campaign -- --each --record test/recordings` takes them.
 */
import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import { chosenFaults, ciChoices, symptomsOn } from '../../scripts/campaign/choice.ts';
import { expectationOf } from '../../scripts/campaign/expectation.ts';
import { keptOf } from '../../scripts/campaign/kept.ts';
import { type AskedOffline, diagnosed, judgeOffline } from '../../scripts/campaign/recordings.ts';
import { evidenceOf } from '../../scripts/campaign/simulated.ts';
import { confirmed } from '../../scripts/campaign/trial.ts';
import type { RecordedRow } from '../../src/domain/bundle/recording.ts';
import { remediesHere } from '../../src/domain/diagnosis/place.ts';
import { AppError } from '../../src/domain/kernel/errors.ts';
import { createLogAnalysis } from '../../src/domain/logs/analysis.ts';
import { partIds } from '../../src/domain/platform/part.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import { severities } from '../../src/domain/probe/finding.ts';
import type { Probe, ProbeResult } from '../../src/domain/probe/probe.ts';
import { placeholdersOf } from '../../src/text/format.ts';
import { wordsIn } from '../../src/text/words.ts';
import { plantedOn, recordings, rowsOf } from '../support/recordings.ts';

const hasSignal = (arg: unknown) =>
  typeof arg === 'object' && arg !== null && 'signal' in arg && arg.signal instanceof AbortSignal;

const words = wordsIn('en');

/** What a person could not be told of a result: a word that there is none for, or a fact that the words name and it lacks. */
function faultsOf(probe: Probe, result: ProbeResult): readonly string[] {
  if (result.status === 'healthy') return [];
  if (result.status === 'skipped')
    return words.lookup(`skip.${result.reason}`) === undefined ? ['skipped for no reason'] : [];
  if (result.status === 'inconclusive') {
    const { cause } = result;
    const reason = cause instanceof AppError ? cause.facts.reason : undefined;
    if (!(cause instanceof AppError) || typeof reason !== 'string')
      return cause instanceof Error ? [] : ['no cause'];
    return lacking(`cause.${reason}`, cause.facts);
  }
  if (result.status !== 'unhealthy') return ['no status'];
  return result.findings.flatMap(({ code, severity, part, subject, facts }) => [
    ...(probe.emits.includes(code) ? [] : [`${code} is not declared`]),
    ...(severities.includes(severity) ? [] : [`${code} has no severity`]),
    ...(partIds.includes(part) && subject !== '' ? [] : [`${code} is about nothing`]),
    ...['', '.impact', '.todo'].flatMap((more) =>
      lacking(`finding.${code}${more}`, { ...facts, part, subject }),
    ),
  ]);
}

/** Facts that a text names and that are not there. */
function lacking(key: string, facts: Readonly<Record<string, unknown>>): readonly string[] {
  return placeholdersOf(words.lookup(key) ?? '')
    .filter((name) => !name.startsWith('@') && !(name in facts))
    .map((name) => `${key} lacks ${name}`);
}

async function answer(rows: readonly RecordedRow[], symptom: string): Promise<AskedOffline> {
  /** Questions that nobody could take back: they were put without the signal of the probe. */
  const deaf = new Set<string>();
  /** Results that nobody could read out. */
  const mute = new Set<string>();
  const all = await diagnosed(rows, symptom, undefined, {
    asked(probe, question, args) {
      if (!args.some(hasSignal)) deaf.add(`${probe.id} ${question}`);
    },
    answered(probe, result) {
      for (const fault of faultsOf(probe, result)) mute.add(`${probe.id}: ${fault}`);
    },
  });
  expect([...deaf]).toEqual([]);
  expect([...mute]).toEqual([]);
  const judged = all.flatMap(({ causes }) => causes);
  const missing = judged.flatMap((cause) => cause.missing);
  return {
    causes: judged.map(({ cause, verdict }) => ({ id: cause.id, verdict })),
    title: judged.map(({ cause }) => cause.id).join(' '),
    notRecorded: missing.filter(({ cause }) => cause?.code === 'not-recorded').map(({ key }) => key),
  };
}

describe.each(Object.values(ciChoices))('recorded on $runtime', (choice) => {
  const { runtime } = choice;
  const planted = plantedOn(runtime);

  it('is each fault that CI plants there', () => {
    const ids = new Set(planted.map(({ id }) => id));

    expect(chosenFaults(choice).filter(({ id }) => !ids.has(id))).toEqual([]);
  });

  it.each(planted)('$id, $variant, is found', async ({ id, variant }) => {
    const expected = expectationOf(faultById(id), variant);
    const rows = rowsOf([runtime, id, variant]);
    for (const symptom of [expected.symptom, ...(expected.elsewhere ?? [])])
      expect(judgeOffline(await answer(rows, symptom), expected), symptom).toEqual([]);
  });

  const symptoms = symptomsOn(runtime);

  it.each(symptoms)('a healthy platform has no cause of %s', async (symptom) => {
    const rows = rowsOf([runtime, 'healthy']);

    expect(confirmed(await answer(rows, symptom))).toEqual([]);
  });

  it('is asked for more than one symptom', () => {
    expect(symptoms.length).toBeGreaterThan(2);
  });
});

it('what a recording does not have is not taken for well, nor for broken', async () => {
  const [name = []] = recordings.filter(([, id]) => id === 'D3.a');
  const rows = rowsOf(name).filter((row) => row.t !== 'asked' || row.to === 'compose');
  const { causes } = await answer(rows, 'D3');

  expect(faults.some(({ id }) => id === 'D3.a')).toBe(true);
  expect(causes.map(({ verdict }) => verdict)).not.toContain('confirmed');
  expect(causes.map(({ verdict }) => verdict)).not.toContain('ruled-out');
});

it('what is kept of a fault is what other symptoms are told, too, where the healthy platform tells something else', async () => {
  const rows = rowsOf(['compose', 'part.redis.stopped', 'stopped']);
  const healthy = await evidenceOf(rowsOf(['compose', 'healthy']));
  const symptoms = ['D3', 'D4'];
  const [whole, kept] = [await evidenceOf(rows), await keptOf(rows, ['H2 redis'], { healthy, symptoms })];
  const left = await evidenceOf(kept);
  const memory = { probe: 'redis.memory' };

  expect((await whole.outcomeOf(memory)).cause?.code).toBe('refused');
  expect((await left.outcomeOf(memory)).cause?.code).toBe('refused');
  expect(kept.length).toBeLessThan(rows.length);
});

/** Faults that a log of the part speaks of, and what its lines are known as; the others say nothing in a log that was asked. */
const spoken = [
  ['compose/S1.a/wrong-password', 'agent-manager', 'database-password', 'S1.a'],
  ['compose/S1.b/wrong-host', 'agent-manager', 'nats-unreachable', 'S1.b'],
  ['compose/S2.a/agent-plural', 'collect-agent', 'registration-unheard', 'S2.a'],
  ['compose/S2.b/agent-differs', 'agent-manager', 'registration-token', 'S2.b'],
  ['compose/S4.b/indentation', 'orchestrator-service', 'workflow-broken', 'S4.b'],
  ['compose/S6.b/missing', 'reasoning-service', 'model-unusable', 'S6.b'],
  ['compose/S7.b/service-outdated', 'reasoning-service', 'neo4j-password', 'S7.b'],
  // Of the start of another part no cause is named: the diagnosis of its Pods says which it is.
  ['kubernetes/K1.b/config-not-yaml', 'orchestrator-service', 'config-refused', undefined],
] as const;

describe('what the log of a fault says', () => {
  it.each(spoken)('%s: the log of %s', (name, part, known, cause) => {
    const rows = rowsOf(name.split('/'));
    const asked = rows.flatMap((row) =>
      row.t === 'asked' && row.method === 'logs' && JSON.stringify(row.args).includes(part) ? [row.n] : [],
    );
    const texts = rows.flatMap((row) =>
      row.t === 'answer' && asked.includes(row.n) && typeof row.v === 'string' ? [row.v] : [],
    );
    const analysis = createLogAnalysis({
      ...{ query: { level: 'warning' }, now: Date.parse('2026-11-29T01:00:00Z'), platform: asInGuide, part },
      redact: (text) => text,
    });
    for (const text of texts) {
      const input = analysis.source('log');
      input.text(text);
      input.end();
    }
    const said = analysis.report().groups.flatMap((group) => group.known ?? []);

    expect(said.map(({ id }) => id)).toContain(known);
    // Never another cause alone: what speaks for some speaks for this one.
    for (const { causes } of said) if (causes.length > 0) expect(causes).toContain(cause);
  });
});

/** What a confirmed cause of a recorded fault advises on Compose: no start or restart that could not help. */
const advice = [
  ['S1.a/wrong-password', 'S1', 'S1.a', ['correct-database-config', 'compose.set-config-text']],
  ['S1.b/wrong-host', 'S1', 'S1.b', ['correct-nats-config', 'compose.set-config-text']],
  ['S2.c/not-running', 'S2', 'S2.c', ['start-collect-agent', 'compose.start-service']],
] as const;

describe('what a recorded fault is mended by', () => {
  it.each(advice)('%s', async (name, symptom, id, expected) => {
    const judged = await diagnosed(rowsOf(['compose', ...name.split('/')]), symptom);
    const cause = judged.flatMap(({ causes }) => causes).find((one) => one.cause.id === id);
    const here = cause === undefined ? [] : remediesHere(cause, { kind: 'compose', project: 'aetherius' });

    expect(cause?.verdict).toBe('confirmed');
    expect(here.map((one) => ('remediation' in one ? one.remediation : one.instruction))).toEqual(expected);
  });
});

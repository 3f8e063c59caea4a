/** The first line of an answer is what a lock screen shows: short, without ids, and with what is wrong in it. */
import { describe, expect, it } from 'vitest';
import { diagnosisRendererOf } from '../../../../src/bot/views/diagnosis.view.ts';
import { asRead, firstLineLength } from '../../../../src/bot/views/health.view.ts';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { diagnoses } from '../../../../src/diagnoses/index.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import type { PartState } from '../../../../src/domain/health/health.ts';
import { partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { type FindingCode, findings } from '../../../../src/domain/probe/findings.ts';
import type { Language } from '../../../../src/domain/run/run.ts';
import { causePlain } from '../../../../src/text/cause.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { emitters, outcomesOf } from '../../../support/diagnosis.ts';
import { aFinding, aRemediation, aReport, aRow, aRun, at } from '../../../support/slack-views.ts';

const findingCodes = Object.keys(findings) as readonly FindingCode[];
const languages: readonly Language[] = ['en', 'zh-CN'];
const environment = 'production';
const run = aRun({ environment });
const now = at('03:02:00');

/** Ids of runs and plans, handles, finding codes, ids of the catalogue, and keys of probes. */
const ids =
  /[0-9a-f]{8}-|\b[0-9a-f]{8,}\b|\b[a-z]-[a-z0-9]{6}\b|[A-Z]+_[A-Z_]+|\b[A-Z]\d+\.[a-z]\b|\b[a-z]+\.[a-z]+-[a-z]/;

function expectFirstLine(text: string): string {
  const [line = ''] = text.split('\n');
  const read = asRead(line);
  expect([read, read.length <= firstLineLength]).toEqual([read, true]);
  expect(read).not.toMatch(ids);
  return read;
}

describe.each(languages)('the first line in %s', (language) => {
  const words = wordsIn(language);
  const health = (...args: Parameters<typeof aReport>) =>
    rendererOf(() => asInGuide).health({ run, report: aReport(...args), repaired: [], now }, language).text;

  it('of a health check with one finding, whichever it is', () => {
    expect(findingCodes.length).toBeGreaterThan(150);
    for (const code of findingCodes)
      for (const state of ['down', 'degraded', 'up'] as const) {
        const finding = aFinding({ code, facts: {}, since: '2026-11-25T02:48:00Z' });
        const row = aRow({ part: 'redis', state, fact: { key: code, facts: {} }, findings: [finding] });
        const line = expectFirstLine(health({ overall: 'findings', rows: [row, aRow({ part: 'nats' })] }));
        expect(line).toContain('Redis');
        if (state !== 'up') expect(line).toContain(words.plain(`state.${state}`));
      }
  });

  it.each([1, 2, 5, partIds.length])('of a health check with %i broken parts', (count) => {
    for (const state of ['down', 'degraded', 'up', 'unknown'] satisfies readonly PartState[]) {
      const rows = partIds.map((part, index) =>
        index < count
          ? aRow({ part, state, ...(state === 'unknown' ? {} : { findings: [aFinding({ part })] }) })
          : aRow({ part }),
      );
      expectFirstLine(health({ overall: state === 'unknown' ? 'unknown' : 'findings', rows }));
    }
  });

  it('of a health check whose findings stand beside parts that could not be checked', () => {
    const rows = partIds.map((part, index) => aRow({ part, state: index < 4 ? 'down' : 'unknown' }));
    const line = expectFirstLine(health({ overall: 'findings', rows }));
    expect(line).toContain(words.plain('health.unchecked.count', { count: partIds.length - 4 }));
  });

  const renderer = diagnosisRendererOf(() => asInGuide);
  it.each(diagnoses.map((diagnosis) => [diagnosis.id, diagnosis] as const))(
    'of diagnosis %s names what is wrong, for each of its causes, with the fix under it',
    (_id, diagnosis) => {
      const outcomes = outcomesOf(diagnosis, []);
      const judged = judge(diagnosis, outcomes, emitters);
      for (const cause of judged.causes) {
        const confirmed = { ...cause, verdict: 'confirmed' as const, for: [aFinding()] };
        const view = {
          ...{ run, judgements: [{ ...judged, causes: [confirmed] }], instructions: [], outcomes },
          ...{ seen: outcomes.length, asked: outcomes.length, complete: true, now },
          fixes: [aRemediation({ state: 'proposed' })],
        };
        const rendered = renderer.diagnosis(view, language);
        const line = expectFirstLine(rendered.text);
        // Its noun and its verb: the whole sentence of the cause, on the phone's first screen.
        expect(line).toContain(asRead(causePlain(cause.cause, words)));
        expect(JSON.stringify(rendered.blocks?.[0])).toContain(
          words.plain('remediation.redis.set-eviction-policy'),
        );
      }
    },
  );

  it.each(diagnoses.map((diagnosis) => [diagnosis.id, diagnosis] as const))(
    'of diagnosis %s where nothing is wrong is one sentence, whatever could not be checked',
    (_id, diagnosis) => {
      const probes = [...new Set(outcomesOf(diagnosis, []).map(({ probe }) => probe))];
      for (const blind of [[], probes.slice(0, 1), probes]) {
        const outcomes = outcomesOf(diagnosis, [], blind);
        const view = {
          ...{ run, judgements: [judge(diagnosis, outcomes, emitters)], instructions: [], outcomes },
          ...{ seen: outcomes.length, asked: outcomes.length, complete: true, now },
        };
        const rendered = renderer.diagnosis(view, language);
        expectFirstLine(rendered.text);
        const said = JSON.stringify(rendered.blocks);
        // What was ruled out is no news at 3 a.m.
        for (const { cause, verdict } of view.judgements.flatMap(({ causes }) => causes))
          if (verdict === 'ruled-out') expect(said).not.toContain(causePlain(cause, words));
      }
    },
  );
});

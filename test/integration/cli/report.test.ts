import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReportOutput } from '../../../src/cli/output-schemas.ts';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import type { RunWithOutcomes } from '../../../src/domain/run/run.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { leaked, plantedSecrets } from '../../support/planted-secrets.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { aDiagnosis, anOutcome } from '../../support/reports.ts';
import { type ServedBot, serveCommandLine } from '../../support/served.ts';
import { asPerson, directoryOf, member } from '../../support/slack-people.ts';
import { aFinding } from '../../support/slack-views.ts';

const postgres = usePostgres();
const config = {
  environments: {
    prod: { runtime: { kind: 'compose', project: 'shop' }, redis: { url: 'redis://127.0.0.1:6379' } },
    stage: { runtime: { kind: 'none' } },
  },
};
let database: TestDatabase;
let bot: ServedBot;

beforeAll(async () => {
  database = await postgres.migrated();
  bot = await serveCommandLine({ database, config, directory: directoryOf() });
});
afterAll(() => bot.stop());

const report = async (...args: readonly string[]) => (await bot.as(asPerson(member.userId)))(...args);
const json = async (...args: readonly string[]) =>
  ReportOutput.parse(JSON.parse((await report('--output', 'json', 'report', ...args)).out));

/** A run as a worker leaves it. */
async function stored({ params, environment, kind, outcomes, summary }: RunWithOutcomes): Promise<string> {
  const id = systemIds.uuid();
  await database.store().tx(async (tx) => {
    await tx.runs.insert({ id, kind, environment, params, source: 'slash' });
    await tx.runs.claim(id, 'w', 60_000);
    await tx.runs.saveOutcomes(id, outcomes);
    await tx.runs.finish(id, 'w', 'complete', summary);
  });
  return id;
}

describe('aetherius report', () => {
  it('says that there is nothing to report yet', async () => {
    const answer = await report('report');

    expect(answer).toMatchObject({ exit: 1, out: '' });
    expect(answer.err).toContain('There is no finished run');
  });

  it('fills in the form from the latest run, from the one named, and from one of an environment', async () => {
    const first = await stored(aDiagnosis());
    const second = await stored(aDiagnosis({ environment: 'stage' }));

    const latest = await json();
    const named = await json(first.slice(-8));
    const ofProd = await json('--env', 'prod');
    const text = await report('report', first);

    expect(latest.run.id).toBe(second);
    expect([named.run.id, ofProd.run.id]).toEqual([first, first]);
    expect(named.environment).toMatchObject({
      deployment: { kind: 'compose', project: 'shop' },
      versions: [
        { part: 'collect-agent', version: null, images: [] },
        { part: 'redis', version: '7.0.15', images: [] },
      ],
    });
    expect(latest.environment.deployment).toBeNull();
    expect(named.results.causes[0]).toMatchObject({ id: 'D3.a', verdict: 'confirmed' });
    expect(text).toMatchObject({ exit: 0, err: '' });
    expect(text.out).toContain('Way of deployment: Docker Compose, project shop');
    expect(text.out).toContain('## Steps to reproduce');
  });

  it('speaks Chinese, with the headings of the guide', async () => {
    const answer = await report('--lang', 'zh-CN', 'report');

    expect(answer.exit).toBe(0);
    expect(answer.out).toMatch(/## 问题详细描述[\s\S]*## 复现步骤[\s\S]*## 错误日志[\s\S]*## 环境信息/);
  });

  it('prints no secret and no control character, even if one stands in the database', async () => {
    const every = plantedSecrets.map(({ value }) => value).join('\n');
    const finding = aFinding({
      code: 'NOBODY_WROTE_WORDS' as FindingCode,
      subject: '\u001b[2J',
      facts: { error: every },
      excerpts: [{ source: 'log', lines: every.split('\n') }],
    });
    const outcomes = [anOutcome({ status: 'unhealthy', findings: [finding] })];
    const id = await stored(aDiagnosis({ outcomes, params: { symptom: every } }));

    const text = await report('report', id);
    const output = await report('--output', 'json', 'report', id);

    expect(text.out).toContain('NOBODY_WROTE_WORDS');
    expect(leaked(text.out + output.out)).toEqual([]);
    expect(text.out).not.toContain('\u001b');
  });

  it.each([
    [['report', 'yesterday'], 64, 'is no run'],
    [['report', '00000000'], 1, 'no check or diagnosis'],
    [['report', '--env', 'nowhere'], 1, 'There is no finished run'],
  ] as const)('ends %j with exit code %i', async (args, exit, words) => {
    const answer = await report(...args);

    expect(answer).toMatchObject({ exit, out: '' });
    expect(answer.err).toContain(words);
  });

  it('makes nothing of a run that is no check', async () => {
    const id = await stored(aDiagnosis({ kind: 'propose' }));

    expect(await report('report', id)).toMatchObject({ exit: 1, out: '' });
  });
});

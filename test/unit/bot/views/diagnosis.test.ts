import { expect, it } from 'vitest';
import { diagnosisRendererOf } from '../../../../src/bot/views/diagnosis.view.ts';
import { agentManagerStartup } from '../../../../src/diagnoses/agent-manager-startup.diagnosis.ts';
import { agentRegistration } from '../../../../src/diagnoses/agent-registration.diagnosis.ts';
import { contractDrift } from '../../../../src/diagnoses/contract-drift.diagnosis.ts';
import { cpuHigh } from '../../../../src/diagnoses/cpu-high.diagnosis.ts';
import { podNotStarting } from '../../../../src/diagnoses/pod-not-starting.diagnosis.ts';
import { redisMemory } from '../../../../src/diagnoses/redis-memory.diagnosis.ts';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Run } from '../../../../src/domain/run/run.ts';
import { summaryOf } from '../../../../src/services/diagnosis/diagnose-run.service.ts';
import { causeMarkup } from '../../../../src/text/cause.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { emitters, outcomesOf } from '../../../support/diagnosis.ts';

const diagnosisRenderer = diagnosisRendererOf(() => asInGuide);

const at = new Date('2026-03-01T10:00:00.000Z');
const run = { id: 'run-1', environment: 'prod', createdAt: at } as Run;

it('says in the file of evidence what each probe looked at, in the language of the reader', () => {
  const outcomes = outcomesOf(redisMemory, [], ['redis.memory']);
  const judgements = [judge(redisMemory, outcomes, emitters)];
  const seen = outcomes.length;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };

  expect(diagnosisRenderer.evidenceFile(view, 'en')).toContain(
    '### redis.memory: inconclusive (1 ms)\nthe memory of Redis against its limit\n',
  );
  expect(diagnosisRenderer.evidenceFile(view, 'zh-CN')).toContain('\nRedis 内存用量与上限的对比\n');
});

it('has what is for the whole answer in one row under it', () => {
  const outcomes = outcomesOf(redisMemory, [{ code: 'REDIS_NO_LIMIT', probe: 'redis.memory-limit' }]);
  const judgements = [judge(redisMemory, outcomes, emitters)];
  const seen = outcomes.length;
  const buttons = {
    collectButton: 'c',
    reportButton: 'r',
    logButtons: [{ part: 'redis', button: 'l' }],
  } as const;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const rows = diagnosisRenderer
    .diagnosis({ ...view, ...buttons }, 'en')
    .blocks?.filter((block) => (block as { readonly type: string }).type === 'actions') as
    | readonly { readonly elements: readonly { readonly action_id: string; readonly value: string }[] }[]
    | undefined;

  expect(rows?.map(({ elements }) => elements.map((one) => `${one.action_id} ${one.value}`))).toEqual([
    ['logs.read l'],
    ['collect c', 'report r'],
  ]);
});

it('shows the lines to copy under the cause that they are for, as they are', () => {
  const outcomes = outcomesOf(redisMemory, [
    { code: 'REDIS_NO_LIMIT', probe: 'redis.memory-limit' },
    { code: 'REDIS_LIMIT_TOO_LOW', probe: 'redis.memory-limit' },
  ]);
  const judgements = [judge(redisMemory, outcomes, emitters)];
  const [top] = judgements.flatMap(({ causes }) => causes).filter(({ verdict }) => verdict === 'confirmed');
  const commands = ['redis-cli CONFIG SET maxmemory 1gb', "echo '*not bold* <!channel>'"];
  const seen = outcomes.length;
  const instructions = [{ cause: top?.cause.id ?? '', key: 'raise-maxmemory', commands }];
  const view = { run, judgements, instructions, seen, asked: seen, outcomes, complete: true, now: at };

  expect(top).toBeDefined();
  const blocks = diagnosisRenderer.diagnosis(view, 'en').blocks;
  expect(blocks).toContainEqual({
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: commands.join('\n') }] }],
  });
});

it('says once what people do by hand, though a fix for it is refused', () => {
  const outcomes = outcomesOf(redisMemory, [{ code: 'REDIS_NO_LIMIT', probe: 'redis.memory-limit' }]);
  const judgements = [judge(redisMemory, outcomes, emitters)];
  const [top] = judgements.flatMap(({ causes }) => causes).filter(({ verdict }) => verdict === 'confirmed');
  const seen = outcomes.length;
  const refused = [
    {
      ...{
        remediation: 'redis.set-eviction-policy',
        reason: 'missing-right',
        instruction: 'set-eviction-policy',
      },
      facts: {},
    },
  ];
  const view = { run, judgements, refused, seen, asked: seen, outcomes, complete: true, now: at };
  const said = (instructions: Parameters<typeof diagnosisRenderer.diagnosis>[0]['instructions']) =>
    JSON.stringify(diagnosisRenderer.diagnosis({ ...view, instructions }, 'en').blocks);

  expect(said([{ cause: top?.cause.id ?? '', key: 'set-eviction-policy', commands: [] }])).not.toContain(
    'By hand',
  );
  expect(said([])).toContain('By hand');
});

it('shows what leaves a cause open beside it, where a sign was seen that does not decide', () => {
  const outcomes = outcomesOf(podNotStarting, [
    { code: 'POD_SAYS_NOT_READY', probe: 'kubernetes.failing-probes' },
  ]);
  const judgements = [judge(podNotStarting, outcomes, emitters)];
  const seen = outcomes.length;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const said = (language: 'en' | 'zh-CN') =>
    JSON.stringify(diagnosisRenderer.diagnosis(view, language).blocks);

  expect(judgements[0]?.overall).toBe('unknown');
  expect(said('en')).toMatch(/\*K1\.f\*.*Either it waits for another part/);
  expect(said('zh-CN')).toMatch(/\*K1\.f\*.*要么它在等待其他组件/);
  expect(said('en')).not.toContain('Could not see');
});

it('names what could not be seen in words, once for each reason', () => {
  const blind = ['runtime.cpu-limit', 'services.cpu-profile', 'services.process-trend'];
  const outcomes = outcomesOf(cpuHigh, [], blind).map((outcome) =>
    outcome.status === 'inconclusive'
      ? {
          ...outcome,
          cause:
            outcome.probe === 'runtime.cpu-limit'
              ? { code: 'timed-out', detail: '', facts: {} }
              : { code: 'not-found', detail: '', facts: {} },
        }
      : outcome,
  );
  const judgements = [judge(cpuHigh, outcomes, emitters)];
  const seen = outcomes.length;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const said = (language: 'en' | 'zh-CN') =>
    JSON.stringify(diagnosisRenderer.diagnosis(view, language).blocks);

  expect(said('en')).toContain(
    '2 causes need the CPU and the memory of a service over some seconds, a CPU profile of a Go service: it does not exist',
  );
  expect(said('en')).toContain(
    '2 causes need the CPU use of a part against its limit: the check took too long',
  );
  expect(said('zh-CN')).toContain('2 个原因需要服务在数秒内的 CPU 和内存变化、Go 服务的 CPU profile：不存在');
});

it('W7 shows word for word what a part said and no cause explains, once, and why nine causes are open', () => {
  const lines = ['FATAL: license server says no'];
  const outcomes = outcomesOf(agentManagerStartup, [
    { code: 'SERVICE_EXITS_AT_START', probe: 'runtime.startup' },
    { code: 'STARTUP_REASON_UNKNOWN', probe: 'runtime.startup-log' },
  ]).map((outcome) => ({
    ...outcome,
    findings: outcome.findings.map((finding) =>
      finding.code === 'STARTUP_REASON_UNKNOWN'
        ? { ...finding, excerpts: [{ source: 'log agent-manager-0', lines }] }
        : finding,
    ),
  }));
  const judgements = [judge(agentManagerStartup, outcomes, emitters)];
  const seen = outcomes.length;
  const reportButton = 'button-1';
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const { blocks } = diagnosisRenderer.diagnosis({ ...view, reportButton }, 'en');

  expect(blocks).toContainEqual({
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: lines.join('\n') }] }],
  });
  const text = JSON.stringify(blocks);
  expect(text).toContain('Not known to this bot.');
  expect(text).toContain(reportButton);
  expect(text.match(/name no cause that this bot knows/g)).toHaveLength(1);
  expect(JSON.stringify(diagnosisRenderer.diagnosis(view, 'zh-CN').blocks)).toContain(
    '本机器人不认识以下内容',
  );
});

it.each(['en', 'zh-CN'] as const)('W7 points at no lines where a crash has none, in %s', (language) => {
  const outcomes = outcomesOf(podNotStarting, [{ code: 'POD_CRASH_LOOPING', probe: 'kubernetes.pods' }]);
  const judgements = [judge(podNotStarting, outcomes, emitters)];
  const instructions = [{ cause: 'K1.b', key: 'read-crash-log', commands: [] }];
  const seen = outcomes.length;
  const view = { run, judgements, instructions, seen, asked: seen, outcomes, complete: true, now: at };
  const text = JSON.stringify(diagnosisRenderer.diagnosis(view, language).blocks);

  expect(text).toContain(language === 'en' ? 'the last lines of its log' : '日志');
  expect(text).not.toMatch(/above|上面|上述|以上/);
});

it('W13 says in one line what cannot be checked here, and lists none of its causes', () => {
  const outcomes = outcomesOf(podNotStarting, []).map((outcome) => ({
    ...outcome,
    ...{ status: 'skipped' as const, reason: 'not-configured' as const },
  }));
  const judgements = [judge(podNotStarting, outcomes, emitters)];
  const seen = outcomes.length;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const text = JSON.stringify(diagnosisRenderer.diagnosis(view, 'en').blocks);

  expect(text).toContain('K1 A Pod does not start: cannot be checked here.');
  expect(text).not.toContain('K1.a');
});

it('says below drift what other environments run instead, and makes no cause of it', () => {
  const outcomes = outcomesOf(contractDrift, []);
  const judgements = [judge(contractDrift, outcomes, emitters)];
  const seen = outcomes.length;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const images = [
    { environment: 'prod', image: 'redis:6' },
    { environment: 'staging', image: 'redis:7' },
  ];
  const { text, blocks } = diagnosisRenderer.diagnosis(
    { ...view, stages: [{ part: 'redis', images }] },
    'en',
  );

  expect(JSON.stringify(blocks)).toContain(
    'Not the same in all environments: Redis (prod: `redis:6`, staging: `redis:7`).',
  );
  expect(text).toBe(diagnosisRenderer.diagnosis(view, 'en').text);
  expect(JSON.stringify(diagnosisRenderer.diagnosis(view, 'en').blocks)).not.toContain('Not the same');
});

it('names first the cause whose part the others stand on, though another one was asked for', () => {
  const subjects = outcomesOf(agentRegistration, [
    { code: 'REGISTRATION_SUBJECTS_DIFFER', probe: 'runtime.registration-subjects' },
    { code: 'AGENT_REGISTRATION_FAILS', probe: 'runtime.registration-log' },
  ]);
  const way = unreachable('agent-manager');
  const stopped = outcomesOf(way, [{ code: 'PART_NOT_RUNNING', probe: 'runtime.running' }]);
  const judgements = [judge(agentRegistration, subjects, emitters), judge(way, stopped, emitters)];
  const outcomes = [...subjects, ...stopped];
  const seen = outcomes.length;
  const view = { run, judgements, instructions: [], seen, asked: seen, outcomes, complete: true, now: at };
  const { text, blocks } = diagnosisRenderer.diagnosis(view, 'en');
  const said = JSON.stringify(blocks);

  const titles = judgements
    .flatMap(({ causes }) => causes)
    .filter(({ verdict }) => verdict === 'confirmed')
    .map(({ cause }) => [cause.id, causeMarkup(cause, wordsIn('en'))] as const);
  const [s2a, h2a] = ['S2.a', 'H2.a'].map((id) => titles.find(([of]) => of === id)?.[1] ?? id);
  expect(text).toContain(h2a);
  expect(said.indexOf(h2a ?? '')).toBeLessThan(said.indexOf(`*${s2a}*`));
  expect(said.indexOf(`*${s2a}*`)).toBeGreaterThan(0);
  expect(said).toContain('H2.a S2.a · prod');
  expect(summaryOf({ judgements, outcomes, asked: seen }).causes[0]?.id).toBe('H2.a');
});

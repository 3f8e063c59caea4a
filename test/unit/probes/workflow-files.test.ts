import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { workflowStuck } from '../../../src/diagnoses/workflow-stuck.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import type { FindingCode } from '../../../src/domain/look/findings.ts';
import type { ProbeOutcome } from '../../../src/domain/look/probe.ts';
import { runtimeWorkflowFiles } from '../../../src/probes/runtime/workflow-files.probe.ts';
import { faultOf } from '../../../src/probes/support/workflow-file.ts';
import { emitters, everyCall, partOf } from '../../support/diagnosis.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../support/probe-context.ts';

const good = readFileSync(
  new URL('../../../lab/platform/workflows/diagnose-node-not-ready.yaml', import.meta.url),
  'utf8',
);
const name = 'diagnose-node-not-ready.yaml';

describe('a workflow file', () => {
  it('is sound as the platform ships it', () => {
    expect(faultOf(name, good)).toBeUndefined();
  });

  it.each([
    {
      what: 'a line that is indented less than its neighbours',
      edit: (text: string) => text.replace('      command: check_node', '     command: check_node'),
      line: 8,
      reason: /the indentation does not fit/,
    },
    {
      what: 'a quote that never ends',
      edit: (text: string) => text.replace(/^description: (.*)$/m, 'description: "$1'),
      line: 3,
      reason: /closing "quote, noticed at line/,
    },
    {
      what: 'a step without a timeout',
      edit: (text: string) => text.replace('      timeout: 120\n', ''),
      line: 11,
      reason: /follow_metrics has no timeout/,
    },
    {
      what: 'an id that is not its name',
      edit: (text: string) => text.replace('id: diagnose-node-not-ready', 'id: other'),
      line: 1,
      reason: /differs from the file's name/,
    },
    {
      what: 'a type that nobody runs',
      edit: (text: string) => text.replace('type: analysis', 'type: analyse'),
      line: 17,
      reason: /root_cause has an unknown type "analyse"/,
    },
    {
      what: 'two steps of one name',
      edit: (text: string) => text.replace('id: follow_metrics', 'id: check_node'),
      line: 11,
      reason: /step 2 has no id of its own/,
    },
    { what: 'no steps', edit: () => 'id: diagnose-node-not-ready\n', line: 1, reason: /no steps/ },
    { what: 'nothing at all', edit: () => '', line: 1, reason: /holds no workflow/ },
  ])('with $what is named with its line', ({ edit, line, reason }) => {
    const fault = faultOf(name, edit(good));

    expect(fault?.reason).toMatch(reason);
    expect(fault?.line).toBe(line);
  });
});

describe('the kind of a fault in the workflow folder', () => {
  it.each([
    ['an open quote', good.replace(/^description: (.*)$/m, 'description: "$1'), 'syntax'],
    [
      'a step that is indented less',
      good.replace('      command: check_node', '     command: check_node'),
      'syntax',
    ],
    ['a key that is there twice', good.replace(/^name: .*$/m, '$&\n$&'), 'structure'],
    ['a closing brace at the margin', `${good}labels:\n  deep: {\n    a: b\n}\n`, 'structure'],
    ['an unknown type', good.replace('type: analysis', 'type: approval'), 'structure'],
    ['a kustomization', 'kind: Kustomization\nresources:\n  - a.yaml\n', 'foreign'],
    ['a kustomization that is no YAML', 'kind: Kustomization\nresources: "a\n', 'foreign'],
    ['a list', '- a\n- b\n', 'foreign'],
  ])('is told of %s', (_what, text, kind) => {
    expect(faultOf(name, text)?.kind).toBe(kind);
  });

  it('is none of a workflow with other documents around it', () => {
    expect(faultOf(name, `${good}\n---\nkind: ConfigMap\n`)).toBeUndefined();
    expect(faultOf(name, `kind: ConfigMap\n---\n${good}`)).toBeUndefined();
    expect(faultOf(name, `---\n${good}`)).toBeUndefined();
  });
});

describe('runtime.workflow-files', () => {
  const workflow = 'diagnose-node-not-ready';
  const noTimeout = good.replace('      timeout: 120\n', '');
  const waits = (id: string, created_at: string, workflow_id = workflow) => ({
    id,
    workflow_id,
    status: 'pending',
    created_at,
  });
  const old = waits('e1', '2026-03-01T10:04:00Z');
  const done = (created_at: string, workflow_id: string, status = 'completed') => ({
    ...waits(`done-${created_at}`, created_at, workflow_id),
    status,
    started_at: created_at,
  });
  const line = (level: string, msg: string, file: string, time = '2026-03-01T10:04:10Z') =>
    JSON.stringify({ time, level, msg, workflow, file, error: 'step follow_metrics has no timeout' });

  const look = (
    files: Readonly<Record<string, string>>,
    executions: readonly object[] | undefined,
    log = '',
  ) =>
    runtimeWorkflowFiles.run(
      runtimeWorkflowFiles.params.parse({}),
      probeContext({
        runtime: fakeRuntime({
          'orchestrator-service': [
            {
              log,
              files: Object.fromEntries(
                Object.entries(files).map(([file, text]) => [`/etc/aetherius/workflows/${file}`, text]),
              ),
            },
          ],
        }),
        ...(executions === undefined
          ? {}
          : {
              services: fakeServices({
                '/api/v1/workflows/executions?limit=500': [httpAnswer(JSON.stringify({ executions }))],
              }),
            }),
      }),
    );

  it('takes a file that no engine could load for broken, whether or not somebody waits (R-PLAT15)', async () => {
    const open = good.replace(/^description: (.*)$/m, 'description: "$1');

    expect(await look({ [name]: open }, undefined)).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_BROKEN', subject: name, facts: { line: 3, evidence: 'syntax' } }],
    });
  });

  it('notes a form that the guide does not know, while nothing waits for it', async () => {
    for (const text of [
      noTimeout,
      good.replace('type: analysis', 'type: approval'),
      good.replace(/^id: .*/m, 'id: x'),
    ])
      expect(await look({ [name]: text }, [waits('e1', old.created_at, 'diagnose-oom')])).toMatchObject({
        findings: [{ code: 'WORKFLOW_FILE_UNUSUAL', severity: 'info' }],
      });
  });

  it('believes the log of the service at once, seconds after the first execution', async () => {
    const fresh = waits('e1', '2026-03-01T10:04:59Z');
    for (const msg of ['executor: workflow cannot be loaded', 'executor error: its workflow is broken'])
      expect(
        await look({ [name]: noTimeout }, [fresh], line('ERROR', msg, `/etc/aetherius/workflows/${name}`)),
      ).toMatchObject({
        findings: [{ code: 'WORKFLOW_FILE_BROKEN', facts: { line: 11, evidence: 'log' } }],
      });
  });

  it.each([
    ['an error about a step of the workflow', line('ERROR', 'executor: step failed', '')],
    ['information about the file', line('INFO', 'cannot be faster', name)],
    ['another file of a longer name', line('ERROR', 'cannot be loaded', `/x/re-${name}`)],
    ['a complaint of an earlier life', line('ERROR', 'cannot be loaded', name, '2026-03-01T09:00:00Z')],
  ])('does not take %s for a word on the file', async (_what, log) => {
    expect(await look({ [name]: noTimeout }, [], log)).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_UNUSUAL' }],
    });
  });

  it('tells executions that wait for the file, and waits until they are old enough to say something', async () => {
    expect(await look({ [name]: noTimeout }, [old])).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_FAULTY', facts: { waiting: 1 } }],
    });
    expect(await look({ [name]: noTimeout }, [waits('e1', '2026-03-01T10:04:58Z')])).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_FAULTY' }],
    });
    // Under the id that it gives itself as well.
    expect(await look({ 'renamed.yaml': good }, [old])).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_FAULTY', subject: 'renamed.yaml' }],
    });
  });

  it('takes a file whose executions were passed over for broken', async () => {
    expect(
      await look({ [name]: noTimeout }, [old, done('2026-03-01T10:04:30Z', 'diagnose-oom')]),
    ).toMatchObject({ findings: [{ code: 'WORKFLOW_FILE_BROKEN', facts: { evidence: 'overtaken' } }] });
  });

  it('acquits a file that the service runs', async () => {
    for (const other of [
      done('2026-03-01T10:04:30Z', workflow),
      done('2026-03-01T10:03:00Z', workflow, 'running'),
    ])
      expect(await look({ [name]: noTimeout }, [old, other])).toMatchObject({
        findings: [{ code: 'WORKFLOW_FILE_UNUSUAL' }],
      });
  });

  it('says nothing of files that are no workflows, unless an execution waits for one', async () => {
    const kustomization = { 'kustomization.yaml': 'kind: Kustomization\nresources: []\n' };

    expect(await look({ ...kustomization, [name]: good }, [])).toMatchObject({ status: 'healthy' });
    expect(await look(kustomization, undefined)).toMatchObject({ status: 'healthy' });
    expect(
      await look(kustomization, [], line('ERROR', 'workflow cannot be loaded', '/x/kustomization.yaml')),
    ).toMatchObject({ status: 'healthy' });
    expect(await look({ [name]: '' }, [old])).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_FAULTY', facts: { reason: 'the file holds no workflow' } }],
    });
  });

  it('could not look where a file is unusual and executions cannot be listed', async () => {
    expect(await look({ [name]: noTimeout }, undefined)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'executions-unknown' } },
    });
  });
});

describe('S4.b', () => {
  const verdictWith = (codes: readonly FindingCode[], unseen: readonly string[] = []) => {
    const outcomes = everyCall(workflowStuck).map((call): ProbeOutcome => {
      const part = partOf(call);
      const findings = codes
        .filter((code) => emitters.get(call.probe)?.includes(code) === true)
        .map((code) => ({ code, severity: 'warning' as const, part, subject: 'x', facts: {} }));
      return {
        key: call.probe,
        probe: call.probe,
        part,
        status: unseen.includes(call.probe) ? 'inconclusive' : findings.length > 0 ? 'unhealthy' : 'healthy',
        findings,
        facts: {},
        startedAt: '2026-03-01T10:05:00Z',
        durationMs: 1,
      };
    });
    return judge(workflowStuck, outcomes, emitters).causes.find(({ cause }) => cause.id === 'S4.b')?.verdict;
  };

  it('is confirmed by a broken file, or a faulty one whose executions wait while the executor has room', () => {
    expect(verdictWith(['WORKFLOW_FILE_BROKEN'])).toBe('confirmed');
    expect(verdictWith(['WORKFLOW_FILE_FAULTY'])).toBe('confirmed');
    expect(verdictWith(['WORKFLOW_FILE_FAULTY'], ['services.executor-queue'])).toBe('possible');
  });

  it('is not confirmed behind a starved executor, nor by a form nobody waits for', () => {
    expect(verdictWith(['WORKFLOW_FILE_FAULTY', 'EXECUTOR_STARVED', 'EXECUTIONS_PENDING'])).toBe('ruled-out');
    expect(verdictWith(['WORKFLOW_FILE_UNUSUAL', 'EXECUTIONS_PENDING'])).toBe('ruled-out');
  });
});

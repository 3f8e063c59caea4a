import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runtimeWorkflowFiles } from '../../../../src/probes/runtime/workflow-files.probe.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from '../../../support/probe-context.ts';

const good = readFileSync(
  new URL('../../../../lab/platform/workflows/diagnose-node-not-ready.yaml', import.meta.url),
  'utf8',
);

const name = 'diagnose-node-not-ready.yaml';

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

  it('could not check where nothing shows in which folder the files are', async () => {
    await expect(look({}, [])).rejects.toMatchObject({
      facts: { reason: 'workflow-files-unseen', path: '/etc/aetherius/workflows' },
    });
  });

  it('could not check where a file is unusual and executions cannot be listed', async () => {
    expect(await look({ [name]: noTimeout }, undefined)).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'executions-unknown' } },
    });
  });

  it('reads YAML alone', async () => {
    const broken = 'id: "open';

    expect(await look({ 'notes.txt': broken, 'a.yaml.bak': broken, [name]: good }, [])).toMatchObject({
      ...{ status: 'healthy', facts: { files: 1, broken: 0 } },
    });
    expect(await look({ 'a.yml': broken }, [])).toMatchObject({
      ...{ status: 'unhealthy', facts: { files: 1, broken: 1 } },
    });
  });

  it('is overtaken by a younger execution that began, and by no other', async () => {
    const young = waits('e2', '2026-03-01T10:04:20Z');
    const judge = (...others: readonly object[]) => look({ [name]: noTimeout }, [young, old, ...others]);
    const waiting = { code: 'WORKFLOW_FILE_FAULTY', facts: { evidence: 'waiting', waiting: 2 } };

    expect(await judge()).toMatchObject({ findings: [waiting] });
    // Began before the oldest was made.
    expect(await judge(done('2026-03-01T10:03:00Z', 'diagnose-oom'))).toMatchObject({ findings: [waiting] });
    // Made after it, and waiting as well.
    expect(await judge(waits('e3', '2026-03-01T10:04:30Z', 'diagnose-oom'))).toMatchObject({
      findings: [waiting],
    });
    expect(await judge(done('2026-03-01T10:04:10Z', 'diagnose-oom', 'running'))).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_BROKEN', facts: { evidence: 'overtaken', waiting: 2 } }],
    });
  });

  it('shows the line before, the line and the line after', async () => {
    const open = good.replace(/^description: (.*)$/m, 'description: "$1');
    const lines = open.split('\n');

    expect(await look({ [name]: open }, undefined)).toMatchObject({
      findings: [
        {
          ...{ severity: 'warning', facts: { file: `/etc/aetherius/workflows/${name}` } },
          excerpts: [{ source: `${name}:2`, lines: lines.slice(1, 4) }],
        },
      ],
    });
  });

  it.each([
    ['another file whose name ends so', `/etc/aetherius/workflows/my-${name}`],
    ['another file whose name begins so', `/etc/aetherius/workflows/${name}-old`],
  ])('does not believe a complaint of %s', async (_what, file) => {
    expect(
      await look({ [name]: noTimeout }, [], line('ERROR', 'executor: workflow cannot be loaded', file)),
    ).toMatchObject({ findings: [{ code: 'WORKFLOW_FILE_UNUSUAL' }] });
  });

  it('does not believe a complaint about the file in the middle of another word, and finds it at the start', async () => {
    const plain = (text: string) => look({ [name]: noTimeout }, [], text);

    expect(await plain(`${name}: cannot be loaded`)).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_BROKEN', facts: { evidence: 'log' } }],
    });
    expect(await plain(`x.${name}: cannot be loaded`)).toMatchObject({
      findings: [{ code: 'WORKFLOW_FILE_UNUSUAL' }],
    });
  });
});

import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { LogQuery } from '../../../../src/domain/logs/report.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { CountLogs } from '../../../../src/domain/ports/log-files.ts';
import type { KubeObject, KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import type { Targets } from '../../../../src/domain/probe/targets/targets.ts';
import { logThreads } from '../../../../src/platform/logs/log-threads.ts';
import { createSideBySide } from '../../../../src/platform/logs/side-by-side.ts';
import { createLogsHere } from '../../../../src/services/logs/read-part.service.ts';
import { logWords } from '../../../../src/text/logs.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { fakeKubernetes } from '../../../support/fake-kubernetes.ts';
import { fakeRuntime } from '../../../support/fake-runtime.ts';

const now = new Date('2026-11-28T09:00:00Z');
const line = (minutesAgo: number, msg: string, level = 'error') =>
  `${JSON.stringify({ level, time: new Date(now.getTime() - minutesAgo * 60_000).toISOString(), msg })}\n`;

const pod = (name: string, restartCount = 0): KubeObject => ({
  metadata: { name, uid: name, resourceVersion: '1' },
  spec: { containers: [{ name: 'main' }, { name: 'proxy' }] },
  status: { containerStatuses: [{ name: 'main', restartCount }] },
});

const count: CountLogs = (options, signal) =>
  createSideBySide(options, { threads: logThreads, count: 2, signal, aloneBytes: 256 * 1024 });

const read = (
  targets: Partial<Targets>,
  more: { part?: string; container?: string; query?: LogQuery & { since: number } } = {},
) =>
  createLogsHere({
    targets: {
      forRun: (environment) => Promise.resolve({ environment, platform: asInGuide, ...targets }),
      close: () => Promise.resolve(),
    },
    clock: { now: () => now, sleep: () => Promise.resolve() },
    count,
  }).read({
    environment: 'prod',
    part: 'agent-manager',
    query: { level: 'warning', since: now.getTime() - 30 * 60_000 },
    redact: (text) => text,
    signal: new AbortController().signal,
    ...more,
  });

function onKubernetes(pods: readonly KubeObject[], logs: KubernetesTarget['logs']): Partial<Targets> {
  const instances = pods.map(({ metadata: { name } }) => ({ id: name, name, namespace: 'aetherius' }));
  return {
    runtime: fakeRuntime({ 'agent-manager': instances }),
    kubernetes: fakeKubernetes({ list: () => Promise.resolve(pods), logs }),
  };
}

describe('the logs of a part on Kubernetes', () => {
  it('are those of every container and of the one before, with the hour before', async () => {
    const asked: string[] = [];
    const { report } = await read(
      onKubernetes([pod('am-1', 2), pod('am-2')], (_namespace, name, one, options = {}) => {
        asked.push(`${name}/${one}${options.previous === true ? ' previous' : ''} ${options.sinceSeconds}`);
        expect(options).toMatchObject({
          limitBytes: 12 * 1024 * 1024,
          tailLines: 200_000,
          timeoutMs: 10_000,
        });
        return Promise.resolve(`${line(89, 'all is well', 'info')}${line(5, 'something broke')}`);
      }),
    );

    expect(asked.toSorted()).toEqual([
      'am-1/main 5400',
      'am-1/main previous 5400',
      'am-1/proxy 5400',
      'am-2/main 5400',
      'am-2/proxy 5400',
    ]);
    expect(report.groups).toMatchObject([{ text: 'something broke', count: 5, before: 0, mark: 'new' }]);
  });

  it('say of a source that it could not be read, and what of the others is wrong', async () => {
    const { report } = await read(
      onKubernetes([pod('am-1')], (_namespace, _pod, one) =>
        one === 'proxy'
          ? Promise.reject(
              new TargetError('forbidden', 'no', { facts: { verb: 'get', resource: 'pods/log' } }),
            )
          : Promise.resolve(line(5, 'sorry, too many clients already')),
      ),
    );
    const { headline, notes } = logWords(report, wordsIn('en'));

    expect(headline).toMatch(/^PostgreSQL has no free connection/);
    expect(notes).toContain('Could not read am-1/proxy: not allowed to get pods/log.');
  });

  it('are never called fine when nothing could be read', async () => {
    const { report } = await read(
      onKubernetes([pod('am-1')], () => Promise.reject(new TargetError('no-answer', 'late'))),
    );
    const none = await read(onKubernetes([], () => Promise.resolve('')));

    expect(logWords(report, wordsIn('en')).headline).toBe('The log could not be read, so nothing is known.');
    expect(logWords(none.report, wordsIn('en')).headline).toBe(
      'The log could not be read, so nothing is known.',
    );
  });

  it('are asked for again with fewer lines when the newest would be missing', async () => {
    const wanted: (number | undefined)[] = [];
    const big = `${'x'.repeat(999)}\n`;
    const { report } = await read(
      onKubernetes([pod('am-1')], (_namespace, _pod, _one, { tailLines = 0 } = {}) => {
        wanted.push(tailLines);
        return Promise.resolve(big.repeat(Math.min(tailLines, 12_583)));
      }),
      { container: 'main' },
    );

    expect(wanted).toEqual([200_000, 8_808]);
    expect(report.sources).toMatchObject([{ name: 'am-1/main', cut: true }]);
  });

  it('of ten megabytes are read as a whole, and counted by threads', async () => {
    const text = `${line(5, 'all is well', 'info').repeat(120_000)}${line(4, 'something broke').repeat(7)}`;
    const { report } = await read(onKubernetes([pod('am-1'), pod('am-2')], () => Promise.resolve(text)));

    expect(report.lines).toBe(4 * 120_007);
    expect(report.bytes).toBe(4 * text.length);
    expect(report.groups).toMatchObject([{ text: 'something broke', count: 28 }]);
    expect(report.sources.filter(({ cut, failed }) => cut === true || failed !== undefined)).toEqual([]);
  });

  it('read a few at a time', async () => {
    let [open, most] = [0, 0];
    await read(
      onKubernetes(
        Array.from({ length: 30 }, (_, at) => pod(`am-${at}`)),
        async () => {
          open += 1;
          most = Math.max(most, open);
          await Promise.resolve();
          open -= 1;
          return line(5, 'x broke');
        },
      ),
    ).then(({ report }) => {
      expect(report.sources.filter(({ failed }) => failed === undefined)).toHaveLength(40);
      expect(report.sources).toContainEqual(
        expect.objectContaining({ name: '+10', failed: 'cause.log-too-many' }),
      );
    });

    expect(most).toBe(3);
  });
});

describe('the logs of a part on Compose', () => {
  it('are those of each container', async () => {
    const { report } = await read({
      runtime: fakeRuntime({ 'agent-manager': [{ id: 'am', name: 'aetherius-am-1' }] }),
      compose: {
        ...compose([container('am')]),
        logs: (_id, options) => {
          expect(options).toMatchObject({ tail: 20_000, since: new Date('2026-11-28T07:30:00Z') });
          return Promise.resolve(line(5, 'something broke'));
        },
      },
    });

    expect(report.groups).toMatchObject([{ text: 'something broke', sources: ['aetherius-am-1'] }]);
  });
});

describe('a long log on Compose', () => {
  const readWith = (text: (tail: number) => string) => {
    const tails: number[] = [];
    const done = read({
      runtime: fakeRuntime({ 'agent-manager': [{ id: 'am', name: 'aetherius-am-1' }] }),
      compose: {
        ...compose([container('am')]),
        logs: (_id, { tail = 0 } = {}) => {
          tails.push(tail);
          return Promise.resolve(text(tail));
        },
      },
    });
    return done.then(({ report }) => ({ report, tails }));
  };

  it('is read as far as its lines are short', async () => {
    const one = line(5, 'something broke');
    const { report, tails } = await readWith((tail) => one.repeat(Math.min(tail, 50_000)));

    expect(tails[0]).toBe(20_000);
    expect(tails[1]).toBe(Math.floor((12 * 1024 * 1024) / one.length));
    expect(report.sources).toEqual([{ name: 'aetherius-am-1', lines: 50_000, bytes: 50_000 * one.length }]);
  });

  it('of long lines is not, and is said to be cut', async () => {
    const one = line(5, 'x'.repeat(700));
    const { report, tails } = await readWith((tail) => one.repeat(tail));

    expect(tails).toEqual([20_000]);
    expect(report.sources).toMatchObject([{ lines: 20_000, cut: true }]);
  });
});

describe('a part', () => {
  it('that nobody knows is refused', async () => {
    await expect(read({}, { part: 'toaster' })).rejects.toMatchObject({ facts: { reason: 'unknown-part' } });
  });

  it('without a runtime could not be read', async () => {
    const { report } = await read({});

    expect(report.sources).toMatchObject([{ failed: 'cause.log-no-runtime' }]);
  });
});

describe('one request through all parts', () => {
  const since = now.getTime() - 30 * 60_000;
  const query = { level: 'debug', since, grep: 'req-7f3a' } as const;
  const instance = (name: string) => [{ id: name, name, namespace: 'aetherius' }];
  const logs: Readonly<Record<string, string>> = {
    'orchestrator-1': `${line(9, 'start of REQ-7F3A', 'info')}${line(6, 'req-7f3a: no answer from reasoning-service')}${line(5, 'other')}`,
    'reasoning-1': `${line(8, 'analyse req-7f3a with password=Zx81-Spectrum', 'debug')}${line(7, 'req-7f3a: out of memory')}`,
  };
  const targets = {
    runtime: fakeRuntime({
      'orchestrator-service': instance('orchestrator-1'),
      'reasoning-service': instance('reasoning-1'),
    }),
    kubernetes: fakeKubernetes({
      list: () => Promise.resolve([pod('orchestrator-1'), pod('reasoning-1')]),
      logs: (_, name, container) => Promise.resolve(container === 'main' ? (logs[name] ?? '') : ''),
    }),
  };

  it.each(['all', '*', '全部'])('is told in the order of its times, for %s', async (part) => {
    const { report, part: read_ } = await read(targets, { part, query });

    expect(read_).toBeUndefined();
    expect(report.steps?.map(({ source, level, text }) => [source, level, text])).toEqual([
      ['orchestrator-1/main', 'info', 'start of REQ-7F3A'],
      ['reasoning-1/main', 'debug', expect.stringContaining('analyse req-7f3a')],
      ['reasoning-1/main', 'error', 'req-7f3a: out of memory'],
      ['orchestrator-1/main', 'error', 'req-7f3a: no answer from reasoning-service'],
    ]);
    // Parts that do not run here are not missed.
    expect(report.sources.filter(({ failed }) => failed !== undefined)).toEqual([]);
  });

  it('is shown without its secrets, with time, part and level', async () => {
    const { report } = await read(targets, { part: 'all', query });
    const redactor = createRedactor();
    const { report: clean } = await readClean((text) => redactor.text(text));

    expect(JSON.stringify(clean)).not.toContain('Spectrum');
    expect(logWords(report, wordsIn('en')).steps[2]).toBe(
      '08:53:00.000 reasoning-1/main: error: req-7f3a: out of memory',
    );
  });

  const readClean = (redact: (text: string) => string) =>
    createLogsHere({
      targets: {
        forRun: (environment) => Promise.resolve({ environment, platform: asInGuide, ...targets }),
        close: () => Promise.resolve(),
      },
      clock: { now: () => now, sleep: () => Promise.resolve() },
      count,
    }).read({
      ...{ environment: 'prod', part: 'all', query, redact },
      signal: new AbortController().signal,
    });

  it('says that there is nothing to read where nothing runs', async () => {
    const { report } = await read({ ...targets, runtime: fakeRuntime({}) }, { part: 'all', query });

    expect(report.sources).toEqual([expect.objectContaining({ failed: 'cause.log-no-instance' })]);
  });
});

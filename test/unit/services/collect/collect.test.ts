import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BundleWriter } from '../../../../src/domain/bundle/writer.ts';
import { AppError } from '../../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { CountLogs } from '../../../../src/domain/ports/log-files.ts';
import type { Probe, ProbeCall } from '../../../../src/domain/probe/probe.ts';
import type { Instance, RuntimeTarget } from '../../../../src/domain/probe/targets/runtime.ts';
import { createCollectHere } from '../../../../src/services/collect/collect.service.ts';
import type { CollectOptions } from '../../../../src/services/collect/options.ts';

const died = new AppError('DEPENDENCY_UNAVAILABLE', 'the thread that reads a log died', {
  facts: { reason: 'log-unreadable' },
});

/** A thread that dies while it is given a log. */
const dying: CountLogs = () => ({
  source: () => ({ push: () => Promise.reject(died), end: () => Promise.resolve() }),
  file: () => Promise.resolve(false),
  tally: () => Promise.reject(died),
  stop: () => Promise.resolve(),
});

/** A question that asks nothing. */
const way = { id: 'N1', part: 'runtime', evidence: [], causes: [], handOver: [] };

const probe = (id: string, more: object = {}) =>
  ({
    ...{ id, part: 'redis', params: z.strictObject({}), needs: [], emits: [] },
    ...more,
  }) as unknown as Probe;
const registry = [probe('runtime.commands'), probe('runtime.load', { measuresLoad: true }), probe('redis.x')];

/** A bundle of one container of agent-manager whose log has so many characters, and the probes in turn. */
async function collected(characters: number) {
  const asked: string[] = [];
  const instance: Instance = {
    ...{ part: 'agent-manager', id: 'a', name: 'agent-manager-0', namespace: 'x', container: 'main' },
    ...{ image: 'x:1', phase: 'running', ready: true, readinessChecked: true, restarts: 0 },
    ...{ command: [], env: {} },
  };
  const line = '2026-11-29T03:00:00Z ERROR nats: no servers available';
  const runtime = {
    kind: 'compose',
    instances: (part: string) => Promise.resolve(part === 'agent-manager' ? [instance] : []),
    file: () => Promise.resolve(undefined),
    strangers: () => Promise.resolve([]),
  } as unknown as RuntimeTarget;
  const compose = {
    logs: () => Promise.resolve(`${line}\n`.repeat(Math.ceil(characters / (line.length + 1)))),
    containers: () => Promise.resolve([]),
    networks: () => Promise.resolve([]),
  };
  const targets = { environment: 'prod', platform: asInGuide, runtime, compose, configured: new Set() };
  const files = new Map<string, string>();
  const writer: BundleWriter = {
    add(name, content) {
      files.set(name, String(content));
      return Promise.resolve({ bytes: content.length, sha256: 'f' });
    },
    end: () => Promise.resolve({ bytes: 1, sha256: 'f' }),
    drop: () => Promise.resolve(),
  };
  const service = createCollectHere({
    ...{ registry, diagnoses: [], unreachable: () => way, ownProbes: () => [], version: '1' },
    count: dying,
    targets: { forRun: () => Promise.resolve(targets) },
    rules: { calls: () => registry.map(({ id }) => ({ probe: id })), judge: () => ({}) },
    runnerOf: () => ({
      run(calls: readonly ProbeCall[]) {
        asked.push(calls.map((call) => call.probe).join());
        return Promise.resolve([]);
      },
    }),
    describe: () => ({ shape: {}, place: {} }),
    clock: { now: () => new Date() },
  } as unknown as CollectOptions);
  const { manifest } = await service.collect({
    ...{ id: 'r', environment: 'prod', since: Date.now() - 3_600_000, writer, redactor: createRedactor() },
    page: ({ logs }) => JSON.stringify(logs),
    signal: new AbortController().signal,
  });
  return { manifest, files, asked };
}

describe('a bundle whose logs are not counted to their end', () => {
  it.each([10, 2_000_000])('has them whole, and says what lacks: %i characters', async (characters) => {
    const { manifest, files } = await collected(characters);

    const log = [...files].find(([name]) => name.startsWith('logs/agent-manager/'))?.[1] ?? '';
    expect(log.length).toBeGreaterThanOrEqual(characters);
    expect(manifest.entries).toContainEqual(
      expect.objectContaining({
        path: 'logs/agent-manager (counts)',
        bytes: 0,
        error: { code: 'log-unreadable', detail: expect.any(String) as string },
      }),
    );
    expect(files.get('index.html')).toBe('[]');
  });
});

it('a bundle asks what measures load before whatever runs a command in a container', async () => {
  const { asked } = await collected(10);

  expect(asked[0]).toBe('runtime.load');
  expect(asked.slice(1)).toEqual(expect.arrayContaining(['redis.x', 'runtime.commands']));
});

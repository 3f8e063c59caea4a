import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { probesReference } from '../../scripts/docs/registries.ts';
import { AppError, type Stage, stages, TargetError } from '../../src/domain/kernel/errors.ts';
import { partIds } from '../../src/domain/platform/part.ts';
import { severities } from '../../src/domain/probe/finding.ts';
import type { ProbeResult } from '../../src/domain/probe/probe.ts';
import { targetNames } from '../../src/domain/probe/targets/targets.ts';
import { probes } from '../../src/probes/index.ts';
import { wordsIn } from '../../src/text/words.ts';
import { type Answer, codesIn, context, fakeTargets, settle, someParams } from '../support/probe-doubles.ts';

const bad: Readonly<Record<string, Answer>> = {
  'says nothing that can be read': () => Promise.resolve({}),
  'answers with empty lists': (method) =>
    Promise.resolve(
      method === 'services.request'
        ? { status: 200, headers: {}, body: new Uint8Array(), text: () => '', latencyMs: 1 }
        : method.endsWith('.logs')
          ? ''
          : [],
    ),
  ...Object.fromEntries(
    stages.map((stage: Stage) => [
      `fails at ${stage}`,
      () => Promise.reject(new TargetError(stage, 'planted', { facts: { host: 'h', port: 1 } })),
    ]),
  ),
  'is not found': () => Promise.reject(new AppError('NOT_FOUND', 'planted')),
};

it('every probe declares what the reference says of it', () => {
  expect(probesReference()).toBe(readFileSync('docs/reference/probes.md', 'utf8'));
});

for (const probe of probes) {
  describe(probe.id, () => {
    it('lies where its id says', () => {
      const [target, condition] = probe.id.split('.');

      expect(existsSync(`src/probes/${target}/${condition}.probe.ts`)).toBe(true);
    });

    it('documents itself and every parameter', () => {
      expect(probe.doc.length).toBeGreaterThan(20);
      expect(probe.doc.trimEnd()).toMatch(/[.)]$/);
      const shape = (probe.params as z.ZodObject).shape as Record<string, z.ZodType>;
      for (const [key, field] of Object.entries(shape))
        expect([key, z.globalRegistry.get(field)?.description ?? '']).toEqual([
          key,
          expect.stringMatching(/\S{3}/),
        ]);
      expect(probe.timeoutMs).toBeGreaterThan(0);
      for (const need of probe.needs) expect(targetNames).toContain(need);
      const part = typeof probe.part === 'function' ? probe.part(someParams(probe)) : probe.part;
      expect(partIds).toContain(part);
    });

    it('has words in both languages for every code it emits', () => {
      const silent = (['en', 'zh-CN'] as const).flatMap((language) =>
        probe.emits
          .filter((code) => wordsIn(language).lookup(`finding.${code}`) === undefined)
          .map((code) => `${language} ${code}`),
      );

      expect(silent).toEqual([]);
    });

    it('ends within 100 ms of an aborted signal', async () => {
      const controller = new AbortController();
      const never: Answer = (_method, args) =>
        new Promise((_resolve, reject) => {
          const options = args.find(
            (arg): arg is { signal: AbortSignal } =>
              typeof arg === 'object' && arg !== null && 'signal' in arg && arg.signal instanceof AbortSignal,
          );
          const fail = () => reject(new TargetError('aborted', 'stopped waiting'));
          if (options?.signal.aborted === true) fail();
          options?.signal.addEventListener('abort', fail, { once: true });
        });
      const running = settle(probe, context(fakeTargets(never, []), controller.signal));
      controller.abort();
      const late = new Promise((resolve) => setTimeout(() => resolve('still running'), 100));

      expect(await Promise.race([running.then(() => 'ended'), late])).toBe('ended');
    });

    for (const [title, answer] of Object.entries(bad))
      it(`only reads, and emits only what it declares, when its target ${title}`, async () => {
        const wrong: string[] = [];
        const result = await settle(probe, context(fakeTargets(answer, wrong)));

        expect(wrong).toEqual([]);
        expect(isOutcome(result)).toBe(true);
        const undeclared = codesIn(result).filter((finding) => !probe.emits.includes(finding.code));
        expect(undeclared).toEqual([]);
        for (const { part, severity, subject } of codesIn(result)) {
          expect(partIds).toContain(part);
          expect(severities).toContain(severity);
          expect(subject).not.toBe('');
        }
      });

    it('says nothing but that nothing is there, of what is neither configured nor running', async () => {
      const empty: Answer = (method) => (method === 'runtime.instances' ? Promise.resolve([]) : undefined);
      const result = await settle(probe, context(fakeTargets(empty, [], true)));

      expect(isOutcome(result)).toBe(true);
    });

    it('never takes a failed look for a healthy one', async () => {
      for (const stage of ['dns', 'connect-timeout', 'forbidden', 'tls', 'aborted'] as const) {
        const failing: Answer = () => Promise.reject(new TargetError(stage, 'planted'));
        const result = await settle(probe, context(fakeTargets(failing, [])));

        expect([stage, result === 'threw' || result.status !== 'healthy']).toEqual([stage, true]);
        expect(codesIn(result)).toEqual([]);
      }
    });
  });
}

/** One of the four outcomes; a skip with a word for its reason. */
function isOutcome(result: ProbeResult | 'threw'): boolean {
  if (result === 'threw' || result.status === 'healthy' || result.status === 'unhealthy') return true;
  if (result.status === 'inconclusive') return result.cause instanceof Error;
  return result.status === 'skipped' && wordsIn('en').lookup(`skip.${result.reason}`) !== undefined;
}
